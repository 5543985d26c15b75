"""Addresses that stand open to everybody: the installable shell, health, the public interfaces."""

from django.conf import settings
from django.urls import path

from nuanyi.front import api_root, shell, style, worker

urlpatterns = [
    path("who/", worker.who, name="who"),
    path("sw.js", shell.service_worker, name="service-worker"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
    path("offline/", shell.offline, name="offline"),
    path("me/", worker.me, name="me"),
    path("privacy/", worker.privacy, name="privacy"),
    path("healthz", shell.healthz, name="healthz"),
    path("metrics", shell.metrics, name="metrics"),
    path("language/", shell.language, name="language"),
    path("api/v1/", api_root.api.urls),
]

if settings.DEBUG:
    urlpatterns.append(path("style", style.page, name="style"))
