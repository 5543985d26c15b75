"""Waiting for what a page's own scripts do."""

from __future__ import annotations

import time

from playwright.sync_api import Error, Page

#: What a page says that is on its way.
NOT_YET = ("context was destroyed", "navigat", "is not defined", "of null", "of undefined")


def until(page: Page, expression: str, seconds: float = 30) -> None:
    """Comes back when ``expression`` (JavaScript, a promise too) is true in the page.

    Asked from here again and again: ``wait_for_function`` asks from within the page by ``eval``, which the pages' own
    policy forbids, so that it works only where the answer is true at the first asking.

    Raises:
        TimeoutError: it did not become true in ``seconds``.
    """
    deadline, last = time.monotonic() + seconds, ""
    while time.monotonic() < deadline:
        try:
            if page.evaluate(expression):
                return
        except Error as error:
            # the page is just leaving for another, or that one's scripts have not run yet
            if not any(sign in str(error) for sign in NOT_YET):
                raise
            last = str(error).splitlines()[0]
        page.wait_for_timeout(100)
    raise TimeoutError(f"not true after {seconds} s: {expression} {last}".rstrip())


def go(page: Page, address: str) -> None:
    """Goes to ``address``, once more where the page was itself just leaving for another.

    Raises:
        Error: it cannot be reached.
    """
    try:
        page.goto(address)
    except Error as error:
        if "interrupted" not in str(error) and "ERR_ABORTED" not in str(error):
            raise
        page.wait_for_load_state()
        page.goto(address)


def open_all_day(keeper: Page) -> None:
    """The demo's hours depend on the time of the test; the keeper opens with one tap."""
    keeper.goto("/keeper/LF01/")
    if keeper.locator("button[name=door][value=open]").count():
        keeper.click("button[name=door][value=open]")
        keeper.wait_for_selector("button[name=door][value=shut]")
