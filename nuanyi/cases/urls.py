"""Addresses of the room's office."""

from django.urls import path

from nuanyi.cases import staff

app_name = "cases"
urlpatterns = [
    path("", staff.worklist, name="worklist"),
    path("assign/", staff.assign, name="assign"),
    path("call/", staff.by_call, name="call"),
    path("overview/", staff.overview, name="overview"),
    path("items/", staff.items, name="items"),
    path("items/new/", staff.item, name="item_new"),
    path("items/<int:pk>/", staff.item, name="item"),
    path("rules/", staff.rules, name="rules"),
    path("registers/", staff.register, name="registers"),
    path("served/", staff.served, name="served"),
    path("<int:pk>/", staff.one, name="case"),
    path("<int:pk>/<slug:deed>/", staff.act, name="act"),
]
