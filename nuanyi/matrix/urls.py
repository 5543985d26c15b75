"""Addresses of the room."""

from django.urls import path

from nuanyi.matrix import briefs_staff, charts_staff, cube_staff, screen, staff

app_name = "matrix"
urlpatterns = [
    path("", staff.matrix, name="matrix"),
    path("charts/", charts_staff.page, name="charts"),
    path("screen/", screen.page, name="screen"),
    path("screen/numbers.json", screen.numbers, name="screen_numbers"),
    path("cube/", cube_staff.cube, name="cube"),
    path("cube/records/", cube_staff.records, name="cube_records"),
    path("cube/cube.xlsx", cube_staff.workbook, name="cube_workbook"),
    path("grids/", staff.grids, name="grids"),
    path("grids/<str:code>/", staff.grids, name="week"),
    path("matrix.xlsx", staff.workbook, name="workbook"),
    path("records/<str:key>/", briefs_staff.behind, name="records"),
    path("briefs/", briefs_staff.brief_list, name="briefs"),
    path("briefs/<int:pk>/", briefs_staff.brief, name="brief"),
    path("briefs/<int:pk>/brief.docx", briefs_staff.brief_file, name="brief_file"),
]
