"""Addresses of the grid worker's phone."""

from django.urls import path

from nuanyi.reports import staff

app_name = "grid"
urlpatterns = [
    path("", staff.grid, name="today"),
    path("kept/", staff.grid_kept, name="kept"),
    path("<int:pk>/", staff.grid_report, name="report"),
]
