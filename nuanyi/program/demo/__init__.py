"""The demo district. Real names of places, synthetic everything else, built through the same services as any other.

What each room puts into it lies in the room; here are the plan of the year, the player, and what set-up does in a real home.
"""

from __future__ import annotations

from nuanyi.cases.models import ServiceItem
from nuanyi.lib.demo import PROGRAM, Demo, Plan
from nuanyi.program.setup import services


def _stand(_plan: Plan) -> None:
    """The service list and the routes of the template, as on the first visit of a real district."""
    if not ServiceItem.objects.exists():
        services.save_services(
            actor=PROGRAM, lines=services.default_lines(), routes=services.default_routes()
        )


DEMO = Demo(stand=_stand)
