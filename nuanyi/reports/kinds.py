"""What reports put into the ledger, and what staff are told."""

from django.utils.translation import gettext_lazy as _

from nuanyi.ledger import rules as ledger
from nuanyi.notices import rules as notices

REPORTED = ledger.declare("governance.community_problems_reported", _("Problems reported"), _("reports"))
MENDED = ledger.declare("governance.problems_mended", _("Problems mended"), _("reports"))

CAME = notices.declare(
    "report-came", _("New report: %(about)s"), _("%(where)s. To be mended by %(due)s."), coarse=True
)
OFFERED = notices.declare("report-offered", _("A report is offered to you: %(about)s"), _("%(why)s"))
DECLINED = notices.declare("report-declined", _("Report %(ref)s came back"), _("%(why)s"))
REOPENED = notices.declare(
    "report-reopened",
    _("Report %(ref)s is not mended"),
    _("The reporter says so. Please look again."),
    coarse=True,
)
NOT_TAKEN = notices.declare(
    "report-not-taken", _("%(server)s did not take report %(ref)s"), _("They answered: %(why)s")
)
LATE = notices.declare("report-late", _("Report %(ref)s is overdue"), _("It was to be mended by %(due)s."))
