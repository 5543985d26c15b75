"""The figures that learning offers the matrix."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuanyi.learning import kinds
from nuanyi.ledger import queries as ledger
from nuanyi.lib.figures import Figure, offer
from nuanyi.lib.rooms import Route

for _kind, _title, _unit, _route, _words in (
    (
        kinds.SESSIONS,
        _("Sessions by instructors"),
        _("sessions"),
        Route("learning:sessions"),
        _("Sessions that instructors held"),
    ),
    (
        kinds.LESSONS_PUSHED,
        _("Lessons pushed"),
        _("lessons"),
        Route("learning:pushes"),
        _("Lessons that reached at least one group"),
    ),
    (
        kinds.ATTENDANCES,
        _("Attendances"),
        _("attendances"),
        Route("learning:sessions"),
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
            _route,
            _words,
            of_people=_kind == kinds.ATTENDANCES,
            listed=ledger.lister(_kind),
            # the published report says "more than 200": a name of its own, the same records
            also=("learning.attendances_at_least",) if _kind == kinds.ATTENDANCES else (),
        )
    )
