from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nuanyi.units import queries, rules, services
from nuanyi.units.rules import RuleRow

roles, sectors = st.sampled_from(rules.ROLE_ORDER), st.sampled_from(["", "courier", "delivery"])
regions = st.sampled_from(["", "450311", "450311100", "450311101", "450311100901"])
rows = st.builds(RuleRow, roles, sectors, regions, st.integers(1, 9), st.just(""), st.integers(1, 99))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a busy machine draws slowly
@given(st.lists(rows, max_size=12), sectors, regions, st.dictionaries(regions, st.integers(1, 9)))
def test_there_is_always_one_that_leads_and_one_that_holds(some, sector, region, townships):
    found = rules.answers(some, sector=sector, region_code=region, townships=townships, fallback_unit=5)
    assert [answer.role for answer in found].count("lead") == 1
    assert [answer.role for answer in found].count("hold") == 1
    assert len({(answer.role, answer.unit_id) for answer in found}) == len(found)


def test_the_most_exact_rule_wins():
    some = [
        RuleRow("guide", "courier", "", 1, rule_id=1),
        RuleRow("guide", "courier", "450311100", 2, rule_id=2),
    ]
    guide = [
        a
        for a in rules.answers(some, sector="courier", region_code="450311100", townships={}, fallback_unit=9)
        if a.role == "guide"
    ]
    assert [(a.unit_id, a.reason) for a in guide] == [(2, "rule-exact")]


def test_a_courier_in_yanshan_is_answered_for_by_line_and_by_place(district):
    found = {a.role: a.unit.name for a in queries.who_answers(sector="courier", region_code="450311100")}
    assert found == {"lead": "组织部", "guide": "市场监管局", "hold": "雁山镇", "cooperate": "总工会"}


def test_a_dry_run_lists_what_would_move_and_changes_nothing(cast, district, program):
    from nuanyi.census.models import Establishment

    Establishment.objects.create(name="a", name_key="a", sector="delivery", region_code="450311100")
    book = queries.directory()
    edit = services.RuleEdit("guide", "delivery", "", district["shichang"].pk)
    [move] = queries.dry_run(services.rules_after(edit, book), book)
    assert (move.role, move.before, move.after, move.subjects.count) == ("guide", "—", "市场监管局", 1)
    assert queries.directory() == book
    services.change_rule(actor=program, edit=edit)
    assert any(a.role == "guide" for a in queries.who_answers(sector="delivery", region_code="450311100"))


def test_a_point_on_the_map_has_an_answer_in_any_coordinate_system(cast, program):
    from nuanyi.lib.geo import wgs84_to_gcj02
    from nuanyi.places import services as places

    square = {
        "type": "Polygon",
        "coordinates": [[[110.3, 25.0], [110.4, 25.0], [110.4, 25.1], [110.3, 25.1], [110.3, 25.0]]],
    }
    places.put_region(
        actor=program,
        code="450311100",
        name="雁山镇",
        level="township",
        parent="450311",
        geometry_wgs84=square,
    )
    lat, lon = wgs84_to_gcj02(25.05, 110.35)
    page = cast.client("clerk").get("/office/responsibility/", {"point": f"{lat},{lon}", "crs": "gcj02"})
    assert "雁山镇" in page.content.decode()


def test_the_dry_run_says_how_many_would_have_no_guiding_unit(cast, district):
    from nuanyi.census.models import Establishment
    from nuanyi.units.models import ResponsibilityRule

    for n in range(3):
        Establishment.objects.create(name=f"{n}", name_key=f"{n}", sector="courier", region_code="450311100")
    rule = ResponsibilityRule.objects.get(role="guide", sector="courier")
    told = {"role": "guide", "sector": "courier", "unit": rule.unit_id, "remove": "1", "look": "1"}
    answer = cast.client("office").post(f"/office/responsibility/rules/{rule.pk}/", told)
    page = " ".join(answer.content.decode().split())
    assert "其中 3 户、0 人将没有指导单位" in page
    assert "3 户" in page
