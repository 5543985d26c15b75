"""Who sees what is personal of reports. The reports themselves are public (Open311); what people wrote in them is sealed."""

from nuanyi.lib.row_security import RowPolicy, scoped

HANDLED = (
    "(SELECT nuanyi_reads_all('reports.handle')) OR EXISTS (SELECT FROM reports_report r WHERE r.id = report_id AND ("
    + scoped("reports.handle", region="r.region_code", unit="r.unit_id")
    + " OR r.offered_unit_id = ANY ((SELECT nuanyi_units('reports.handle'))::bigint[])"
    " OR r.id::text = (SELECT nuanyi_shown('report'))))"
)

POLICIES = [
    RowPolicy(
        "reports.ApiKey",
        "(SELECT nuanyi_may('reports.settings')) OR encode(digest, 'hex') = (SELECT nuanyi_shown('api_key'))",
    ),
    RowPolicy("reports.Voice", f"key::text = (SELECT nuanyi_shown('voice')) OR {HANDLED}"),
    # whoever holds the link of one sending sees the photos of the report
    RowPolicy(
        "reports.Picture",
        f"EXISTS (SELECT FROM reports_voice v WHERE v.report_id = reports_picture.report_id) OR {HANDLED}",
    ),
]

#: What is tied to a unit, an account or a person and has no policy, each with the reason.
UNBOUND = {
    "DispatchRule": "where reports go: dispatch reads all of it for every guest",
    "GridDuty": "which account walks a grid: dispatch reads all of it for every guest",
    "Report": "published by Open311; its words are sealed, its voices and photos have policies",
    "Step": "what happened to a report, shown to reporters and by Open311; no person",
}
