from django.urls import path

from shop import views

urlpatterns = [
    path("health/", views.health),
    path("products/<slug:name>/", views.product),
    path("users/", views.users),
]
