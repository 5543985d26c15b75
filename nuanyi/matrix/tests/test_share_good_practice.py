"""Good practice is reviewed by somebody else and shows figures as they are; regulations keep their versions."""

from datetime import date

import pytest

from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib.errors import BadInput, IllegalMove, NotAllowed, NotFound
from nuanyi.matrix import shelf
from nuanyi.matrix.services import practice
from nuanyi.matrix.waiting import waiting_for
from nuanyi.notices import services as notices
from nuanyi.notices.models import Call
from nuanyi.units.models import Unit

TEXT = (
    "晚上开门到十点，<b>骑手</b>最需要。\n全年提供政策咨询 {service.policy_consultations} 次，都有记录可查。"
)


def written(cast, district, text=TEXT):
    return practice.save_practice(
        actor=cast.actor("yanshan"), unit=district["t100"], title="夜间驿站不打烊", text=text, period="2022"
    )


@pytest.mark.django_db
def test_it_is_shared_after_somebody_else_read_it_and_its_figures_are_of_now(cast, district):
    made = written(cast, district)
    with pytest.raises(NotFound):
        shelf.practice(cast.actor("zhemu"), made.pk)
    practice.move_practice(actor=cast.actor("yanshan"), pk=made.pk, to="review")
    with pytest.raises(NotAllowed):
        practice.move_practice(actor=cast.actor("yanshan"), pk=made.pk, to="shared")
    practice.move_practice(actor=cast.actor("office"), pk=made.pk, to="shared")
    line = Delivered(day=date(2022, 6, 9), count=7)
    ledger.record("service.policy_consultations", [line], source=Unit.objects.first())
    page = cast.client("office").get(f"/office/matrix/practice/{made.pk}/").content.decode()
    assert ">7</a> 次" in page and "/records/service.policy_consultations/?period=2022" in page
    assert "<b>骑手" not in page and "&lt;b&gt;骑手" in page
    assert cast.client("zhemu").get(f"/office/matrix/practice/{made.pk}/").status_code == 200


@pytest.mark.django_db
def test_nobody_reviews_his_own_and_a_shared_one_is_not_changed(cast, district):
    office = cast.actor("office")
    made = practice.save_practice(actor=office, unit=district["zuzhi"], title="我写的做法", text=TEXT)
    practice.move_practice(actor=office, pk=made.pk, to="review")
    with pytest.raises(NotAllowed):
        practice.move_practice(actor=office, pk=made.pk, to="shared")
    practice.move_practice(actor=cast.actor("office2"), pk=made.pk, to="shared")
    with pytest.raises(IllegalMove):
        practice.save_practice(actor=office, unit=district["zuzhi"], title="再改一改", text=TEXT, pk=made.pk)


@pytest.mark.django_db
def test_a_figure_that_nobody_offers_is_refused_by_name(cast, district):
    with pytest.raises(BadInput) as refused:
        written(cast, district, TEXT + "{no.such_figure}")
    assert "no.such_figure" in str(refused.value.fields["text"])


@pytest.mark.django_db
def test_a_regulation_says_on_each_day_what_held_then(cast, district):
    office = cast.actor("office")

    def version(text, day):
        return practice.save_regulation(
            actor=office, title="关爱凝聚新就业群体制度", unit=district["zuzhi"], text=text, from_date=day
        )

    version("第一条 设立暖心驿站若干。", date(2022, 3, 1))
    made = version("第一条 设立暖心驿站五家。", date(2022, 9, 1))
    with pytest.raises(BadInput):
        version("第一条 设立暖心驿站五家。", date(2023, 1, 1))
    assert shelf.regulations(date(2022, 6, 1))[0].now.number == 1
    assert shelf.regulations(date(2022, 9, 1))[0].now.number == 2
    page = (
        cast.client("zhemu")
        .get(f"/office/matrix/regulations/{made.regulation_id}/?version=1")
        .content.decode()
    )
    assert "若干" in page
    with pytest.raises(NotAllowed):
        practice.end_regulation(actor=cast.actor("zhemu"), pk=made.regulation_id, on=date(2023, 1, 1))


@pytest.mark.django_db
def test_nobody_who_wrote_in_it_reviews_it_whoever_wrote_last(cast, district):
    first, second = cast.actor("office"), cast.actor("office2")
    told = {"unit": district["zuzhi"], "title": "我写的做法", "text": TEXT}
    made = practice.save_practice(actor=first, **told)
    practice.save_practice(actor=second, pk=made.pk, **told)
    practice.move_practice(actor=second, pk=made.pk, to="review")
    for writer in (first, second):
        with pytest.raises(NotAllowed):
            practice.move_practice(actor=writer, pk=made.pk, to="shared")
    made.refresh_from_db()
    assert made.author == cast.accounts["office"]
    practice.move_practice(actor=cast.actor("organisation"), pk=made.pk, to="shared")


@pytest.mark.django_db
def test_a_figure_that_a_text_names_often_is_asked_for_once(cast, district):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    office, needed = cast.actor("office"), []
    for times in (1, 20):
        made = written(cast, district, TEXT + "又说一遍：{service.policy_consultations}。" * times)
        with CaptureQueriesContext(connection) as found:
            shelf.text_of(office, made)
        needed.append(len(found))
    assert needed[0] == needed[1]


@pytest.mark.django_db
def test_an_author_hears_what_became_of_it_and_the_first_page_of_each_says_what_waits(cast, district):
    made = written(cast, district)
    yanshan, office = cast.actor("yanshan"), cast.actor("office")

    def waits(actor):
        return [
            one for one in waiting_for(actor) if one.route.name.startswith("matrix:practice") and one.count
        ]

    practice.move_practice(actor=yanshan, pk=made.pk, to="review")
    (review,) = waits(office)
    assert review.count == 1 and review.route.query == {"state": "review"} and not waits(yanshan)
    assert "夜间驿站不打烊" in cast.client("office").get(review.route.address).content.decode()
    practice.move_practice(actor=office, pk=made.pk, to="draft", words="请写明时间")
    (back,) = waits(yanshan)
    assert "请写明时间" in cast.client("yanshan").get(back.route.address).content.decode()
    assert not waits(office) and not waits(cast.actor("zhemu"))
    practice.move_practice(actor=yanshan, pk=made.pk, to="review")
    practice.move_practice(actor=office, pk=made.pk, to="shared")
    told = Call.objects.filter(kind__startswith="practice-").order_by("pk")
    assert [(one.kind, one.account_id) for one in told] == [
        ("practice-returned", yanshan.account_id),
        ("practice-shared", yanshan.account_id),
    ]
    notices.spread_calls()
    heard = cast.client("yanshan").get("/office/notices/").content.decode()
    assert "“夜间驿站不打烊”已共享" in heard
