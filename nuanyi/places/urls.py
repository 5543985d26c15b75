"""Addresses of the room."""

from django.urls import path

from nuanyi.places import staff

app_name = "places"
urlpatterns = [
    path("", staff.places, name="places"),
    path("change/", staff.change, name="change"),
    path("loads/<int:pk>/back/", staff.take_back, name="take_back"),
    path("map.json", staff.geojson, name="map"),
]
