"""Addresses of the room's office."""

from django.urls import path

from nuanyi.learning import exam, session_screen, staff

app_name = "learning"
urlpatterns = [
    path("", staff.lesson_list, name="lessons"),
    path("new/", staff.lesson, name="lesson_new"),
    path("preview/", staff.preview, name="preview"),
    path("<int:pk>/", staff.lesson, name="lesson"),
    path("<int:pk>/move/", staff.move, name="move"),
    path("<int:pk>/media/", staff.media, name="media"),
    path("plan/", staff.plan, name="plan"),
    path("groups/", staff.groups, name="groups"),
    path("groups/new/", staff.group, name="group_new"),
    path("groups/<int:pk>/", staff.group, name="group"),
    path("groups/<int:pk>/try/", staff.try_group, name="try"),
    path("trials/<uuid:number>/", staff.trial, name="trial"),
    path("bank/", exam.bank, name="bank"),
    path("bank/lessons/", exam.from_lessons, name="from_lessons"),
    path("channels/", staff.channels, name="channels"),
    path("channels/<slug:name>/", staff.channel, name="channel"),
    path("reach/", staff.reach, name="reach"),
    path("pushes/", staff.pushes, name="pushes"),
    path("pushes/settle/", staff.settle_many, name="settle-many"),
    path("pushes/<int:pk>/", staff.settle, name="settle"),
    path("sessions/", session_screen.session_list, name="sessions"),
    path("sessions/new/", session_screen.edit, name="session_new"),
    path("sessions/<int:pk>/", session_screen.session, name="session"),
    path("sessions/<int:pk>/edit/", session_screen.edit, name="session_edit"),
    path("sessions/<int:pk>/screen/", session_screen.screen, name="screen"),
    path("sessions/<int:pk>/pictures/<uuid:key>/", session_screen.picture, name="picture"),
    path("sessions/<int:pk>/<slug:deed>/", session_screen.act, name="session_act"),
]
