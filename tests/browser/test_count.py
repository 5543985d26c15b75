"""The count of persons in a real browser: pairs decided by keyboard alone, a wrong link split, figures that follow."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def persons(page) -> int:
    """Persons as the list of workers says: ``登记 970 条，886 人``."""
    page.goto("/office/census/workers/")
    words = page.locator("main").inner_text()
    return int(re.search(r"登记\s*[\d,]+\s*条，\s*([\d,]+)\s*人", words).group(1).replace(",", ""))


def press(page, key) -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


def test_pairs_are_decided_by_keyboard_and_the_count_follows(open_as):
    page = open_as("liangxin")
    before = persons(page)
    page.goto("/office/census/pairs/")
    page.locator("button[data-key=y]").wait_for()
    press(page, "y")
    assert persons(page) == before - 1
    page.goto("/office/census/pairs/")
    press(page, "u")
    assert persons(page) == before
    page.goto("/office/census/pairs/")
    first = page.locator("form[data-keys]").get_attribute("action")
    press(page, "s")
    assert page.locator("form[data-keys]").get_attribute("action") != first, "the next pair"
    press(page, "n")
    assert persons(page) == before


def test_a_wrong_link_is_split_and_the_count_follows(open_as, stage):
    member = stage.told(
        "from nuanyi.census.models import CountedWith; print(CountedWith.objects.order_by('pk').first().pk)"
    ).splitlines()[-1]
    page = open_as("liangxin")
    before = persons(page)
    page.goto(f"/office/census/workers/{member}/")
    page.click("text=分开计数")
    page.wait_for_url("**/office/census/workers/*/")
    assert persons(page) == before + 1
    page.goto("/office/census/unseen/")
    assert "95" in page.locator("main").inner_text()
