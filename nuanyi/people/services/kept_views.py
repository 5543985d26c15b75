"""Views of lists that somebody keeps."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import BadInput, NotAllowed, NotFound
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.people.models import KeptView

#: What a kept view may name, and what of an address it leaves out.
VIEW_NAME = re.compile(r"[a-z_]{1,20}")
NOT_KEPT = frozenset({"q", "after", "before", "undo", "did", "failed"})


@shaped_otherwise(Reason.OWN)
@transaction.atomic
def keep_view(*, actor: Actor, list_name: str, title: str, query: str, is_shared: bool = False) -> KeptView:
    """Keep a list's filters, order and columns under a name. What was searched for is not kept: it may be a name.

    Raises NotAllowed, BadInput.
    """
    if actor.account_id is None:
        raise NotAllowed()
    if not title.strip() or not list_name:
        raise BadInput(fields={"title": _("Give the view a name.")})
    told = QueryDict(query)
    kept = {name: told[name] for name in told if VIEW_NAME.fullmatch(name) and name not in NOT_KEPT}
    made, _new = KeptView.objects.update_or_create(
        account_id=actor.account_id,
        list_name=list_name[:40],
        title=title.strip()[:30],
        defaults={"query": urlencode(kept)[:400], "is_shared": is_shared, "unit_id": actor.unit_id},
    )
    return made


@shaped_otherwise(Reason.OWN)
@transaction.atomic
def drop_view(*, actor: Actor, pk: int) -> None:
    """Forget a view of one's own. Raises NotFound."""
    if not KeptView.objects.filter(pk=pk, account_id=actor.account_id or 0).delete()[0]:
        raise NotFound()
