import json
import re

import pytest
from django.urls import reverse

from nuanyi.units.models import Unit

HOME = "/office/responsibility/"


def typed(page):
    found = re.search(r'<script id="typed" type="application/json">(.*?)</script>', page, re.DOTALL)
    return json.loads(found.group(1)) if found else None


def test_a_refused_form_comes_back_in_its_own_page_with_what_was_typed(cast):
    told = {"field": "headcount", "value": "很多", "id": "00000000-0000-7000-8000-000000000000"}
    answer = cast.client("office").post(
        "/office/census/establishments/follow-up/",
        {"follow_up": "visited", "note": "很多", "password": "geheim", "next": "/office/"} | told,
        HTTP_REFERER="http://testserver/office/census/establishments/?sector=courier",
    )
    page = answer.content.decode()
    assert answer.status_code in (404, 422)
    bad = cast.client("office").post(
        "/office/census/establishments/follow-up/",
        {"follow_up": "no-such", "note": "很多<script>", "password": "geheim"},
        HTTP_REFERER="http://testserver/office/census/establishments/?sector=courier",
    )
    page = bad.content.decode()
    assert bad.status_code == 422
    assert 'id="rail"' in page
    assert 'id="list"' in page
    assert typed(page)["fields"]["note"] == ["很多<script>"]
    assert "很多<script>" not in page
    assert "geheim" not in page


def test_a_riders_page_that_is_not_there_says_so_without_a_word_of_whose_it_is(client, cast):
    page = client.get("/nowhere/").content.decode()
    assert "你填过的东西没有丢" in page
    assert "不归你管" not in page
    assert "职责" not in page
    assert "不归你管" in cast.client("office").get("/office/nowhere/").content.decode()


def test_a_refusal_of_the_office_stands_in_the_offices_shell(cast):
    for answer in (
        cast.client("office").get("/office/census/workers/00000000-0000-7000-8000-000000000000/"),
        cast.client("office").get("/office/census/workers/", {"sort": "phone"}),
        cast.client("clerk").get("/office/people/"),
    ):
        assert answer.status_code in (403, 404, 422)
        assert 'id="rail"' in answer.content.decode()


def test_an_english_refusal_has_no_full_width_sign_between_its_sentences(cast):
    clerk = cast.client("clerk")
    for language, sign in (("en", ":"), ("zh-CN", "：")):
        answer = clerk.get("/office/people/", headers={"accept-language": language})
        assert answer.status_code == 403
        main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
        words = " ".join(re.sub(r"<[^>]+>", " ", main).split())
        assert sign in words
        if language == "en":
            assert not re.search("[。，；：！？、]", words), words
        else:
            assert "系统管理员、" in words


def test_what_is_wrong_with_a_field_is_joined_as_the_language_joins(client, district):
    for language, joined, other in (("en", ": ", "："), ("zh-CN", "：", ": ")):
        told = {"key": "no key", "words": "x" * 501, "phone": "1" * 30}
        page = client.post("/report/", told, headers={"accept-language": language}).content.decode()
        summary = page.partition('class="errors"')[2].partition("</div>")[0]
        lines = re.findall(r">([^<>]+)</a>", summary)
        assert lines, language
        assert any(joined in line for line in lines), lines
        assert not any("?:" in line or "？：" in line or other in line for line in lines), lines


def test_a_refusal_on_a_staff_page_of_the_phone_keeps_the_bar_of_staff(cast, client):
    """A keeper who opened a grid worker's page stood among the riders' pages, with no way to sign out."""
    for address in ("/grid/999999999/", "/keeper/NOWHERE/", "/visits/nothing/"):
        answer = cast.client("clerk").get(address)
        page = answer.content.decode()
        assert answer.status_code in (403, 404), address
        assert "/accounts/logout/" in page, address
        assert 'href="/learn/"' not in page, address
    assert 'href="/learn/"' in client.get("/nowhere/").content.decode()


def test_a_referer_of_somebody_else_or_out_of_reach_gives_the_plain_refusal(cast):
    browser = cast.client("office")
    for referer in (
        "https://elsewhere.example/office/census/workers/",
        "http://testserver/office/journal/audit/",
        "http://testserver/nowhere/",
        "http://testserver/office/nowhere/",
        "x",
    ):
        answer = browser.post(
            "/office/census/workers/follow-up/", {"follow_up": "no-such"}, HTTP_REFERER=referer
        )
        assert answer.status_code == 422
        assert typed(answer.content.decode()) is None


def test_what_a_list_is_refused_is_shown_though_the_list_takes_nothing_but_itself_from_an_answer(cast):
    """A list takes ``#list`` out of each answer: of a refused paste nothing was left, and it looked as if nothing happened."""
    answer = cast.client("office").post(
        "/office/census/establishments/follow-up/", {"follow_up": "no-such"}, HTTP_HX_REQUEST="true"
    )
    assert answer.status_code == 422
    assert '<div class="toast"' in answer.content.decode()
    assert (answer["HX-Reselect"], answer["HX-Reswap"]) == (".toast", "innerHTML")


def test_nothing_is_written_while_the_page_is_shown_again(cast):
    before = Unit.objects.count()
    cast.client("office").post(
        f"{HOME}units/new/", {"name": ""}, HTTP_REFERER=f"http://testserver{HOME}units/new/"
    )
    assert Unit.objects.count() == before


def test_a_code_of_a_place_is_no_secret_and_comes_back_as_it_was_typed(cast):
    told = {"old_code": "450311100", "new_code": "450311999", "name": "", "day": "x", "because": "决定"}
    page = cast.client("office").post(
        reverse("places:change"), told, HTTP_REFERER=f"http://testserver{reverse('places:places')}"
    )
    assert page.status_code == 422
    fields = typed(page.content.decode())["fields"]
    assert (fields["old_code"], fields["new_code"]) == (["450311100"], ["450311999"])


@pytest.mark.parametrize(
    "told", [{"pasted": "周小明\t19900000001\n" * 120_000}, {f"cell-{n}": "1" for n in range(2_100)}]
)
def test_a_form_with_more_in_it_than_is_read_says_so_and_what_to_do(cast, told):
    answer = cast.client("office").post(
        "/office/census/imports/new/", told, HTTP_REFERER="http://testserver/office/census/imports/new/"
    )
    page = answer.content.decode()
    assert answer.status_code == 413
    assert "存成文件再上传" in page
    assert "还在表单里" not in page, "a browser gives nothing of it back"
    assert 'id="rail"' in page
