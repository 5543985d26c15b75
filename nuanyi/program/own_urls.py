"""Addresses of the program as a whole: its health, and setting it up."""

from django.urls import include, path

from nuanyi.program import health_staff
from nuanyi.program.setup import views as setup

urlpatterns = [
    path("office/setup/", setup.state, name="setup-state"),
    path("office/setup/trial/", setup.trial, name="setup-trial"),
    path("office/health/", health_staff.page, name="health"),
    path("setup/", include("nuanyi.program.setup.urls")),
]
