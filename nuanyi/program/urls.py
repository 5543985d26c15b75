"""Every address of the program. Each route carries a door (``lib.access``); ``front.checks`` holds them to it."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path

from nuanyi.front import api as front_api
from nuanyi.front import hsds, shell, style, worker
from nuanyi.program import health_staff
from nuanyi.program.setup import views as setup

handler400 = "nuanyi.front.shell.bad_request"
handler403 = "nuanyi.front.shell.forbidden"
handler404 = "nuanyi.front.shell.not_found"
handler500 = "nuanyi.front.shell.server_error"

urlpatterns = [
    path("", include("nuanyi.stations.worker_urls")),
    path("", include("nuanyi.cases.worker_urls")),
    path("", include("nuanyi.learning.worker_urls")),
    path("", include("nuanyi.reports.worker_urls")),
    path("", include("nuanyi.volunteers.worker_urls")),
    path("grid/", include("nuanyi.reports.grid_urls")),
    path("open311/v2/", include("nuanyi.reports.open311_urls")),
    path("keeper/", include("nuanyi.stations.keeper_urls")),
    path("who/", worker.who, name="who"),
    path("door/", include("nuanyi.census.doorstep_urls")),
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
    path("accounts/", include("nuanyi.front.account_urls")),
    path("office/", include("nuanyi.front.urls")),
    path("office/places/", include("nuanyi.places.urls")),
    path("office/responsibility/", include("nuanyi.units.urls")),
    path("office/audit/", include("nuanyi.journal.urls")),
    path("office/people/", include("nuanyi.people.urls")),
    path("office/notices/", include("nuanyi.notices.urls")),
    path("office/census/", include("nuanyi.census.urls")),
    path("office/stations/", include("nuanyi.stations.urls")),
    path("office/cases/", include("nuanyi.cases.urls")),
    path("office/learning/", include("nuanyi.learning.urls")),
    path("office/reports/", include("nuanyi.reports.urls")),
    path("office/volunteers/", include("nuanyi.volunteers.urls")),
    path("office/matrix/", include("nuanyi.matrix.urls")),
    path("office/setup/", setup.state, name="setup-state"),
    path("office/health/", health_staff.page, name="health"),
    path("setup/", include("nuanyi.program.setup.urls")),
]

if settings.DEBUG:
    urlpatterns.append(path("style", style.page, name="style"))
