from uuid import uuid4

import pytest

from nuanyi.learning.forms import questions_as_text, questions_from_text
from nuanyi.learning.models import Finish, Lesson, LessonVersion
from nuanyi.learning.reading import html_of
from nuanyi.learning.services import lessons
from nuanyi.learning.services.lessons import LessonInput
from nuanyi.lib.errors import BadInput, IllegalMove, NotAllowed

QUESTION = {"q": "头盔几年一换？", "options": ["三年", "十年"], "right": 0, "why": "泡沫会老化。"}


def told(**more):
    first = {
        "slug": "helmet",
        "category": "road",
        "title": "头盔怎么戴",
        "body": "戴头盔，扣好带子，两指能进。" * 3,
        "sources": ["《道路交通安全法》第五十一条"],
        "questions": [QUESTION],
    }
    return LessonInput(**{**first, **more})


@pytest.fixture
def published(cast):
    """A lesson that one wrote and another published."""

    def make(**more):
        lesson = lessons.save_lesson(actor=cast.actor("office2"), told=told(**more))
        lessons.move_lesson(actor=cast.actor("office2"), lesson=lesson, to="review")
        return lessons.move_lesson(actor=cast.actor("office"), lesson=lesson, to="published")

    return make


def test_nobody_publishes_what_he_wrote_and_only_the_districts_hand_publishes(cast):
    lesson = lessons.save_lesson(actor=cast.actor("office"), told=told())
    lesson = lessons.move_lesson(actor=cast.actor("office"), lesson=lesson, to="review")
    with pytest.raises(IllegalMove):
        lessons.move_lesson(actor=cast.actor("office"), lesson=lesson, to="published")
    with pytest.raises(NotAllowed):
        lessons.move_lesson(actor=cast.actor("instructor"), lesson=lesson, to="published")
    assert (
        lessons.move_lesson(actor=cast.actor("office2"), lesson=lesson, to="published").state == "published"
    )


def test_a_changed_lesson_is_a_draft_again_and_the_old_words_are_kept(cast, published, client):
    lesson = published()
    changed = lessons.save_lesson(
        actor=cast.actor("office"), told=told(body="新的说法，也要二十个字以上才算一课内容。"), lesson=lesson
    )
    assert (changed.state, changed.version) == ("draft", 2)
    assert "两指能进" in LessonVersion.objects.get().body
    assert client.get("/learn/helmet/").status_code == 404


def test_a_lesson_without_source_or_with_a_crooked_question_is_refused(cast):
    for wrong in (
        {"sources": [" "]},
        {"body": "短"},
        {"category": "x"},
        {"questions": [{**QUESTION, "right": 5}]},
        {"questions": [{**QUESTION, "why": ""}]},
    ):
        with pytest.raises(BadInput):
            lessons.save_lesson(actor=cast.actor("office"), told=told(**wrong))
    assert not Lesson.objects.exists()


def test_questions_are_written_as_text_and_read_back_the_same():
    assert questions_from_text(questions_as_text([QUESTION, QUESTION])) == [QUESTION, QUESTION]
    assert questions_from_text("没有选项") == [{"q": "没有选项", "options": [], "right": -1, "why": ""}]


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](data:text/html;base64,AAAA)",
        '<img src=x onerror="a()">',
        "<iframe src=//x>",
    ],
)
def test_markdown_with_scripts_shows_them_and_runs_nothing(evil):
    html = html_of(f"一段话\n\n{evil}")
    for bad in ("<script", "<img src=x", "<iframe", 'href="javascript', 'src="data:text'):
        assert bad not in html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("别说**“国家级、最佳”**这类用语", "<p>别说<strong>“国家级、最佳”</strong>这类用语</p>"),
        ("**先停车。**再打电话", "<p><strong>先停车。</strong>再打电话</p>"),
        ("二 ** 三", "<p>二 ** 三</p>"),
        ("**一** 和 **二**", "<p><strong>一</strong> 和 <strong>二</strong></p>"),
    ],
)
def test_bold_words_between_chinese_signs_are_bold(text, html):
    assert html_of(text).strip() == html


def test_riders_read_search_and_finish_without_a_name(cast, published, client):
    published()
    assert "头盔怎么戴" in client.get("/learn/").content.decode()
    assert "头盔怎么戴" in client.get("/learn/", {"q": "两指"}).content.decode()
    assert "头盔怎么戴" not in client.get("/learn/", {"category": "fraud"}).content.decode()
    page = client.get("/learn/helmet/").content.decode()
    assert "泡沫会老化" in page
    assert "第五十一条" in page
    key = str(uuid4())
    for _again in range(3):
        assert client.post("/learn/helmet/done/", {"key": key}).status_code == 302
    assert Finish.objects.count() == 1
    assert client.post("/learn/nothing/done/", {"key": key}).status_code == 404


def test_an_instructor_writes_looks_and_asks_for_review_in_the_office(cast):
    browser = cast.client("instructor")
    form = {
        "category": "road",
        "title": "雨天骑行",
        "lead": "慢一点",
        "body": "**减速**，下雨的井盖和标线都滑，提前刹车，不急转。",
        "sources": "《道路交通安全法》第四十二条",
        "questions": questions_as_text([QUESTION]),
    }
    seen = browser.post("/office/learning/preview/", form).content.decode()
    assert "<strong>减速</strong>" in seen
    assert "头盔几年一换？" in seen
    assert "<html" not in seen
    assert not Lesson.objects.exists()
    assert cast.client("clerk").post("/office/learning/preview/", form).status_code == 403
    assert browser.post("/office/learning/new/", form).status_code == 302
    lesson = Lesson.objects.get()
    assert lesson.slug.startswith("road-")
    address = f"/office/learning/{lesson.pk}/"
    assert "提交审核" in browser.get(address).content.decode()
    assert browser.post(f"{address}move/", {"to": "review"}).status_code == 302
    own = browser.get(address).content.decode()
    assert "等待区里同事审核" in own
    assert 'value="published"' not in own, "nobody is offered what would be refused"
    assert browser.post(f"{address}move/", {"to": "published"}).status_code == 403
    assert 'value="published"' in cast.client("office").get(address).content.decode()
    assert (
        cast.client("office").post(f"/office/learning/{lesson.pk}/move/", {"to": "published"}).status_code
        == 302
    )
    assert Lesson.objects.get().state == "published"
