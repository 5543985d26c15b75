"""Addresses of the room."""

from django.urls import path

from nuanyi.matrix import (
    briefs_staff,
    charts_staff,
    cube_staff,
    forms_staff,
    practice_staff,
    screen,
    staff,
    tasks_staff,
)

app_name = "matrix"
urlpatterns = [
    path("", staff.matrix, name="matrix"),
    path("charts/", charts_staff.page, name="charts"),
    path("screen/", screen.page, name="screen"),
    path("screen/numbers.json", screen.numbers, name="screen_numbers"),
    path("screen/links/", screen.links, name="screen_links"),
    path("cube/", cube_staff.cube, name="cube"),
    path("cube/records/", cube_staff.records, name="cube_records"),
    path("cube/cube.xlsx", cube_staff.workbook, name="cube_workbook"),
    path("grids/", staff.grids, name="grids"),
    path("grids/<str:code>/", staff.grids, name="week"),
    path("matrix.xlsx", staff.workbook, name="workbook"),
    path("records/<str:key>/", briefs_staff.behind, name="records"),
    path("tasks/", tasks_staff.task_list, name="tasks"),
    path("tasks/sheet/", tasks_staff.take_in, name="task_sheet"),
    path("tasks/tasks.xlsx", tasks_staff.task_book, name="task_book"),
    path("tasks/new/", tasks_staff.task_edit, name="task_new"),
    path("tasks/closing/<int:year>/", tasks_staff.closing, name="closing"),
    path("tasks/units/<int:pk>/", tasks_staff.unit_page, name="task_unit"),
    path("tasks/<int:pk>/", tasks_staff.task, name="task"),
    path("tasks/<int:pk>/edit/", tasks_staff.task_edit, name="task_edit"),
    path("years/<int:year>/", practice_staff.year_page, name="year"),
    path("forms/", forms_staff.forms, name="forms"),
    path("practice/", practice_staff.practices, name="practices"),
    path("practice/write/", practice_staff.write, name="practice_write"),
    path("practice/<int:pk>/", practice_staff.practice, name="practice"),
    path("regulations/", practice_staff.regulations, name="regulations"),
    path("regulations/enter/", practice_staff.enter, name="regulation_enter"),
    path("regulations/<int:pk>/", practice_staff.regulation, name="regulation"),
    path("briefs/", briefs_staff.brief_list, name="briefs"),
    path("briefs/draft/", briefs_staff.draft, name="brief_draft"),
    path("briefs/<int:pk>/", briefs_staff.brief, name="brief"),
    path("briefs/<int:pk>/brief.docx", briefs_staff.brief_file, name="brief_file"),
]
