"""What waits for an account itself on the first page, and what the office's search finds of accounts."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.actor import Actor
from nuanyi.lib.dates import day_words
from nuanyi.lib.rooms import Hit, Hits, Route, Task
from nuanyi.people import queries
from nuanyi.people.models import Account


def tasks_for(actor: Actor) -> Iterator[Task]:
    """A second factor that is still missing, while a password alone does."""
    if actor.account_id is None or not queries.must_have_second_factor(actor.roles):
        return
    account = Account.objects.filter(pk=actor.account_id).first()
    if account is not None and queries.is_without_second_factor(account, actor.roles):
        words = _("Set a second factor up by %(day)s: from then on the office does not open without one")
        by = day_words(queries.second_factor_by(account))
        yield Task(words % {"day": by}, Route("mfa_index"), 1)


def search_for(actor: Actor, text: str) -> Iterator[Hits]:
    """Accounts by a part of their sign-in name, for those who keep them."""
    if actor.can("people.manage_accounts"):
        rows = queries.accounts_for(actor).filter(username__contains=text)[:10]
        yield Hits(
            _("Accounts"),
            [Hit(row.username, Route("people:account", {"pk": row.pk})) for row in rows],
            _("part of the sign-in name"),
        )
