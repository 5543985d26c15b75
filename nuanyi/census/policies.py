"""Who sees which rows of the census: those of their places and of their unit's own rosters."""

from nuanyi.lib.row_security import OWN, PROGRAM, RowPolicy, same, scoped

RECORD = scoped("census.view", region="region_code", unit="unit_id")
EVERYWHERE = "(SELECT nuanyi_reads_all('census.view'))"
IMPORT = f"{PROGRAM} OR EXISTS (SELECT FROM census_import i WHERE i.id = source_import_id)"
#: Of two records that may be one person, or are counted as one: whoever sees one of them.
EITHER = (
    f"{EVERYWHERE} OR EXISTS (SELECT FROM census_worker w WHERE w.id = %s)"
    " OR EXISTS (SELECT FROM census_worker w WHERE w.id = %s)"
)
#: What hangs on a worker or an establishment: whoever sees that.
OF_RECORD = (
    f"{EVERYWHERE} OR EXISTS (SELECT FROM census_worker w WHERE w.id = worker_id)"
    " OR EXISTS (SELECT FROM census_establishment e WHERE e.id = establishment_id)"
)

POLICIES = [
    RowPolicy("census.Worker", RECORD),
    RowPolicy("census.Establishment", RECORD),
    RowPolicy("census.Appearance", OF_RECORD),
    RowPolicy("census.RecordNote", OF_RECORD),
    RowPolicy("census.RecordPhoto", OF_RECORD),
    RowPolicy("census.Import", f"{scoped('census.import')} OR account_id = (SELECT nuanyi_account())"),
    RowPolicy("census.Finding", IMPORT),
    RowPolicy("census.Match", IMPORT),
    # also whoever sees the record: its history stands on its page, and somebody who changes it by hand writes one
    RowPolicy(
        "census.Change",
        f"{IMPORT} OR account_id = (SELECT nuanyi_account())"
        " OR EXISTS (SELECT FROM census_worker w WHERE w.id = record_id)"
        " OR EXISTS (SELECT FROM census_establishment e WHERE e.id = record_id)",
    ),
    RowPolicy("census.DoorstepEntry", OWN),
    RowPolicy(
        "census.Export",
        # one district of a city decides what its own units ask for
        f"{scoped('census.approve_export')} OR asked_by_id = (SELECT nuanyi_account())"
        " OR EXISTS (SELECT FROM people_account a WHERE a.id = asked_by_id"
        " AND a.unit_id = ANY ((SELECT nuanyi_units('census.approve_export'))::bigint[]))",
        insert=f"{PROGRAM} OR asked_by_id = (SELECT nuanyi_account()) AND state = 'asked' AND decided_by_id IS NULL"
        " AND approved_rows IS NULL",
        delete=PROGRAM,
        guarded=(
            *("asked_by_id", "asked_at", "purpose", "filters"),
            *("state", "decided_by_id", "decided_at", "approved_rows"),
        ),
        # another than who asks decides, once; who asked takes, once
        guard=f"{PROGRAM} OR {same('asked_by_id', 'asked_at', 'purpose', 'filters')} AND ("
        "OLD.state = 'asked' AND NEW.state IN ('approved', 'refused') AND NEW.decided_by_id = nuanyi_account()"
        " AND NEW.decided_by_id <> OLD.asked_by_id AND nuanyi_may('census.approve_export')"
        " OR OLD.state = 'approved' AND NEW.state = 'taken' AND OLD.asked_by_id = nuanyi_account()"
        f" AND NEW.approved_rows IS NULL AND {same('decided_by_id', 'decided_at')})",
    ),
    RowPolicy("census.Link", EITHER % ("left_id", "right_id")),
    RowPolicy("census.Opinion", f"{PROGRAM} OR EXISTS (SELECT FROM census_link l WHERE l.id = link_id)"),
    RowPolicy("census.CountedWith", EITHER % ("worker_id", "head_id")),
]

#: What is tied to a unit, an account or a person and has no policy, each with the reason.
UNBOUND = {
    "ShopOpinion": "what a reviewer said of two shops that may be one; no person is in it",
    "ImportFile": "sealed bytes named by an import's key; whoever finds one has read the import, which has a policy",
    "Source": "names of rosters, shown beside every record that came from one",
}
