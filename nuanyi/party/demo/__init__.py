"""What the demo tells of Party work: the year as its branches, instructors and committees lived it, and what waits today.

All organisations and people in it are made up.
"""

from __future__ import annotations

from nuanyi.lib.demo import Demo
from nuanyi.party.demo import today, year

DEMO = Demo(stories=year.stories, today=today.today)
