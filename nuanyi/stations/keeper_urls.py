"""Addresses of the keeper's phone."""

from django.urls import path

from nuanyi.stations import keeper

app_name = "keeper"
urlpatterns = [
    path("", keeper.mine, name="mine"),
    path("kept/", keeper.kept, name="kept"),
    path("<slug:code>/", keeper.today, name="today"),
    path("<slug:code>/door/", keeper.tap, name="door"),
    path("<slug:code>/amenity/", keeper.amenity, name="amenity"),
    path("<slug:code>/faults/<int:pk>/", keeper.fault, name="fault"),
    path("<slug:code>/faults/<int:pk>/photo.jpg", keeper.fault_photo, name="fault_photo"),
    path("<slug:code>/wishes/<int:pk>/", keeper.wish, name="wish"),
    path("<slug:code>/note/", keeper.note, name="note"),
    path("<slug:code>/screen/", keeper.screen, name="screen"),
    path("<slug:code>/screen.svg", keeper.screen_code, name="screen_code"),
]
