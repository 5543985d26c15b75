"""The count of persons in a real browser: pairs decided by keyboard alone, a wrong link split, figures that follow."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def persons(page) -> int:
    """Persons as the list of workers says: ``登记 970 条，886 人``."""
    page.goto("/office/census/workers/")
    words = page.locator("main").inner_text()
    return int(re.search(r"登记\s*[\d,]+\s*条，\s*([\d,]+)\s*人", words).group(1).replace(",", ""))


#: Every page that tells the certain count of persons, and the words around the number.
TOLD_AT = {
    "/office/": r"([\d,]+)\s*在册从业人员",
    "/office/census/workers/": r"登记\s*[\d,]+\s*条，\s*([\d,]+)\s*人",
    "/office/matrix/": r"在册\s*[\d,]+\s*户、\s*([\d,]+)\s*人",
    "/office/matrix/cube/": r"按期末在册\s*([\d,]+)\s*人计算",
    "/office/census/unseen/": r"只算确定为同一人的，共\s*([\d,]+)\s*人",
}


def told_everywhere(page) -> dict[str, int]:
    """The count of persons by page, as each of them says it."""
    found = {}
    for address, words in TOLD_AT.items():
        page.goto(address)
        number = re.search(words, page.locator("main").inner_text())
        assert number, f"{address} tells no count of persons"
        found[address] = int(number.group(1).replace(",", ""))
        if address != "/office/census/unseen/":
            words = page.locator("main").inner_text()
            assert re.search(r"登记\s*[\d,]+\s*条", words), f"{address} says not how many entries they are"
            assert re.search(r"[\d,]+\s*对(疑似同一人)?待核对", words), f"{address} says not what waits"
    return found


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


def test_a_wrong_link_is_split_and_every_page_that_counts_persons_follows(open_as, stage):
    member = stage.told(
        "from nuanyi.census.models import CountedWith; print(CountedWith.objects.order_by('pk').first().pk)"
    ).splitlines()[-1]
    page = open_as("liangxin")
    before = told_everywhere(page)
    assert len(set(before.values())) == 1, before
    page.goto(f"/office/census/workers/{member}/")
    page.click("text=分开计数")
    page.wait_for_url("**/office/census/workers/*/")
    assert told_everywhere(page) == {address: number + 1 for address, number in before.items()}
    assert re.search(r"把握在 [\d,]+ 至 [\d,]+ 之间", page.locator("main").inner_text())


#: Pairs beside those of the demo, so that fifty wait: neighbours by their key that no link names yet.
FIFTY = """
from nuanyi.census.linkage.models import Link
from nuanyi.census.models import Worker
taken = {end for link in Link.objects.values_list("left", "right") for end in link}
free = [pk for pk in Worker.objects.order_by("pk").values_list("pk", flat=True) if pk not in taken]
wanted = 50 - Link.objects.waiting().count()
Link.objects.bulk_create(
    Link(left_id=one, right_id=two, zone="possible", probability=0.3, version="1",
         evidence={"name": ["sounds-alike", 4.0], "phone": ["different", -3.0]})
    for one, two in list(zip(free[::2], free[1::2]))[:wanted]
)
print(Link.objects.waiting().count())
"""


def test_fifty_pairs_by_keyboard_and_a_second_reviewer_on_a_sample(open_as, stage):
    assert stage.told(FIFTY).splitlines()[-1] == "50"
    page = open_as("liangxin")
    before = persons(page)
    page.goto("/office/census/pairs/")
    same = 0
    for number in range(50):
        page.locator("button[data-key=y]").wait_for()
        if number == 7:  # skipped, and shown again at the end
            press(page, "s")
            continue
        press(page, "y" if number % 2 else "n")
        same += number % 2
        if number == 11:  # a slip of the finger
            press(page, "u")
            press(page, "y")
    with page.expect_navigation():
        page.locator("form[action$='/again/'] button").click()
    press(page, "y")
    page.locator("button[data-key=y]").wait_for(state="detached")
    now = persons(page)
    assert before - same - 1 <= now < before - same // 2, "a pair within one person moves nothing"

    second = open_as("liangxin2")
    second.goto("/office/census/pairs/")
    seen = 0
    while second.locator("button[data-key=y]").count():
        assert "同事已经核对过" in second.locator("main").inner_text()
        press(second, "n" if seen == 0 else "y")
        seen += 1
    assert seen >= 5, "every fifth pair"
    words = second.locator("main").inner_text()
    pairs, agreed, percent = map(
        int, re.search(r"(\d+) 对由两人分别核对，(\d+) 对意见一致（(\d+)%）", words).groups()
    )
    assert pairs == seen
    assert 0 < agreed < pairs
    assert percent == round(100 * agreed / pairs)
