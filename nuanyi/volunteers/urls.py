"""Addresses of the room's office."""

from django.urls import path

from nuanyi.volunteers import staff

app_name = "volunteers"
urlpatterns = [
    path("", staff.people, name="people"),
    path("volunteers.xlsx", staff.export, name="export"),
    path("move/", staff.take_in_many, name="take_in_many"),
    path("<int:pk>/move/", staff.move, name="move"),
    path("shifts/", staff.shift_list, name="shifts"),
    path("shifts/<int:pk>/", staff.shift, name="shift"),
    path("shifts/<int:pk>/names/", staff.duty_list, name="names"),
    path("shifts/<int:pk>/photos/<uuid:key>/", staff.evidence, name="evidence"),
    path("shifts/<int:pk>/<slug:deed>/", staff.shift_act, name="shift_act"),
    path("campaigns/", staff.campaign_list, name="campaigns"),
    path("campaigns/<int:pk>/", staff.campaign, name="campaign"),
    path("campaigns/<int:pk>/map.geojson", staff.campaign_map, name="campaign_map"),
    path("rewards/", staff.reward_list, name="rewards"),
    path("redeem/", staff.redeem, name="redeem"),
]
