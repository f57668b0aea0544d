from django.contrib.auth.models import User
from django.http import Http404, JsonResponse

PRICES = {"teapot": 24, "cup": 6}


def health(request):
    return JsonResponse({"ok": True})


def product(request, name):
    if name not in PRICES:
        raise Http404(name)
    return JsonResponse({"name": name, "price": PRICES[name]})


def users(request):
    return JsonResponse({"users": User.objects.count()})
