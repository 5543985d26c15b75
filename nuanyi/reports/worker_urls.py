"""Addresses that workers use without signing in."""

from django.urls import path

from nuanyi.reports import worker

app_name = "report"
urlpatterns = [
    path("report/", worker.send, name="send"),
    path("report/near/", worker.near, name="near"),
    path("report/too/<str:ref>/", worker.me_too, name="me_too"),
    path("r/<slug:link>/", worker.told, name="told"),
    path("r/<slug:link>/watch/", worker.watch, name="watch"),
    path("r/<slug:link>/judge/", worker.judge, name="judge"),
    path("r/<slug:link>/<uuid:pk>/", worker.picture, name="picture"),
    path("reports/", worker.mended, name="mended"),
    path("reports/mended.geojson", worker.mended_map, name="map"),
    path("reports/<int:year>-<int:number>/", worker.month, name="month"),
    path("reports/<int:year>-<int:number>.png", worker.month_picture, name="month_picture"),
    path("reports/check/<str:ref>/", worker.check, name="check"),
]
