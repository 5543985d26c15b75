"""Addresses of the room's office."""

from django.urls import path

from nuanyi.party import alliances_staff, members_staff, staff

app_name = "party"
urlpatterns = [
    path("", staff.organisation_list, name="organisations"),
    path("<int:pk>/", staff.organisation, name="organisation"),
    path("coverage/", staff.coverage, name="coverage"),
    path("instructors/", staff.instructor_list, name="instructors"),
    path("applications/", staff.application_list, name="applications"),
    path("applications/<int:pk>/", staff.application, name="application"),
    path("applications/<int:pk>/papers/<slug:name>/", staff.paper, name="paper"),
    path("possible/", staff.possible_branches, name="possible"),
    path("alliances/", alliances_staff.alliance_list, name="alliances"),
    path("alliances/<int:pk>/", alliances_staff.alliance, name="alliance"),
    path("alliances/<int:pk>/points/", alliances_staff.points, name="alliance_points"),
    path("members/", members_staff.member_list, name="members"),
    path("members/<int:pk>/", members_staff.member, name="member"),
    path("mine/", staff.my_groups, name="mine"),
    path("mine/<uuid:pk>/", staff.my_group, name="group"),
]
