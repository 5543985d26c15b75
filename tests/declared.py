"""What rooms say of themselves for tests of the whole, in their ``tests/objects.py``: how it is collected, and the words and
places that several rooms use.
"""

from datetime import date
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings

#: Two districts of a city: 雁山区, where the officer sits, and 秀峰区, whose things he reaches for.
HERE, THERE = "450311", "450302"
TOWNSHIP = "450302001"
TODAY = date(2026, 11, 1)

#: Why a service asks no place or unit.
SEEN = "It changes what row-level security shows to whoever asks, and nothing else."
OWN = "One's own: the account, or what the account or its unit sent in."
COMMONS = "The installation's library: every unit's instructors write it, and every reader sees it."
THE_SAME = "It works out what the rules say, which is the same whoever asks."
NO_PLACE = "A number that was barred by its holder's own wish: it has no place."
SIGNED = "What a district hands up is signed by its own key, and counts for it whoever puts it in."

#: Why a table of the office is no list of records.
RULES = "a handful of settings that are read as a whole"
CROSS = "rows and columns are both totals: a table of figures"
INSIDE = "a part of one record's page"
TYPED = "what a file or a pasted text holds, before anything of it is kept"
COMPUTED = (
    "its order is worked out, not stored: the most pressing first, by rules that the database does not know"
)


def of_the_rooms(name):
    """What each room's ``tests/objects.py`` says under a name."""
    modules = [f"{package}.tests.objects" for package in settings.ROOMS]
    found = [
        import_module(module)
        for module in modules
        if find_spec(module.rpartition(".")[0]) and find_spec(module)
    ]
    return [getattr(module, name) for module in found if hasattr(module, name)]
