"""Addresses that workers use without signing in."""

from django.urls import path

from nuanyi.learning import exam, worker
from nuanyi.notices.channels.wechat.callback import callback

app_name = "learn"
urlpatterns = [
    path("learn/", worker.home, name="home"),
    path("learn/media/<uuid:pk>/", worker.media, name="media"),
    path("learn/media/<uuid:pk>/small.jpg", worker.thumbnail, name="thumbnail"),
    path("learn/kept/", worker.progress_kept, name="progress"),
    path("learn/<slug:slug>/", worker.lesson, name="lesson"),
    path("learn/<slug:slug>/done/", worker.finish, name="finish"),
    path("l/<slug:code>/", worker.pushed, name="pushed"),
    path("sessions/", worker.session_list, name="sessions"),
    path("sessions/<slug:code>/", worker.session, name="session"),
    path("in/kept/", worker.kept, name="kept"),
    path("in/<slug:code>/<slug:token>/", worker.come_in, name="in"),
    path("exam/", exam.start, name="exam"),
    path("exam/kept/", exam.paper_kept, name="paper_kept"),
    path("exam/firm/<slug:code>/", exam.firm, name="firm"),
    path("exam/<uuid:key>/", exam.paper, name="paper"),
    path("exam/<uuid:key>/<slug:form>/", exam.certificate, name="certificate"),
    path("verify/", exam.verify, name="verify"),
    path("verify/revoked.json", exam.revocations, name="revocations"),
    path("daily/", worker.daily, name="daily"),
    path("daily/stop/<str:code>/", worker.stop, name="stop"),
    path("wechat/", callback, name="wechat"),
    path("feeds/sessions.ics", worker.feed, name="feed"),
    path("feeds/groups/<slug:code>.ics", worker.group_feed, name="group_feed"),
    path("feeds/mine/<uuid:phone>.ics", worker.my_feed, name="my_feed"),
]
