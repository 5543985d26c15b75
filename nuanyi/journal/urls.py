"""Addresses of the room."""

from django.urls import path

from nuanyi.journal import staff

app_name = "journal"
urlpatterns = [
    path("", staff.audit, name="audit"),
    path("verify/", staff.verify, name="verify"),
]
