ROOT_URLCONF = "shop.urls"
SECRET_KEY = "not-a-secret"
