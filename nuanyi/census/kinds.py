"""What the census puts into the ledger, and what people are told about it."""

from django.utils.translation import gettext_lazy as _

from nuanyi.ledger import rules as ledger
from nuanyi.notices import rules as notices

WORKERS_RECORDED = ledger.declare("census.workers_recorded", _("Workers recorded"), _("persons"))
ESTABLISHMENTS_RECORDED = ledger.declare(
    "census.establishments_recorded", _("Establishments recorded"), _("establishments"), of_people=False
)

IMPORT_READ = notices.declare(
    "import-read", _("%(file)s has been read"), _("%(good)s rows can be taken in, %(bad)s need mending.")
)
IMPORT_DONE = notices.declare(
    "import-done", _("%(file)s was taken in"), _("%(new)s new, %(changed)s changed.")
)
IMPORT_REFUSED = notices.declare(
    "import-refused", _("%(file)s cannot be read"), _("Open the import to see why.")
)
IMPORT_FAILED = notices.declare(
    "import-failed",
    _("%(file)s could not be taken in"),
    _("Nothing of it was taken in. Open the import to go on."),
)
EXPORT_ASKED = notices.declare(
    "export-asked",
    _("Somebody asks for workers in clear"),
    _("%(who)s asks: %(purpose)s. A second person decides."),
    urgent=True,
)
EXPORT_DECIDED = notices.declare(
    "export-decided", _("Your export was decided"), _("Open the exports page."), urgent=True
)
