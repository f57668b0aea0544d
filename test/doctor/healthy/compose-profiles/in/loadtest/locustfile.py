import locust
