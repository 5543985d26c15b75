"""What the journal declares of itself."""

from django.utils.translation import gettext_lazy as _

from nuanyi.journal import home, policies
from nuanyi.lib.roles import ALL, Role
from nuanyi.lib.rooms import HOUSE, MenuItem, Metric, Mount, Permission, Room, Route, Shot, Step

ROOM = Room(
    name="journal",
    title=_("Audit"),
    permissions=[Permission("journal.read", _("Read the audit"), {Role.AUDITOR: ALL})],
    mounts=[Mount("office/audit/")],
    part=HOUSE,
    menu=[MenuItem(_("Audit"), "journal:audit", "chain", "journal.read", order=90)],
    steps=[Step(_("Read the audit"), "journal:audit", "journal.read", order=5)],
    tasks=home.tasks_for,
    metrics=[
        Metric("nuanyi_journal_entries", "Entries of the journal.", home.entries, kind="counter"),
    ],
    gallery=[Shot("audit", Route("journal:audit"), "shenji")],
    policies=policies.POLICIES,
    lasting=frozenset({"Entry"}),
)
