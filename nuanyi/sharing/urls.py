"""Addresses of the room in the office."""

from django.urls import path

from nuanyi.sharing import staff

app_name = "sharing"
urlpatterns = [
    path("", staff.upward, name="upward"),
    path("sign/", staff.sign, name="sign"),
    path("key/", staff.change_key, name="change_key"),
    path("summaries/<str:month>/<int:revision>.json", staff.summary, name="summary"),
    path("senders/", staff.set_sender, name="set_sender"),
    path("receive/", staff.receive, name="receive"),
    path("void/", staff.make_void, name="make_void"),
    path("releases/", staff.releases, name="releases"),
    path("releases/new/", staff.release, name="release"),
]
