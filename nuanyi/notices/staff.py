"""One's own notices and how one wants to be told."""

from __future__ import annotations

from datetime import date

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import clock
from nuanyi.lib.access import actor_of, permission_required
from nuanyi.lib.errors import Words
from nuanyi.lib.paging import page_of
from nuanyi.notices import services
from nuanyi.notices.channels import choices, of_staff
from nuanyi.notices.models import Notice, Preference
from nuanyi.people.models import Account


def _channels() -> list[tuple[str, Words]]:
    return choices(of_staff())


class PreferenceForm(forms.Form):
    """Channel and quiet hours."""

    channel = forms.ChoiceField(label=_("Channel"), choices=_channels)
    quiet_from = forms.TimeField(label=_("Quiet from"), widget=forms.TimeInput(attrs={"type": "time"}))
    quiet_until = forms.TimeField(label=_("Quiet until"), widget=forms.TimeInput(attrs={"type": "time"}))
    wanted = forms.BooleanField(label=_("Tell me at all"), required=False)


def _grouped(notices: list[Notice]) -> list[list[tuple[Notice, str, str]]]:
    """The notices of a page, those of one kind and day together, each group where its newest one stands."""
    groups: dict[tuple[str, date], list[tuple[Notice, str, str]]] = {}
    for notice in notices:
        day = notice.queued_at.astimezone(clock.CHINA).date()
        groups.setdefault((notice.kind, day), []).append((notice, *services.words_of(notice)))
    return list(groups.values())


@permission_required("front.office", journaled=True)
def notices(request: HttpRequest) -> HttpResponse:
    """What I was told, newest first; and my settings."""
    actor = actor_of(request)
    account = Account.objects.get(username=actor.label)
    preference = Preference.objects.filter(account=account).first() or Preference(account=account)
    form = PreferenceForm(
        initial={f: getattr(preference, f) for f in ("channel", "quiet_from", "quiet_until", "wanted")}
    )
    if request.method == "POST":
        form = PreferenceForm(request.POST)
        if form.is_valid():
            services.set_preference(actor=actor, account=account, **form.cleaned_data)
            return redirect("notices:notices")
    unread = request.GET.get("unread") == "1"
    listed = Notice.objects.visible_to(actor)
    page = page_of(
        listed.filter(seen_at=None) if unread else listed,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    rows = _grouped(page.rows)
    if request.method == "GET":
        # of the unread ones no more than were shown: those of the next page are still to be read
        services.mark_seen(actor=actor, pks=[notice.pk for notice in page.rows] if unread else None)
    unready = [channel.name for channel in of_staff() if not channel.configured()]
    context = {"page": page, "unread": unread, "rows": rows, "form": form, "unready": unready}
    return render(request, "notices/staff/notices.html", context, status=422 if form.errors else 200)
