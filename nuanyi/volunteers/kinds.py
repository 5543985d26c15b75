"""What volunteers put into the ledger."""

from django.utils.translation import gettext_lazy as _

from nuanyi.ledger import rules as ledger

LEAFLETS = ledger.declare("governance.leaflets", _("Leaflets handed out"), _("leaflets"), of_people=False)
HOURS = ledger.declare("governance.volunteer_hours", _("Volunteers' hours"), _("hours"))
