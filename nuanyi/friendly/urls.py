"""Addresses of the room's office."""

from django.urls import path

from nuanyi.friendly import staff

app_name = "friendly_office"
urlpatterns = [
    path("", staff.places_list, name="list"),
    path("new/", staff.new, name="new"),
    path("tips/", staff.tips, name="tips"),
    path("tips/<int:pk>/", staff.tip, name="tip"),
    path("tips/<int:pk>/plan.jpg", staff.tip_plan, name="tip_plan"),
    path("tips/<int:pk>/decline/", staff.decline, name="decline"),
    path("<uuid:pk>/edit/", staff.edit, name="edit"),
    path("<uuid:pk>/gone/", staff.gone, name="gone"),
]
