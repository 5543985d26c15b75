"""Addresses of the worker's phone."""

from django.urls import path

from nuanyi.party import staff, worker

app_name = "party_worker"
urlpatterns = [
    path("party/", worker.ask, name="ask"),
    path("party/mine/<slug:link>/", worker.mine, name="mine"),
    path("party/mine/<slug:link>/withdraw/", worker.withdraw, name="withdraw"),
    path("party/member/<slug:link>/", worker.member, name="member"),
    path("visits/", staff.visits, name="visits"),
    path("visits/kept/", staff.visits_kept, name="visits_kept"),
    path("party/shown/", worker.shown, name="shown"),
]
