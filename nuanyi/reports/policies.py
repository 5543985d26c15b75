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
