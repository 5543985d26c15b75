"""Addresses of setting up."""

from django.urls import path

from nuanyi.program.setup import views

app_name = "setup"
urlpatterns = [
    path("", views.begin, name="begin"),
    path("district/", views.district, name="district"),
    path("units/", views.units, name="units"),
    path("responsibility/", views.responsibility, name="responsibility"),
    path("services/", views.service_list, name="services"),
    path("accounts/", views.accounts, name="accounts"),
    path("overview/", views.overview, name="overview"),
]
