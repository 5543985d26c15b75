"""Addresses of the room's office."""

from django.urls import path

from nuanyi.cases import case_staff, lists_staff, settings_staff, staff

app_name = "cases"
urlpatterns = [
    path("", staff.worklist, name="worklist"),
    path("worklist.xlsx", staff.export, name="export"),
    path("assign/", staff.assign, name="assign"),
    path("call/", staff.by_call, name="call"),
    path("overview/", staff.overview, name="overview"),
    path("items/", settings_staff.items, name="items"),
    path("items/new/", settings_staff.item, name="item_new"),
    path("items/items.xlsx", settings_staff.items_out, name="items_out"),
    path("items/import/", settings_staff.items_in, name="items_in"),
    path("items/<int:pk>/", settings_staff.item, name="item"),
    path("kinds/", settings_staff.kinds, name="kinds"),
    path("rules/", settings_staff.rules, name="rules"),
    path("clocks/", settings_staff.clocks, name="clocks"),
    path("letters/", settings_staff.letter_templates, name="letters"),
    path("letters/<slug:name>.docx", settings_staff.letter_template, name="letter_template"),
    path("lists/", lists_staff.three_lists, name="lists"),
    path("lists/need/", lists_staff.need, name="need"),
    path("lists/offer/", lists_staff.pledge, name="pledge"),
    path("lists/plan/", lists_staff.plan, name="plan"),
    path("lists/<int:pk>/finish/", lists_staff.finish, name="finish"),
    path("registers/", staff.register, name="registers"),
    path("registers/<uuid:pk>/register.xlsx", staff.register_out, name="register_out"),
    path("served/", staff.served, name="served"),
    path("<int:pk>/", case_staff.one, name="case"),
    path("<int:pk>/files/<uuid:number>/", case_staff.file, name="file"),
    path("<int:pk>/letters/<slug:name>/", case_staff.letter, name="letter"),
    path("<int:pk>/<slug:deed>/", case_staff.act, name="act"),
]
