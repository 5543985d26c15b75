"""Addresses that stand open to everybody: the installable shell, health, the public interfaces."""

from django.conf import settings
from django.urls import path

from nuanyi.front import api as front_api
from nuanyi.front import hsds, shell, style, worker

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
    path("api/v1/", front_api.api.urls),
    path("hsds/", hsds.root, name="hsds"),
    path("hsds/services", hsds.services),
    path("hsds/services/<uuid:key>", hsds.services),
    path("hsds/organizations", hsds.organizations),
    path("hsds/organizations/<uuid:key>", hsds.organizations),
    path("hsds/service_at_locations", hsds.service_at_locations),
    path("hsds/service_at_locations/<uuid:key>", hsds.service_at_locations),
]

if settings.DEBUG:
    urlpatterns.append(path("style", style.page, name="style"))
