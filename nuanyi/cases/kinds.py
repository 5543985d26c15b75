"""What the service desk puts into the ledger, and what clerks are told."""

from django.utils.translation import gettext_lazy as _

from nuanyi.cases.rules import Kind
from nuanyi.ledger import rules as ledger
from nuanyi.notices import rules as notices

SERVED: dict[str, str] = {
    Kind.POLICY: ledger.declare("service.policy_consultations", _("Policy consultations"), _("cases")),
    Kind.LEGAL_AID: ledger.declare("service.legal_aid", _("Legal aid"), _("cases")),
    Kind.EMPLOYMENT: ledger.declare("service.employment_guidance", _("Employment guidance"), _("cases")),
    Kind.WAGE: ledger.declare("service.wage_disputes_resolved", _("Wage disputes resolved"), _("cases")),
    Kind.INJURY: ledger.declare("service.injury_cases", _("Injury cases resolved"), _("cases")),
    Kind.HARDSHIP: ledger.declare("service.hardship_helped", _("Help in hardship"), _("cases")),
    Kind.OTHER: ledger.declare("service.other", _("Other requests answered"), _("cases")),
}

PROJECT_REACH = ledger.declare("service.project_reach", _("Reached by projects"), _("workers"))

CASE_CAME = notices.declare(
    "case-came", _("A case for %(unit)s: %(about)s"), _("First answer by %(answer_by)s.")
)
CASE_OFFERED = notices.declare(
    "case-offered",
    _("%(unit)s hands a case over to you"),
    _("Take it or say why not; until then it stays with them."),
)
CASE_DECLINED = notices.declare("case-declined", _("Case %(ref)s came back"), _("%(unit)s did not take it."))
CASE_LATE = notices.declare(
    "case-late", _("Case %(ref)s is due"), _("It was promised for %(due)s."), urgent=True
)
CLOCK_RUNS_ON = notices.declare(
    "case-runs-on",
    _("Case %(ref)s: the clock runs on"),
    _("It stood still as long as it may; due by %(due)s."),
)
CASE_WORD = notices.declare(
    "case-word", _("The worker wrote in case %(ref)s"), _("Open the case to read it.")
)
INSTALMENT_DUE = notices.declare(
    "instalment-due", _("Case %(ref)s: an instalment is due"), _("Ask whether it was paid, and note it.")
)
