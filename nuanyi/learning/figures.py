"""The figures that learning offers the matrix."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuanyi.learning import kinds
from nuanyi.ledger import queries as ledger
from nuanyi.lib.figures import Figure, offer

for _kind, _title, _unit, _address, _words in (
    (
        kinds.SESSIONS,
        _("Sessions by instructors"),
        _("sessions"),
        "/office/learning/sessions/",
        _("Sessions that instructors held"),
    ),
    (
        kinds.LESSONS_PUSHED,
        _("Lessons pushed"),
        _("lessons"),
        "/office/learning/pushes/",
        _("Lessons that reached at least one group"),
    ),
    (
        kinds.ATTENDANCES,
        _("Attendances"),
        _("attendances"),
        "/office/learning/sessions/",
        _("Sign-ins by the code on the screen; where people did not sign, the heads that were counted"),
    ),
):
    offer(
        Figure(
            _kind,
            _title,
            _unit,
            ledger.counter(_kind),
            ("sector", "township", "month"),
            _address,
            _words,
            of_people=_kind == kinds.ATTENDANCES,
            listed=ledger.lister(_kind),
        )
    )
