import pytest

from nuanyi.cases import queries
from nuanyi.cases.models import AnswerTemplate, Case
from nuanyi.cases.services import settings
from nuanyi.lib.errors import BadInput, NotAllowed
from nuanyi.people.models import KeptView


def save(actor, **more):
    told = {
        "kind": "",
        "name": "hard",
        "title": "",
        "amount": 10,
        "counted": "working_days",
        "source": "本区承诺（2026）",
    }
    return settings.save_clock(actor=actor, **{**told, **more})


def test_a_changed_class_runs_for_cases_from_now_on_with_its_source(desk_cast, sent):
    before = sent()
    save(desk_cast.actor("office"), amount=3, counted="days")
    after = sent()
    assert after.due_source == "本区承诺（2026）"
    assert after.due_at < before.due_at
    assert Case.objects.get(pk=before.pk).due_at == before.due_at


def test_a_clock_of_the_law_is_added_without_a_release_and_dropped_again(desk_cast, sent):
    rule = save(
        desk_cast.actor("office"),
        kind="wage",
        name="inspect",
        title="劳动监察立案",
        amount=5,
        counted="working_days",
        source="《劳动保障监察条例》",
    )
    shown = [str(one.title) for one in queries.clocks_of(sent())]
    assert "劳动监察立案" in shown
    settings.drop_clock(actor=desk_cast.actor("office"), pk=rule.pk)
    assert "劳动监察立案" not in [str(one.title) for one in queries.clocks_of(sent())]


def test_a_clock_needs_a_source_and_the_districts_hand(desk_cast):
    with pytest.raises(BadInput):
        save(desk_cast.actor("office"), source="")
    with pytest.raises(BadInput):
        save(desk_cast.actor("office"), name="whenever")
    with pytest.raises(NotAllowed):
        save(desk_cast.actor("clerk"))


def test_often_used_answers_belong_to_the_unit_and_fill_the_field(desk_cast, taken):
    case, browser = taken(), desk_cast.client("clerk")
    told = {"title": "已联系", "words": "我们已联系站点，三天内回话。"}
    assert browser.post(f"/office/cases/{case.pk}/keep-answer/", told).status_code == 302
    kept = AnswerTemplate.objects.get()
    page = browser.get(f"/office/cases/{case.pk}/", {"use": kept.pk}).content.decode()
    assert "三天内回话。</textarea>" in page
    browser.post(f"/office/cases/{case.pk}/drop-answer/", {"answer": kept.pk})
    assert not AnswerTemplate.objects.exists()


def test_a_view_is_kept_under_a_name_for_oneself_and_forgotten(desk_cast, sent):
    sent()
    browser, here = desk_cast.client("clerk"), {"list": "cases.worklist", "next": "/office/cases/"}
    told = {"title": "欠薪", "query": "kind=wage&state=new&q=周小明&Evil=%0d%0a"}
    assert browser.post("/office/people/view/", here | told).status_code == 302
    view = KeptView.objects.get()
    assert view.query == "kind=wage&state=new"
    assert "欠薪" in browser.get("/office/cases/").content.decode()
    assert browser.get(f"/office/cases/?{view.query}").status_code == 200
    assert (
        desk_cast.client("office").post("/office/people/view/", here | {"drop": view.pk}).status_code == 404
    )
    browser.post("/office/people/view/", here | {"drop": view.pk})
    assert not KeptView.objects.exists()


def test_the_page_of_lengths_shows_every_source(desk_cast):
    page = desk_cast.client("office").get("/office/cases/clocks/").content.decode()
    for article in ("十四", "二十七", "四十三"):
        assert article in page
    told = {"kind": "", "name": "urgent", "amount": "1", "counted": "hours", "source": "本区承诺"}
    assert desk_cast.client("office").post("/office/cases/clocks/", told).status_code == 302
    assert "本区承诺" in desk_cast.client("office").get("/office/cases/clocks/").content.decode()


def test_a_length_is_changed_from_its_line_and_one_more_needs_a_title_only(desk_cast):
    browser = desk_cast.client("office")
    assert "?change=:hard#change" in browser.get("/office/cases/clocks/").content.decode()
    begun = browser.get("/office/cases/clocks/?change=:hard").content.decode()
    assert '<input type="hidden" name="name" value="hard"' in begun and 'name="amount" value="15"' in begun
    told = {"kind": "wage", "name": "", "title": "", "amount": "3", "counted": "days", "source": "本区承诺"}
    assert browser.post("/office/cases/clocks/", told).status_code == 422
    assert browser.post("/office/cases/clocks/", told | {"title": "三天内见面"}).status_code == 302
    assert browser.post("/office/cases/clocks/", told | {"title": "十天内回访"}).status_code == 302
    page = browser.get("/office/cases/clocks/").content.decode()
    assert "三天内见面" in page and "十天内回访" in page
