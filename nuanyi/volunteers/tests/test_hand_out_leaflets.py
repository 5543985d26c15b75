import re
from datetime import date
from uuid import uuid4

import pytest

from nuanyi.ledger import queries as ledger
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotFound
from nuanyi.lib.figures import Window, offered
from nuanyi.volunteers import kinds, queries
from nuanyi.volunteers.models import Draw
from nuanyi.volunteers.services import campaigns

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(cast, team, district):
    return campaigns.save_campaign(
        actor=cast.actor("office"),
        topic="fraud",
        title="反诈宣传",
        text="不轻信",
        unit=district["t101"],
        stock=100,
        first_day=date(2026, 4, 1),
        last_day=date(2026, 6, 1),
    )


def draw(cast, team, campaign, count, key=None, region="450311101"):
    return campaigns.draw(
        actor=cast.actor("zhemu"),
        campaign=campaign.pk,
        team=team.pk,
        region_code=region,
        count=count,
        key=key or uuid4(),
    )


def test_what_is_drawn_less_what_came_back_is_handed_out_by_query(cast, team, campaign):
    key = uuid4()
    for _again in range(3):
        drawn = draw(cast, team, campaign, 60, key)
    assert Draw.objects.count() == 1
    assert offered()[kinds.LEAFLETS].total(Window()) == 0
    campaigns.count_back(actor=cast.actor("zhemu"), pk=drawn.pk, back=10)
    campaigns.count_back(actor=cast.actor("zhemu"), pk=drawn.pk, back=15)
    assert offered()[kinds.LEAFLETS].total(Window()) == 45
    assert ledger.sums((kinds.LEAFLETS,), Window(), ("region_code",)) == {("450311101",): 45}
    assert queries.left_of(campaign) == 55


def test_a_key_of_one_drawing_is_refused_for_another_and_no_answer_of_it_comes_back(
    cast, team, campaign, district
):
    """The first drawing came back in silence, and nothing was drawn of the second campaign."""
    other = campaigns.save_campaign(
        actor=cast.actor("office"),
        topic="fraud",
        title="交通安全宣传",
        text="戴头盔",
        unit=district["t101"],
        stock=100,
        first_day=date(2026, 4, 1),
        last_day=date(2026, 6, 1),
    )
    key = uuid4()
    draw(cast, team, campaign, 60, key)
    for told in ({"campaign": other, "count": 60}, {"campaign": campaign, "count": 30}):
        with pytest.raises(Conflict) as refused:
            draw(cast, team, key=key, **told)
        assert refused.value.code == "key-reused"


def test_never_more_than_are_left_and_never_more_back_than_drawn(cast, team, campaign):
    drawn = draw(cast, team, campaign, 80)
    with pytest.raises(IllegalMove):
        draw(cast, team, campaign, 21)
    with pytest.raises(BadInput):
        campaigns.count_back(actor=cast.actor("zhemu"), pk=drawn.pk, back=81)
    campaigns.count_back(actor=cast.actor("zhemu"), pk=drawn.pk, back=80)
    assert draw(cast, team, campaign, 100).count == 100


def test_another_unit_draws_nothing(cast, team, campaign):
    with pytest.raises(NotFound):
        campaigns.draw(
            actor=cast.actor("yanshan"),
            campaign=campaign.pk,
            team=team.pk,
            region_code="450311101",
            count=1,
            key=uuid4(),
        )


def test_what_came_back_is_counted_in_a_field_that_is_named_by_what_stands_in_its_row(cast, team, campaign):
    for place in ("450311101", "450311100"):
        draw(cast, team, campaign, 30, region=place)
    page = cast.client("office").get(f"/office/volunteers/campaigns/{campaign.pk}/").content.decode()
    fields = re.findall(r'name="back"[^>]*aria-labelledby="([^"]+)"', page)
    named = [
        [re.sub(r"<[^>]+>", "", text).strip() for one in ids.split() for text in told(page, one)]
        for ids in fields
    ]
    assert [name[0] for name in named] == ["退回"] * 2
    assert [name[2:] for name in named] == [[team.name, "雁山镇"], [team.name, "柘木镇"]]


def told(page, one):
    """What stands in the cell that bears this name, once."""
    found = re.findall(rf'<t[dh][^>]* id="{one}">(.*?)</t[dh]>', page, re.S)
    assert len(found) == 1, one
    return found


def test_what_is_covered_shows_the_places_without_any_too(cast, team, campaign):
    draw(cast, team, campaign, 30)
    shown = {name: n for _code, name, n in queries.covered(campaign)}
    assert shown["柘木镇"] == 30
    assert shown["雁山镇"] == 0
    page = cast.client("office").get(f"/office/volunteers/campaigns/{campaign.pk}/").content.decode()
    assert "还没有" in page
