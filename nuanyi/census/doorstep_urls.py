"""Addresses of the phone's page at the doorstep."""

from django.urls import path

from nuanyi.census import doorstep

app_name = "doorstep"
urlpatterns = [
    path("", doorstep.page, name="page"),
    path("send/", doorstep.send, name="send"),
    path("token/", doorstep.token, name="token"),
]
