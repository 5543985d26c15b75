"""Addresses of the big screen on a wall: whoever holds the link sees it, and nothing else."""

from django.urls import path

from nuanyi.matrix import screen

app_name = "wall"
urlpatterns = [
    path("<str:link>/", screen.wall, name="screen"),
    path("<str:link>/numbers.json", screen.wall_numbers, name="numbers"),
]
