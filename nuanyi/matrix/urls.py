"""Addresses of the room."""

from django.urls import path

from nuanyi.matrix import staff

app_name = "matrix"
urlpatterns = [
    path("", staff.matrix, name="matrix"),
    path("grids/", staff.grids, name="grids"),
    path("grids/<str:code>/", staff.grids, name="week"),
    path("matrix.xlsx", staff.workbook, name="workbook"),
]
