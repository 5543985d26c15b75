"""Who sees which rows of persons (``program.row_policies`` lays these down)."""

from nuanyi.lib.row_security import RowPolicy

POLICIES = [
    RowPolicy(
        "people.Person",
        "(SELECT nuanyi_reads_all('people.see_masked'))"
        " OR region_codes::text[] && (SELECT nuanyi_regions('people.see_masked'))"
        " OR unit_ids && (SELECT nuanyi_units('people.see_masked'))"
        " OR id::text = (SELECT nuanyi_person())",
    ),
    RowPolicy("people.Consent", "EXISTS (SELECT FROM people_person p WHERE p.id = person_id)"),
]
