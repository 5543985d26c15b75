"""Kinds of entry that setting up makes."""

from django.utils.translation import gettext_lazy as _

from nuanyi.journal.rules import declare, declare_words

KEY_MADE = declare("program.setup_key_made", _("A one-time key for setting up was made"))
KEY_USED = declare("program.setup_key_used", _("The one-time key for setting up was used"))
DISTRICT_CHOSEN = declare("program.district_chosen", _("The district was chosen"))
DISTRICT_OPENED = declare("program.district_opened", _("The district was opened"))
TRIAL_EMPTIED = declare("program.trial_emptied", _("What was tried out was taken away"))
JOB_RETRIED = declare("program.job_retried", _("A background job that gave up was started again"))

#: What stands in the details of these entries alone, as an auditor would say it.
declare_words(
    {
        "job": _("job"),
        "real": _("as real"),
        "stations_kept": _("stations kept"),
        "trial": _("trial"),
    }
)
