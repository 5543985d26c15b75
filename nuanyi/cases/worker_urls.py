"""Addresses that workers use without signing in."""

from django.urls import path

from nuanyi.cases import worker

app_name = "help"
urlpatterns = [
    path("help/", worker.home, name="home"),
    path("help/list/", worker.service_list, name="list"),
    path("help/ask/", worker.ask, name="ask"),
    path("help/injury/", worker.injury, name="injury"),
    path("help/mine/", worker.mine, name="mine"),
    path("help/phone/", worker.by_phone, name="phone"),
    path("c/<slug:link>/", worker.case, name="case"),
    path("c/<slug:link>/files/<uuid:number>/", worker.file, name="file"),
    path("c/<slug:link>/watch/", worker.watch, name="watch"),
    path("c/<slug:link>/<slug:deed>/", worker.act, name="act"),
]
