"""What the stations put into the ledger, and what keepers are told."""

from django.utils.translation import gettext_lazy as _

from nuanyi.ledger import rules as ledger
from nuanyi.notices import rules as notices

OPENED = ledger.declare("stations.opened", _("Stations put into service"), _("stations"), of_people=False)
VISITS = ledger.declare("stations.visits", _("Visits to stations"), _("visits"))
MENDED = ledger.declare(
    "stations.faults_mended", _("Faults mended at stations"), _("faults"), of_people=False
)

FAULT_TOLD = notices.declare(
    "station-fault",
    _("%(station)s: a worker told something"),
    _("%(count)s new at your station. Open the keeper's page."),
)
FAULT_LATE = notices.declare(
    "station-fault-late",
    _("%(station)s: %(count)s past the promised time"),
    _("See to it, or say why not."),
    urgent=True,
)
EXPIRES = notices.declare(
    "station-expires",
    _("%(station)s: the first aid kit expires"),
    _("On %(date)s. Replace it and enter the new date."),
)
