"""Addresses of open data: everybody may read them."""

from django.urls import path

from nuanyi.sharing import open_data

app_name = "open_data"
urlpatterns = [
    path("", open_data.page, name="page"),
    path("services.csv", open_data.as_csv, name="csv"),
    path("services.json", open_data.as_json, name="json"),
    path("schema.json", open_data.schema, name="schema"),
    path("changes.json", open_data.changes, name="changes"),
]
