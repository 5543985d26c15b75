"""Who answers for a sector in a place. Pure: rules in, answers out; never empty.

The organisation department leads, the sector's regulator guides (条), the township holds and is the
fallback (块, 兜底), mass organisations cooperate. The most exact rule of a role wins; all that cooperate do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from nuanyi.lib.region_codes import township_of

LEAD, GUIDE, HOLD, COOPERATE = "lead", "guide", "hold", "cooperate"
ROLE_ORDER = (LEAD, GUIDE, HOLD, COOPERATE)


class Reason(StrEnum):
    """Why a unit answers, as a stable code; the page has the words."""

    RULE_EXACT = "rule-exact"
    RULE_SECTOR = "rule-sector"
    RULE_REGION = "rule-region"
    RULE_GENERAL = "rule-general"
    TOWNSHIP = "township"
    FALLBACK = "fallback"


@dataclass(frozen=True)
class RuleRow:
    """A rule as the algorithm sees it; empty sector or region means any."""

    role: str
    sector: str
    region_code: str
    unit_id: int
    because: str = ""
    rule_id: int = 0

    def fits(self, sector: str, region_code: str) -> bool:
        """Whether the rule speaks of this sector and place."""
        return self.sector in ("", sector) and region_code.startswith(self.region_code)

    @property
    def exactness(self) -> tuple[int, int]:
        """Longer regions beat shorter ones; with equal regions a named sector beats none."""
        return len(self.region_code), int(bool(self.sector))

    @property
    def reason(self) -> Reason:
        """Which parts of the rule matched."""
        if self.sector and self.region_code:
            return Reason.RULE_EXACT
        if self.sector:
            return Reason.RULE_SECTOR
        return Reason.RULE_REGION if self.region_code else Reason.RULE_GENERAL


@dataclass(frozen=True)
class Answer:
    """One unit that answers, in which role, and why."""

    role: str
    unit_id: int
    reason: Reason
    because: str = ""
    rule_id: int = 0


def answers(
    rules: Sequence[RuleRow],
    *,
    sector: str,
    region_code: str,
    townships: dict[str, int],
    fallback_unit: int,
    office_unit: int = 0,
) -> list[Answer]:
    """Everybody who answers for ``sector`` in ``region_code``, by role. ``townships`` maps region codes to units.

    There is always one that leads and one that holds: without a rule the township's own unit holds, and
    without either the district office (``office_unit``) does. ``fallback_unit`` leads where no rule says who does.
    """
    fitting = [rule for rule in rules if rule.fits(sector, region_code)]
    found: list[Answer] = []
    for role in (LEAD, GUIDE, HOLD):
        best = max(
            (rule for rule in fitting if rule.role == role),
            key=lambda r: (r.exactness, -r.rule_id),
            default=None,
        )
        if best is not None:
            found.append(Answer(role, best.unit_id, best.reason, best.because, best.rule_id))
        elif role == HOLD:
            found.append(_holder(region_code, townships, office_unit or fallback_unit))
        elif role == LEAD:
            found.append(Answer(LEAD, fallback_unit, Reason.FALLBACK))
    seen: set[int] = {answer.unit_id for answer in found}
    for rule in sorted((r for r in fitting if r.role == COOPERATE), key=lambda r: r.rule_id):
        if rule.unit_id not in seen:
            seen.add(rule.unit_id)
            found.append(Answer(COOPERATE, rule.unit_id, rule.reason, rule.because, rule.rule_id))
    return found


def _holder(region_code: str, townships: dict[str, int], fallback_unit: int) -> Answer:
    unit = townships.get(township_of(region_code))
    return (
        Answer(HOLD, fallback_unit, Reason.FALLBACK) if unit is None else Answer(HOLD, unit, Reason.TOWNSHIP)
    )
