"""Addresses of the room."""

from django.urls import path

from nuanyi.notices import staff

app_name = "notices"
urlpatterns = [path("", staff.notices, name="notices")]
