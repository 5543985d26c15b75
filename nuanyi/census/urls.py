"""Addresses of the room's office."""

from django.urls import path, register_converter

from nuanyi.census.staff import imports, linking, records, remarks, rounds


class What:
    """establishments or workers."""

    regex = "establishments|workers"

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value


register_converter(What, "what")
app_name = "census"
urlpatterns = [
    path("establishments/", records.establishments, name="establishments"),
    path("establishments/<uuid:pk>/", records.establishment, name="establishment"),
    path("workers/", records.workers, name="workers"),
    path("workers/<uuid:pk>/", records.worker, name="worker"),
    path("<what:what>/follow-up/", records.follow_up, name="follow_up"),
    path("<what:what>/new/", records.edit, name="add"),
    path("<what:what>/<uuid:pk>/change/", records.edit, name="change"),
    path("<what:what>/<uuid:pk>/notes/", remarks.note, name="note"),
    path("<what:what>/<uuid:pk>/notes/<uuid:key>/", remarks.note_act, name="note_act"),
    path("<what:what>/<uuid:pk>/photos/", remarks.photo_add, name="photo_add"),
    path("<what:what>/<uuid:pk>/photos/<uuid:key>/", remarks.photo, name="photo"),
    path("<what:what>/<uuid:pk>/photos/<uuid:key>/away/", remarks.photo_away, name="photo_away"),
    path("<what:what>/cells/", records.cells, name="cells"),
    path("<what:what>/cells/undo/", records.undo_cells, name="undo_cells"),
    path("<what:what>.xlsx", records.export, name="export"),
    path("imports/", imports.imports_list, name="imports"),
    path("imports/new/", imports.new, name="import_new"),
    path("imports/<uuid:pk>/", imports.one, name="import"),
    path("imports/<uuid:pk>/columns/", imports.columns, name="import_columns"),
    path("imports/<uuid:pk>/mend/", imports.mend, name="import_mend"),
    path("imports/<uuid:pk>/choose/", imports.choose, name="import_choose"),
    path("imports/<uuid:pk>/decide/", imports.decide, name="import_decide"),
    path("imports/<uuid:pk>/undo/", imports.undo, name="import_undo"),
    path("imports/<uuid:pk>/<str:part>.xlsx", imports.copy, name="import_copy"),
    path("<what:what>/<uuid:pk>/split/", linking.split, name="split"),
    path("pairs/", linking.pairs, {"what": "workers"}, name="pairs"),
    path("pairs/<what:what>/", linking.pairs, name="pairs"),
    path("pairs/<what:what>/again/", linking.again, name="pairs_again"),
    path("pairs/<what:what>/<int:pk>/", linking.decide, name="pair_decide"),
    path("unseen/", linking.unseen, name="unseen"),
    path("rounds/", rounds.rounds_list, name="rounds"),
    path("rounds/new/", rounds.new, name="round_new"),
    path("rounds/<int:pk>/move/", rounds.move, name="round_move"),
    path("exports/", rounds.exports_list, name="exports"),
    path("exports/<uuid:pk>/decide/", rounds.decide_export, name="export_decide"),
    path("exports/<uuid:pk>/take/", rounds.take_export, name="export_take"),
]
