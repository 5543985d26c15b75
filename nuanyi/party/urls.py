"""Addresses of the room's office."""

from django.urls import path

from nuanyi.party import alliances_staff, committees_staff, life_staff, members_staff, speaking_staff, staff

app_name = "party"
urlpatterns = [
    path("", staff.organisation_list, name="organisations"),
    path("<int:pk>/", staff.organisation, name="organisation"),
    path("coverage/", staff.coverage, name="coverage"),
    path("instructors/", staff.instructor_list, name="instructors"),
    path("applications/", staff.application_list, name="applications"),
    path("applications/ask.svg", staff.ask_code, name="ask_code"),
    path("applications/<int:pk>/", staff.application, name="application"),
    path("applications/<int:pk>/papers/<slug:name>/", staff.paper, name="paper"),
    path("applications/<int:pk>/talk/", staff.talk, name="talk"),
    path("papers/", staff.paper_templates, name="papers"),
    path("papers/<slug:name>.docx", staff.paper_template, name="paper_template"),
    path("possible/", staff.possible_branches, name="possible"),
    path("alliances/", alliances_staff.alliance_list, name="alliances"),
    path("alliances/<int:pk>/", alliances_staff.alliance, name="alliance"),
    path("alliances/<int:pk>/points/", alliances_staff.points, name="alliance_points"),
    path("life/", life_staff.life_list, name="life"),
    path("life/<int:pk>/", life_staff.meeting, name="meeting"),
    path("brought/", speaking_staff.brought_list, name="brought"),
    path("teams/", speaking_staff.team_list, name="teams"),
    path("teams/<int:pk>/", speaking_staff.team, name="team"),
    path("speakers/", speaking_staff.speaker_list, name="speakers"),
    path("committees/", committees_staff.committee_list, name="committees"),
    path("committees/<int:pk>/", committees_staff.committee, name="committee"),
    path("members/", members_staff.member_list, name="members"),
    path("members/<int:pk>/", members_staff.member, name="member"),
    path("mine/", staff.my_groups, name="mine"),
    path("mine/<uuid:pk>/", staff.my_group, name="group"),
]
