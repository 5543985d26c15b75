"""Addresses that workers use without signing in."""

from django.urls import path

from nuanyi.stations import worker

app_name = "station"
urlpatterns = [
    path("", worker.nearest, name="nearest"),
    path("stations/all.json", worker.all_stations, name="all"),
    path("stations/kept/", worker.kept, name="kept"),
    path("stations/<slug:code>/", worker.station, name="station"),
    path("stations/<slug:code>/card.png", worker.card, name="card"),
    path("stations/<slug:code>/photos/<uuid:pk>.jpg", worker.photo, name="photo"),
    path("stations/<slug:code>/confirm/", worker.confirm, name="confirm"),
    path("stations/<slug:code>/rate/", worker.rate, name="rate"),
    path("stations/<slug:code>/tell/", worker.tell, name="tell"),
    path("stations/<slug:code>/wish/", worker.wish, name="wish"),
    path("s/<slug:code>/", worker.check_in, name="check_in"),
    path("told/<slug:link>/", worker.told, name="told"),
]
