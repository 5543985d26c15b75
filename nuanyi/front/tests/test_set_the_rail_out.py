"""The office's rail: the day's work first, what is set up once apart from it."""

from nuanyi.front.icons import ICONS
from nuanyi.lib import rooms


def test_what_is_set_up_once_stands_apart_from_the_work_of_the_day():
    menu = rooms.menu()
    settings = [item for part, items in menu if part == rooms.SETTINGS for item in items]
    permissions = {item.permission for item in settings}
    assert {"cases.settings", "reports.settings"} <= permissions
    daily = [item for part, items in menu if part.order < rooms.SETTINGS.order for item in items]
    assert not [item.route for item in daily if item.permission.endswith(".settings")]


def test_no_two_lines_of_a_part_bear_one_icon():
    for part, items in rooms.menu():
        icons = [item.icon for item in items]
        assert len(icons) == len(set(icons)), (str(part.title), icons)
        drawn = [ICONS[icon] for icon in icons]
        assert len(drawn) == len(set(drawn)), (str(part.title), icons)
