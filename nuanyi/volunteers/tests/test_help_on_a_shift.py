import io
from datetime import timedelta
from uuid import uuid4

import pytest
import segno
import zxingcpp
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape
from PIL import Image

from nuanyi.journal.models import Entry
from nuanyi.ledger import queries as ledger
from nuanyi.lib import clock
from nuanyi.lib.errors import BadInput, IllegalMove, NotAllowed, NotFound
from nuanyi.lib.figures import Window, offered
from nuanyi.volunteers import certificates, kinds, pledges, queries, rules
from nuanyi.volunteers.models import Evidence, Signup, Volunteer
from nuanyi.volunteers.services import joining, rewards, shifts

pytestmark = pytest.mark.django_db


def hours():
    return ledger.sums((kinds.HOURS,), Window())[()]


@pytest.fixture
def worked(cast, member, shift):
    """Somebody who signed in at a shift that is over now."""
    person, link = member()
    found = shift()
    signup = shifts.sign_up(link=link, shift=found.pk, role="traffic")
    with clock.held_at(found.starts_at):
        shifts.come(link=link, shift=found.pk)
    return person, link, found, signup


def test_who_asks_is_taken_by_the_unit_and_his_name_is_sealed(cast, team):
    key = uuid4()
    told = joining.VolunteerInput("周小明", "19900000001", "traffic", "450311101", agrees=True)
    made = [joining.ask(key=key, team=team.pk, told=told, network="203.0.113.9") for _n in range(3)][-1]
    assert Volunteer.objects.count() == 1
    assert (made.name_mask, made.phone_mask) == ("周**", "199****0001")
    assert "周小明".encode() not in bytes(made.sealed_name)
    with pytest.raises(NotAllowed):
        shifts.sign_up(link=joining.link_of(made), shift=_any_shift(cast, team).pk, role="traffic")
    with pytest.raises(NotFound):
        joining.move(actor=cast.actor("yanshan"), pk=made.pk, to="active")
    joining.move(actor=cast.actor("zhemu"), pk=made.pk, to="active")
    # whoever joined and was on no shift yet took no part
    assert offered()["governance.volunteers"].total(Window()) == 0


def _any_shift(cast, team):
    now = clock.now()
    told = shifts.ShiftInput(
        team.pk,
        "civility",
        "路口",
        "路口东",
        now + timedelta(hours=1),
        now + timedelta(hours=2),
        {"traffic": 1},
    )
    return shifts.call_shift(actor=cast.actor("office"), told=told)


@pytest.mark.parametrize(
    "more", [{"agrees": False}, {"phone": "123"}, {"name": "周"}, {"hours_a_week": 99}, {"role": "king"}]
)
def test_without_a_yes_or_with_nonsense_nothing_is_kept(team, more):
    with pytest.raises(BadInput):
        joining.ask(
            key=uuid4(),
            team=team.pk,
            told=joining.VolunteerInput(
                **{"name": "周小明", "phone": "19900000001", "role": "traffic", "agrees": True, **more}
            ),
            network="",
        )
    assert not Volunteer.objects.exists()


def test_places_then_the_waiting_list_and_whoever_gives_his_away_is_followed(member, shift):
    found, people = shift(), [member(n) for n in range(3)]
    stands = [shifts.sign_up(link=link, shift=found.pk, role="traffic").place for _person, link in people]
    assert stands == ["on", "on", "waiting"]
    assert shifts.sign_up(link=people[0][1], shift=found.pk, role="traffic").place == "on"
    shifts.give_away(link=people[0][1], shift=found.pk)
    assert Signup.objects.get(volunteer=people[2][0]).place == "on"
    assert Signup.objects.get(volunteer=people[0][0]).place == "off"


def test_a_place_that_nobody_waits_for_stays_mine_until_somebody_takes_it(member, shift):
    found, people = shift(needs={"traffic": 1}), [member(n) for n in range(2)]
    shifts.sign_up(link=people[0][1], shift=found.pk, role="traffic")
    assert shifts.give_away(link=people[0][1], shift=found.pk).place == "offered"
    assert shifts.sign_up(link=people[1][1], shift=found.pk, role="traffic").place == "on"
    assert Signup.objects.get(volunteer=people[0][0]).place == "off"


def test_signing_in_makes_no_hours_and_only_around_the_shift(member, shift):
    _person, link = member()
    found = shift(starts_at=clock.now() + timedelta(hours=3), ends_at=clock.now() + timedelta(hours=5))
    shifts.sign_up(link=link, shift=found.pk, role="traffic")
    with pytest.raises(IllegalMove):
        shifts.come(link=link, shift=found.pk)
    with clock.held_at(found.starts_at - timedelta(minutes=20)):
        shifts.come(link=link, shift=found.pk)
    assert Volunteer.objects.get().minutes == 0


def test_hours_are_what_somebody_else_confirms_never_more_than_the_shift(worked, cast):
    person, _link, found, signup = worked
    with clock.held_at(found.ends_at + timedelta(minutes=1)):
        with pytest.raises(BadInput):
            shifts.confirm(actor=cast.actor("zhemu"), signup=signup.pk, minutes=181)
        with pytest.raises((NotAllowed, NotFound)):
            shifts.confirm(actor=cast.actor("yanshan"), signup=signup.pk, minutes=180)
        shifts.close(actor=cast.actor("zhemu"), pk=found.pk)
        assert (Volunteer.objects.get(pk=person.pk).minutes, hours()) == (180, 3)
        with pytest.raises(BadInput):  # taking away needs a reason
            shifts.confirm(actor=cast.actor("zhemu"), signup=signup.pk, minutes=60)
        shifts.confirm(actor=cast.actor("zhemu"), signup=signup.pk, minutes=60, note="提前离开")
        assert (Volunteer.objects.get(pk=person.pk).minutes, hours()) == (60, 1)


def test_an_appeal_is_decided_by_somebody_else(worked, cast):
    person, link, found, signup = worked
    with clock.held_at(found.ends_at + timedelta(minutes=1)):
        shifts.confirm(actor=cast.actor("zhemu"), signup=signup.pk, minutes=60, note="提前离开")
        shifts.appeal(link=link, signup=signup.pk, words="我站到最后")
        with pytest.raises(NotAllowed):
            shifts.decide(actor=cast.actor("zhemu"), signup=signup.pk, minutes=180, note="改")
        shifts.decide(actor=cast.actor("office"), signup=signup.pk, minutes=180, note="有照片为证")
    assert Volunteer.objects.get(pk=person.pk).minutes == 180
    assert Signup.objects.get().appeal == "granted"
    with pytest.raises(NotFound):
        shifts.decide(actor=cast.actor("office"), signup=signup.pk, minutes=0, note="再改")


def test_a_certificate_proves_its_numbers_and_shows_no_name_on_the_page(worked, cast):
    person, link, found, _signup = worked
    with clock.held_at(found.ends_at + timedelta(minutes=1)):
        shifts.close(actor=cast.actor("zhemu"), pk=found.pk)
    pdf = Client().get(f"/v/{link}/hours.pdf")
    assert pdf.content.startswith(b"%PDF")
    picture = Image.open(io.BytesIO(Client().get(f"/v/{link}/hours.png").content))
    (code,) = zxingcpp.read_barcodes(picture)
    assert code.text.endswith(certificates.path_of(f"V{person.pk:06d}", 180))
    path = certificates.path_of(f"V{person.pk:06d}", 180)
    page = Client().get(f"/{path}")
    assert page.status_code == 200
    assert "周小" not in page.content.decode()
    assert Client().get("/" + path.replace("-180-", "-900-")).status_code == 404


def test_whoever_leaves_is_nobody_and_his_hours_stay(worked, cast):
    person, link, found, _signup = worked
    with clock.held_at(found.ends_at + timedelta(minutes=1)):
        shifts.close(actor=cast.actor("zhemu"), pk=found.pk)
    Client().post(f"/v/{link}/leave/")
    gone = Volunteer.objects.get(pk=person.pk)
    assert (gone.sealed_name, gone.sealed_phone, gone.name_mask, gone.phone_mask) == (None, None, "", "")
    assert Client().get(f"/v/{link}/").status_code == 404
    assert hours() == 3
    assert offered()["governance.volunteers"].total(Window()) == 1


def test_the_duty_list_with_names_is_for_the_unit_and_in_the_journal(worked, cast):
    _person, _link, found, _signup = worked
    assert joining.names(actor=cast.actor("zhemu"), shift=found.pk, purpose="发早上的通知") == [
        ("周小0", "19900001000", "文明交通宣传员")
    ]
    assert Entry.objects.filter(kind="volunteers.name_seen").count() == 1
    with pytest.raises((NotAllowed, NotFound)):
        joining.names(actor=cast.actor("yanshan"), shift=found.pk, purpose="发早上的通知")
    shown = cast.client("zhemu").post(
        f"/office/volunteers/shifts/{found.pk}/names/", {"purpose": "发早上的通知"}
    )
    assert (shown.status_code, shown["Cache-Control"]) == (200, "no-store")
    silent = cast.client("zhemu").post(f"/office/volunteers/shifts/{found.pk}/names/")
    assert silent.status_code == 422
    assert "19900001000" not in silent.content.decode()
    assert "19900001000" in shown.content.decode()
    page = cast.client("zhemu").get("/office/volunteers/").content.decode()
    assert "周小0" not in page
    assert "周**" in page


class OnePledge:
    """Stands for the list of resources of the other room; the two together are tested in the room above both."""

    def __init__(self, unit):
        self.offer = pledges.Offer(
            1, "热饭一份", unit.pk, unit.short_name, 1, "份", clock.today() + timedelta(days=9)
        )

    def offers(self, actor):
        return [self.offer]

    def set_aside(self, actor, pk, amount):
        return self.offer

    def give_back(self, actor, pk, amount):
        pass


@pytest.fixture
def reward(cast, district, monkeypatch):
    monkeypatch.setattr(pledges, "_shelves", [OnePledge(district["gonghui"])])
    return rewards.save_reward(actor=cast.actor("office"), pledge=1, hours=2, stock=1)


def test_a_reward_whose_pledge_is_over_is_taken_no_more(worked, reward, cast):
    _person, link, *_rest = worked
    assert [one.pk for one in queries.rewards()] == [reward.pk]
    with clock.held_at(clock.now() + timedelta(days=10)):
        assert queries.rewards() == []
        with pytest.raises(IllegalMove) as refused:
            rewards.take(link=link, reward=reward.pk, key=uuid4())
    assert refused.value.code == "ended"


def test_hours_are_spent_once_and_a_code_is_good_once(worked, reward, cast):
    person, link, found, _signup = worked
    with pytest.raises(IllegalMove):
        rewards.take(link=link, reward=reward.pk, key=uuid4())
    with clock.held_at(found.ends_at + timedelta(minutes=1)):
        shifts.close(actor=cast.actor("zhemu"), pk=found.pk)
    key = uuid4()
    vouchers = {rewards.take(link=link, reward=reward.pk, key=key).code for _n in range(3)}
    assert len(vouchers) == 1
    with pytest.raises(IllegalMove):
        rewards.take(link=link, reward=reward.pk, key=uuid4())
    assert Volunteer.objects.get(pk=person.pk).spent == 120
    code = vouchers.pop()
    assert reward.unit_id != cast.accounts["yanshan"].unit_id
    with pytest.raises(NotFound) as another:  # staff of another unit do not use it up
        rewards.redeem(actor=cast.actor("yanshan"), code=code)
    with pytest.raises(NotFound) as none:
        rewards.redeem(actor=cast.actor("yanshan"), code="QQQQQQQQ")
    assert str(another.value) == str(none.value)
    rewards.redeem(actor=cast.actor("keeper"), code=f" {code.lower()[:4]}-{code[4:]} ")
    with pytest.raises(IllegalMove):
        rewards.redeem(actor=cast.actor("keeper"), code=code)
    with pytest.raises(NotAllowed):
        rewards.redeem(actor=cast.actor("instructor"), code=code)


def test_a_voucher_is_a_code_to_scan_that_no_server_sees_until_it_is_used(worked, reward, cast, settings):
    settings.NUANYI_PUBLIC_URL = "https://nuanyi.example"
    _person, link, found, _signup = worked
    with clock.held_at(found.ends_at + timedelta(minutes=1)):
        shifts.close(actor=cast.actor("zhemu"), pk=found.pk)
    code = rewards.take(link=link, reward=reward.pk, key=uuid4()).code
    page = Client().get(f"/v/{link}/").content.decode()
    address = f"https://nuanyi.example/office/volunteers/redeem/#{code}"
    drawn = segno.make(address, error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff")
    assert escape(drawn) in page
    rewards.redeem(actor=cast.actor("keeper"), code=code)
    assert "data:image/svg" not in Client().get(f"/v/{link}/").content.decode(), "used up: nothing to scan"


@pytest.mark.parametrize(
    ("minutes", "stars"), [(0, 0), (99 * 60, 0), (100 * 60, 1), (599 * 60, 2), (1500 * 60, 5), (9999 * 60, 5)]
)
def test_stars_come_by_the_districts_own_steps(minutes, stars):
    assert rules.stars_for(minutes, queries.steps()) == stars


def test_the_number_of_queries_of_a_page_does_not_grow(worked, cast, shift, member):
    _person, link, *_rest = worked
    pages = [
        f"/v/{link}/",
        "/volunteer/",
        *(f"/office/volunteers/{page}" for page in ("", "shifts/", "campaigns/", "rewards/")),
    ]
    browser = cast.client("office")

    def counts():
        found = []
        for page in pages:
            with CaptureQueriesContext(connection) as seen:
                assert browser.get(page).status_code == 200
            found.append(len(seen))
        return found

    counts()
    before = counts()
    for n in range(6):
        found = shift(title=f"路口{n}")
        _other, other = member(10 + n)
        shifts.sign_up(link=other, shift=found.pk, role="traffic")
    assert counts() == before


def test_a_photo_of_a_shift_is_kept_sealed_once_and_looking_is_journaled(worked, cast):
    _person, _link, found, _signup = worked
    held, key = io.BytesIO(), uuid4()
    Image.new("RGB", (60, 40), "white").save(held, "JPEG", comment=b"canary")
    for _again in range(2):
        shifts.add_evidence(actor=cast.actor("zhemu"), pk=found.pk, data=held.getvalue(), key=key)
    assert Evidence.objects.count() == 1
    assert not bytes(Evidence.objects.get().sealed_data).startswith(b"\xff\xd8")
    shown = cast.client("zhemu").get(f"/office/volunteers/shifts/{found.pk}/photos/{key}/")
    assert b"canary" not in shown.content
    assert Entry.objects.filter(kind="volunteers.evidence_seen").count() == 1
    assert cast.client("yanshan").get(f"/office/volunteers/shifts/{found.pk}/photos/{key}/").status_code in (
        403,
        404,
    )


def test_a_place_given_away_is_taken_back_and_nobody_signs_in_days_before(member, shift):
    _person, link = member()
    found = shift(starts_at=clock.now() + timedelta(days=3), ends_at=clock.now() + timedelta(days=3, hours=2))
    phone = Client()
    phone.post(f"/v/{link}/up/", {"shift": found.pk, "role": "traffic"})
    page = phone.get(f"/v/{link}/").content.decode()
    assert "已报名" in page
    assert f"/v/{link}/come/" not in page
    early = phone.post(f"/v/{link}/come/", {"shift": found.pk})
    assert early.status_code == 409
    assert found.title in early.content.decode(), "the secret page stays"
    phone.post(f"/v/{link}/away/", {"shift": found.pk})
    assert Signup.objects.get().place == "offered"
    assert "把名额要回来" in phone.get(f"/v/{link}/").content.decode()
    phone.post(f"/v/{link}/up/", {"shift": found.pk, "role": "traffic"})
    assert Signup.objects.get().place == "on"


def test_a_reward_is_asked_for_a_second_time_and_not_offered_for_hours_that_are_not_there(worked, reward):
    person, link, _found, _signup = worked
    page = Client().get(f"/v/{link}/").content.decode()
    assert reward.title in page
    assert f"/v/{link}/reward/" not in page
    Volunteer.objects.filter(pk=person.pk).update(minutes=180)
    page = Client().get(f"/v/{link}/").content.decode()
    form = page.index(f"/v/{link}/reward/")
    fold = page.rindex("<details", 0, form)
    assert page.index("</details>", fold) > form


def test_a_duty_list_counts_into_the_days_quota_by_its_names(worked, cast, monkeypatch):
    from nuanyi.lib.errors import TooMuch
    from nuanyi.notices.models import Notice
    from nuanyi.people import rules as people_rules

    _person, _link, found, _signup = worked
    monkeypatch.setattr(people_rules, "REVEALS_A_DAY", 2)
    monkeypatch.setattr(people_rules, "REVEALS_ALARM", 2)
    for _turn in range(2):
        assert joining.names(actor=cast.actor("zhemu"), shift=found.pk, purpose="发早上的通知")
    with pytest.raises(TooMuch):
        joining.names(actor=cast.actor("zhemu"), shift=found.pk, purpose="发早上的通知")
    assert [notice.account.username for notice in Notice.objects.filter(kind="reveal-alarm")] == ["auditor"]
    answer = cast.client("zhemu").post(
        f"/office/volunteers/shifts/{found.pk}/names/", {"purpose": "发早上的通知"}
    )
    assert answer.status_code == 429
    assert "19900001000" not in answer.content.decode()
    assert Entry.objects.filter(kind="volunteers.name_seen").count() == 2
