"""Addresses that riders use without signing in."""

from django.urls import path

from nuanyi.friendly import worker

app_name = "friendly"
urlpatterns = [
    path("friendly/", worker.home, name="home"),
    path("friendly/all.json", worker.everything, name="all"),
    path("friendly/tell/", worker.tell, name="tell"),
    path("friendly/<slug:code>/tell/", worker.tell, name="correct"),
    path("friendly/<slug:code>/plan.jpg", worker.plan, name="plan"),
    path("tip/<slug:link>/", worker.tip, name="tip"),
]
