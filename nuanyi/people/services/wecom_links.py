"""Which account a member of WeCom signs in to."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.lib import clock
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import Conflict, NotAllowed
from nuanyi.people import events
from nuanyi.people.models import Account, WecomLink, keys


@transaction.atomic
def link_wecom(*, actor: Actor, account: Account, member: str) -> None:
    """Let an account's owner sign in as a member of WeCom. Raises NotAllowed (not one's own), Conflict (linked elsewhere)."""
    if actor.account_id != account.pk:
        raise NotAllowed()
    if account.must_change_password:  # whoever saw the slip could stay by it
        raise NotAllowed(_("Choose a password of your own first."), code="first-password")
    digest = keys().digest("wecom", member)
    if WecomLink.objects.filter(member_digest=digest).exclude(account=account).exists():
        raise Conflict(_("This WeCom member is linked to another account already."), code="wecom-taken")
    WecomLink.objects.update_or_create(
        account=account, defaults={"member_digest": digest, "linked_at": clock.now()}
    )
    journal.record(actor, events.WECOM_LINKED, account)


@transaction.atomic
def unlink_wecom(*, actor: Actor, account: Account) -> None:
    """Take the link of one's own account away; nothing where there is none. Raises NotAllowed."""
    if actor.account_id != account.pk:
        raise NotAllowed()
    if WecomLink.objects.filter(account=account).delete()[0]:
        journal.record(actor, events.WECOM_UNLINKED, account)


def account_of_wecom(member: str) -> Account:
    """The account that a member of WeCom is linked to. Raises NotAllowed: none is, or it is closed."""
    link = (
        WecomLink.objects.select_related("account")
        .filter(member_digest=keys().digest("wecom", member), account__is_active=True)
        .first()
    )
    if link is None:
        raise NotAllowed(
            _(
                "No account is linked to your WeCom yet. Sign in with your password once, then link it on your own page."
            ),
            code="wecom-unknown",
        )
    return link.account
