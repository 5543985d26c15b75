"""Addresses of the phone's page at the door."""

from django.urls import path

from nuanyi.census import door

app_name = "door"
urlpatterns = [
    path("", door.page, name="page"),
    path("send/", door.send, name="send"),
    path("token/", door.token, name="token"),
]
