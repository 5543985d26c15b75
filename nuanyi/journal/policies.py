"""Who reads which entries (``program.row_policies`` lays this down). Written by its two functions only."""

from nuanyi.lib.row_security import RowPolicy

POLICIES = [
    RowPolicy(
        "journal.Entry",
        # auditors, and the program; what somebody did themselves is counted for them (the day's quota)
        "(SELECT nuanyi_may('journal.read')) OR actor_id = (SELECT nuanyi_account())"
        # the way of one record, for whoever was found to see that record
        " OR subject_type || ':' || subject_id = (SELECT nuanyi_shown('acts'))"
        # journal_next and journal_append run as the owner, whom a forced policy binds where he is no superuser
        " OR current_user = (SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.oid = 'journal_entry'::regclass)",
    ),
]
