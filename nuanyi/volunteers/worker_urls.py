"""Addresses that volunteers use without signing in."""

from django.urls import path

from nuanyi.volunteers import worker

app_name = "volunteer"
urlpatterns = [
    path("volunteer/", worker.home, name="home"),
    path("volunteer/check/<str:told>/", worker.check, name="check"),
    path("v/<slug:link>/", worker.mine, name="mine"),
    path("v/<slug:link>/hours.pdf", worker.hours, name="hours"),
    path("v/<slug:link>/hours.png", worker.hours, {"form": "png"}, name="hours_picture"),
    path("v/<slug:link>/<slug:deed>/", worker.act, name="act"),
]
