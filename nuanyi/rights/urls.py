"""Addresses of the desk."""

from django.urls import path

from nuanyi.rights import staff

app_name = "rights"
urlpatterns = [
    path("", staff.desk, name="desk"),
    path("persons/<uuid:pk>/", staff.person, name="person"),
    path("accounts/<int:pk>/", staff.account, name="account"),
    path("<uuid:pk>/decide/", staff.decide, name="decide"),
    path("<uuid:pk>/take/", staff.take, name="take"),
]
