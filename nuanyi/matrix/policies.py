"""Who sees which rows of the matrix (``program.row_policies`` lays these down)."""

from nuanyi.lib.row_security import PROGRAM, RowPolicy, scoped

#: ``task`` names the table of its column: within the subquery a bare name would be the subquery's own.
HAS_A_PART = (
    "(SELECT nuanyi_reads_all('matrix.tasks_see')) OR EXISTS (SELECT FROM matrix_taskunit t WHERE t.task_id = {task}"
    " AND t.unit_id = ANY ((SELECT nuanyi_units('matrix.tasks_see'))::bigint[]))"
)
#: In a city a district keeps its own list, whoever leads; a new task is on it before it has any part.
OF_ONES_DISTRICT = "{district} = ANY ((SELECT nuanyi_regions('matrix.tasks_see'))::text[])"
HANGS_ON_A_TASK = (
    HAS_A_PART
    + " OR EXISTS (SELECT FROM matrix_keytask k WHERE k.id = {task} AND "
    + OF_ONES_DISTRICT.format(district="k.district")
    + ")"
)

POLICIES = [
    RowPolicy(
        "matrix.Brief",
        f"{scoped('matrix.briefs', region='region_code')} OR state = 'signed' AND (SELECT nuanyi_may('matrix.view'))",
        delete=f"state = 'draft' OR {PROGRAM}",
        guarded=("sections", "counts", "corrections", "docx", "digest", "signed_at", "state", "title"),
        guard="OLD.state = 'draft'",
    ),
    RowPolicy("matrix.Supervision", HANGS_ON_A_TASK.format(task="matrix_supervision.task_id")),
    RowPolicy("matrix.Progress", HANGS_ON_A_TASK.format(task="matrix_progress.task_id")),
    RowPolicy(
        "matrix.KeyTask",
        f"{HAS_A_PART.format(task='matrix_keytask.id')} OR {OF_ONES_DISTRICT.format(district='district')}",
    ),
    RowPolicy(
        "matrix.ScreenLink",
        "(SELECT nuanyi_reads_all('matrix.screens'))"
        " OR unit_id = ANY ((SELECT nuanyi_units('matrix.screens'))::bigint[])"
        " OR encode(link_digest, 'hex') = (SELECT nuanyi_shown('screen'))",
    ),
    RowPolicy(
        "matrix.Practice",
        "state = 'shared' AND (SELECT nuanyi_may('matrix.view'))"
        " OR (SELECT nuanyi_reads_all('matrix.practice'))"
        " OR unit_id = ANY ((SELECT nuanyi_units('matrix.practice'))::bigint[])",
    ),
]

#: What is tied to a unit or an account and has no policy, each with the reason.
UNBOUND = {
    "TaskUnit": "which unit has a part in a task; the policies of tasks ask it",
    "FormAnswer": "numbers that an office told another office; nobody's own",
    "Regulation": "regulations are read by everybody in the office",
    "RegulationVersion": "regulations are read by everybody in the office",
}
