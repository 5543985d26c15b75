"""Addresses of the room."""

from django.urls import path

from nuanyi.units import staff

app_name = "units"
urlpatterns = [
    path("", staff.ask, name="ask"),
    path("rules/", staff.rules, name="rules"),
    path("rules/new/", staff.edit, name="new_rule"),
    path("rules/<int:pk>/", staff.edit, name="edit_rule"),
]
