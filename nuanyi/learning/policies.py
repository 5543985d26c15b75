"""Who sees what is personal of learning: whoever holds the key of it, and those who answer for it."""

from nuanyi.lib.row_security import RowPolicy

OF_THE_SESSION = (
    "(SELECT nuanyi_reads_all('learning.sessions')) OR EXISTS (SELECT FROM learning_session s WHERE s.id = session_id"
    " AND s.unit_id = ANY ((SELECT nuanyi_units('learning.sessions'))::bigint[]))"
)

POLICIES = [
    RowPolicy(
        "learning.Reader",
        "(SELECT nuanyi_may('learning.publish')) OR key::text = (SELECT nuanyi_shown('reader'))"
        " OR encode(digest_of_address, 'hex') = (SELECT nuanyi_shown('reader_address'))"
        " OR stop_code = (SELECT nuanyi_shown('reader_stop'))",
    ),
    RowPolicy("learning.TeamMember", OF_THE_SESSION),
    RowPolicy("learning.SessionPicture", OF_THE_SESSION),
    RowPolicy(
        "learning.Certificate",
        "(SELECT nuanyi_may('learning.publish')) OR number = (SELECT nuanyi_shown('certificate'))"
        " OR paper_id::text = (SELECT nuanyi_shown('paper'))",
    ),
    RowPolicy(
        "learning.Group",
        "(SELECT nuanyi_reads_all('learning.groups'))"
        " OR unit_id = ANY ((SELECT nuanyi_units('learning.groups'))::bigint[])"
        " OR unit_id = ANY ((SELECT nuanyi_units('learning.sessions'))::bigint[])"
        " OR (SELECT nuanyi_reads_all('learning.sessions')) OR code = (SELECT nuanyi_shown('group'))",
    ),
]

#: What is tied to a unit, an account or a person and has no policy, each with the reason.
UNBOUND = {
    "Lesson": "lessons are for everybody; drafts hold nobody's data",
    "LessonVersion": "lessons as they were; they hold nobody's data",
    "Session": "sessions hold nobody's data; those that are not announced stand in no public list",
    "FirmCode": "the address of a firm's test, given to all its riders",
}
