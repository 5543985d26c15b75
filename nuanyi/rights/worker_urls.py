"""Addresses of whoever asks what is kept."""

from django.urls import path

from nuanyi.rights import worker

app_name = "mine"
urlpatterns = [
    path("me/data/", worker.mine, name="data"),
    path("me/data/file/", worker.take, name="file"),
]
