"""The browser by itself, without a district behind it."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


def test_a_page_without_a_district_is_shown(browser):
    page = browser.new_page()
    try:
        page.set_content("<h1>暖驿</h1>")
        assert page.get_by_role("heading").inner_text() == "暖驿"
    finally:
        page.close()
