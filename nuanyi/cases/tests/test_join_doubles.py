import pytest
from django.test import Client

from nuanyi.cases import queries
from nuanyi.cases.models import Case
from nuanyi.cases.services import desk, intake, joining
from nuanyi.lib.actor import GUEST
from nuanyi.lib.errors import BadInput, NotFound
from nuanyi.notices.models import Happening


def test_the_same_phone_is_shown_as_likely_and_joining_takes_the_words_along(desk_cast, taken):
    first, second = taken(), taken(words="还是那件事，站长又不认了")
    clerk = desk_cast.actor("clerk")
    assert joining.likely_doubles(second) == [first]
    joining.join(actor=clerk, pk=second.pk, into=first.pk)
    page = desk_cast.client("clerk").get(f"/office/cases/{first.pk}/").content.decode()
    assert "站长又不认了" in page
    link = intake.link_of(Case.objects.get(pk=second.pk))
    page = Client().get(f"/c/{link}/").content.decode()
    assert first.ref in page
    assert joining.likely_doubles(Case.objects.get(pk=first.pk)) == []


def test_what_was_joined_goes_along_when_the_request_is_handed_over(desk_cast, taken, district):
    first, second = taken(), taken(words="还是那件事，站长又不认了")
    clerk, other = desk_cast.actor("clerk"), desk_cast.client("yanshan")
    Happening.objects.all().delete()
    joining.join(actor=clerk, pk=second.pk, into=first.pk)
    assert Happening.objects.count() == 1, "its worker hears that there is something to read"
    desk.offer(actor=clerk, pk=first.pk, to=district["t100"], words="站点在你们镇上")
    assert "站长又不认了" not in other.get(f"/office/cases/{first.pk}/").content.decode()
    assert other.post(f"/office/cases/{first.pk}/take/").status_code == 302
    second.refresh_from_db()
    assert second.unit == district["t100"]
    assert "站长又不认了" in other.get(f"/office/cases/{first.pk}/").content.decode()


def test_the_worker_says_no_and_there_are_two_again(desk_cast, taken):
    first, second = taken(), taken(words="另一个人写的")
    joining.join(actor=desk_cast.actor("clerk"), pk=second.pk, into=first.pk)
    link = intake.link_of(Case.objects.get(pk=second.pk))
    assert Client().post(f"/c/{link}/disagree/", {"words": "不是我的"}).status_code == 302
    again = Case.objects.get(pk=second.pk)
    assert (again.state, again.merged_into) == ("open", None)


def test_nothing_is_joined_with_itself_or_into_what_has_ended_or_is_anothers(desk_cast, taken, sent):
    first, second = taken(), taken()
    clerk = desk_cast.actor("clerk")
    with pytest.raises(BadInput):
        joining.join(actor=clerk, pk=first.pk, into=first.pk)
    with pytest.raises(NotFound):
        joining.join(actor=clerk, pk=first.pk, into=999_999)
    joining.join(actor=clerk, pk=second.pk, into=first.pk)
    third = taken()
    with pytest.raises(BadInput):
        joining.join(actor=clerk, pk=third.pk, into=second.pk)


def test_a_joined_link_shows_nothing_of_the_other_case(desk_cast, taken):
    first, second = taken(words="只有我知道的话"), taken(words="别人写的")
    joining.join(actor=desk_cast.actor("clerk"), pk=second.pk, into=first.pk)
    page = Client().get(f"/c/{intake.link_of(second)}/").content.decode()
    assert "只有我知道的话" not in page


def test_words_that_their_worker_deletes_are_gone_from_the_case_they_were_joined_with_too(desk_cast, taken):
    first, second = taken(), taken(words="只有我知道的话")
    joining.join(actor=desk_cast.actor("clerk"), pk=second.pk, into=first.pk)
    intake.forget(actor=GUEST, case=Case.objects.get(pk=second.pk))
    page = desk_cast.client("clerk").get(f"/office/cases/{first.pk}/").content.decode()
    assert second.ref in page
    assert "只有我知道的话" not in page
    assert "只有我知道的话" not in str(queries.messages_of(Case.objects.get(pk=first.pk), inside=True))
