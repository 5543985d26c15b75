"""Addresses of the room's office."""

from django.urls import path

from nuanyi.stations import staff

app_name = "stations"
urlpatterns = [
    path("", staff.stations_list, name="list"),
    path("new/", staff.new, name="new"),
    path("map.json", staff.map_json, name="map"),
    path("codes.pdf", staff.codes, name="codes"),
    path("stations.xlsx", staff.export, name="export"),
    path("cells/", staff.cells, name="cells"),
    path("hours/", staff.bulk_hours, name="bulk_hours"),
    path("lists/new/", staff.send, name="send"),
    path("lists/<uuid:pk>/", staff.sent_list, name="sent"),
    path("doubles/", staff.doubles, name="doubles"),
    path("doubles/decide/", staff.decide_pair, name="decide_pair"),
    path("faults/", staff.faults, name="faults"),
    path("visits/", staff.visits, name="visits"),
    path("<uuid:pk>/", staff.one, name="one"),
    path("<uuid:pk>/edit/", staff.edit, name="edit"),
    path("<uuid:pk>/move/", staff.move, name="move"),
    path("<uuid:pk>/door/", staff.door, name="door"),
    path("<uuid:pk>/exceptions/", staff.exceptions, name="exceptions"),
    path("<uuid:pk>/photo/", staff.set_photo, name="photo"),
    path("<uuid:pk>/keepers/", staff.keepers, name="keepers"),
    path("<uuid:pk>/poster.pdf", staff.poster, name="poster"),
]
