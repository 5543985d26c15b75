"""Addresses of the room."""

from django.urls import path

from nuanyi.people import staff

app_name = "people"
urlpatterns = [
    path("", staff.accounts, name="accounts"),
    path("bulk/", staff.many, name="many"),
    path("new/", staff.new, name="new"),
    path("view/", staff.view, name="view"),
    path("roles/", staff.roles, name="roles"),
    path("<int:pk>/", staff.account, name="account"),
    path("persons/<uuid:pk>/reveal/", staff.reveal, name="reveal"),
]
