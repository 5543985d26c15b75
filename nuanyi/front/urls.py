"""The office's own pages."""

from django.urls import path

from nuanyi.front import office

urlpatterns = [
    path("", office.home, name="office"),
    path("search/", office.search, name="search"),
]
