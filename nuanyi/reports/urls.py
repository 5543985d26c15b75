"""Addresses of the room's office."""

from django.urls import path

from nuanyi.reports import staff

app_name = "reports"
urlpatterns = [
    path("", staff.listed, name="list"),
    path("reports.xlsx", staff.export, name="export"),
    path("bulk/", staff.bulk, name="bulk"),
    path("kinds/", staff.kinds, name="kinds"),
    path("rules/", staff.dispatch, name="rules"),
    path("grids/", staff.grids, name="grids"),
    path("keys/", staff.api_keys, name="keys"),
    path("<int:pk>/", staff.report, name="report"),
    path("<int:pk>/phones/", staff.phones, name="phones"),
    path("<int:pk>/pictures/<uuid:number>/", staff.picture, name="picture"),
    path("<int:pk>/<slug:deed>/", staff.act, name="act"),
]
