"""A page has one name: what the rail calls it stands at its head."""

from __future__ import annotations

import re

from django.utils.html import strip_tags

from nuanyi.lib import rooms


def test_every_line_of_the_rail_leads_to_a_page_that_is_headed_by_its_word(cast, put):
    put("甲站")
    seen, wrong = 0, []
    for _part, items in rooms.menu():
        for item in items:
            for part in cast.accounts:
                if item.permission and not cast.actor(part).can(item.permission):
                    continue
                answer = cast.client(part).get(item.href, follow=True)
                html = answer.content.decode()
                rail = re.search(r'<nav class="rail".*?</nav>', html, re.S)
                if rail is None:
                    break  # a page of the phone, which is headed by what it asks
                rail = re.findall(
                    rf'<a[^>]*href="{re.escape(item.href)}"[^>]*>(.*?)</a>', rail.group(), re.S
                )[-1:]
                head = re.findall(r"<h1[^>]*>(.*?)</h1>", html, re.S)[:1]
                word, title = (" ".join(strip_tags(one).split()) for one in rail + head)
                seen += 1
                if word != title:
                    wrong.append((item.href, word, title))
                break
    assert not wrong, "\n".join(map(str, wrong))
    assert seen > 60
