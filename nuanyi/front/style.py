"""The style page (debug only): every shared component with its states."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock
from nuanyi.lib.access import PUBLIC, permission_required
from nuanyi.lib.errors import BadInput


class Sample(forms.Form):
    """Fields in their states."""

    name = forms.CharField(label=_("Name"), help_text=_("As it stands on the ID card"))
    township = forms.ChoiceField(label=_("Township"), choices=[("1", "雁山镇"), ("2", "柘木镇")])
    agree = forms.BooleanField(label=_("I agree"), required=False)


@permission_required(PUBLIC)
def page(request: HttpRequest) -> HttpResponse:
    """Buttons, fields, errors, chips, tables, panels, toasts, cards, empty states, badges, deadlines, steps."""
    bad = Sample({"name": "", "township": "9"})
    refusal = BadInput(fields={"name": _("The name is missing.")})
    moments = {
        "later": clock.now() + timedelta(days=3),
        "today": clock.now() + timedelta(hours=3),
        "over": clock.now() - timedelta(days=2),
    }
    return render(request, "front/style.html", {"form": Sample(), "bad": bad, "refusal": refusal, **moments})
