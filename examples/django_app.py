"""rota beside Django, in one ASGI application: `uvicorn examples.django_app:application`, then see /admin/cron/.

In a project of yours the settings stay where they are, and what follows them here is its asgi.py.
"""

import os
import secrets
from http import HTTPStatus
from importlib import import_module

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from starlette.applications import Starlette
from starlette.requests import HTTPConnection

import rota
from rota import Actor, Role

if not settings.configured:
    settings.configure(
        ROOT_URLCONF=__name__,
        SECRET_KEY=os.environ.get("SHOP_SECRET_KEY") or secrets.token_hex(32),
        ALLOWED_HOSTS=["localhost", "127.0.0.1"],
        MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"],
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    )


def sign_in(request: HttpRequest) -> HttpResponse:
    """Stands in for django.contrib.auth: lets in who knows the word of this run."""
    if not secrets.compare_digest(
        request.POST.get("word", ""), os.environ.get("SHOP_WORD") or settings.SECRET_KEY
    ):
        return HttpResponse(status=HTTPStatus.FORBIDDEN)
    request.session["user"] = request.POST["user"]
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def count(request: HttpRequest) -> JsonResponse:
    """A view of the shop's own, which runs a job and waits for it."""
    run = crons.jobs.execute("count_orders", by="shop", kwargs={"shelf": request.GET["shelf"]}, wait=30)
    return JsonResponse({"execution": run.id, "status": run.status})


urlpatterns = [path("sign-in", sign_in), path("orders/count", count)]


def signed_in(request: HTTPConnection) -> Actor | None:
    """Who asks, by Django's session."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    name = store(request.cookies.get(settings.SESSION_COOKIE_NAME)).get("user")
    return Actor(name, role=Role.OPERATOR) if name else None


application = Starlette()
crons = rota.mount(application, path="/admin/cron", auth=signed_in, modules=["examples.shop"])
application.mount("/", get_asgi_application())
