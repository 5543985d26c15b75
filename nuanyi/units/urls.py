"""Addresses of the room."""

from django.urls import path

from nuanyi.units import registry_staff, staff

app_name = "units"
urlpatterns = [
    path("", staff.ask, name="ask"),
    path("rules/", staff.rules, name="rules"),
    path("rules/new/", staff.edit, name="new_rule"),
    path("rules/<int:pk>/", staff.edit, name="edit_rule"),
    path("units/", registry_staff.units, name="units"),
    path("units/units.xlsx", registry_staff.export, name="export"),
    path("units/import/", registry_staff.import_units, name="import"),
    path("units/cells/", registry_staff.cells, name="cells"),
    path("units/new/", registry_staff.unit, name="new_unit"),
    path("units/<int:pk>/", registry_staff.unit, name="unit"),
    path("alliances/new/", registry_staff.alliance, name="new_alliance"),
    path("alliances/<int:pk>/", registry_staff.alliance, name="alliance"),
]
