import hmac
import re
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import translation

from nuanyi.journal import heads, jobs, keys, queries, rules, services
from nuanyi.journal.models import Entry
from nuanyi.journal.words import Reader
from nuanyi.lib import clock
from nuanyi.people import events


@pytest.fixture
def home(db, tmp_path):
    """A home as it is before the first entry: with the first line of heads."""
    heads.begin(tmp_path)
    return tmp_path


@pytest.fixture
def three(db, home, program):
    for n in range(3):
        services.record(program, events.ACCOUNT_MADE, None, number=n, words='汉字 "quoted"')


def test_the_chain_holds_and_counts(three):
    verdict = queries.verify()
    assert verdict.entries == 3
    assert verdict.breaks == []


def test_an_undeclared_kind_is_refused(db, program):
    with pytest.raises(KeyError):
        services.record(program, "nobody.declared_this")


@pytest.mark.as_owner
@pytest.mark.parametrize(
    "statement",
    ["UPDATE journal_entry SET kind = 'x'", "DELETE FROM journal_entry", "TRUNCATE journal_entry"],
)
def test_nobody_changes_or_removes_an_entry_not_even_the_owner(three, statement):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


FORGED = (
    "SELECT journal_append(p, seq + 1, journal_time(clock_timestamp()), 'account', 1, 'zuzhi', 'people.account_made', '',"
    " '', '{}', sha256('forged'), %s) FROM (SELECT partition, max(seq) FROM journal_entry GROUP BY 1) e (p, seq)"
)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO journal_entry SELECT * FROM journal_entry",
        "UPDATE journal_entry SET kind = 'x'",
        "DELETE FROM journal_entry",
        "TRUNCATE journal_entry",
        "ALTER TABLE journal_entry DISABLE TRIGGER ALL",
        FORGED.replace("%s", "repeat('0', 64)"),
        FORGED.replace("%s", "encode(sha256('forged'), 'hex')"),
    ],
)
def test_the_role_of_pages_forges_no_entry_and_changes_none(three, statement):
    with (
        pytest.raises(DatabaseError, match=r"permission denied|must be owner|not signed by the program"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_an_entry_signed_for_another_day_is_refused(three):
    digest = b"x" * 32
    proof = hmac.new(keys.of_the_proof(), digest.hex().encode(), "sha256").hexdigest()
    statement = FORGED.replace("sha256('forged')", "convert_to(repeat('x', 32), 'UTF8')").replace(
        "%s", f"'{proof}'"
    )
    with connection.cursor() as cursor:
        with pytest.raises(DatabaseError, match="when it happens"), transaction.atomic():
            cursor.execute(statement.replace("clock_timestamp()", "now() - interval '1 day'"))
        cursor.execute(statement)  # the control: the same, signed, now


def _as_owner(*statements):
    """What the owner of the database can do: step past the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("SET ROLE nuanyi_web")


def _found(known=None):
    return {one.what for one in queries.verify(known).breaks}


def test_an_edited_entry_is_found_even_behind_the_triggers(three):
    _as_owner("UPDATE journal_entry SET detail = '{}' WHERE seq = 2")
    assert _found() == {"was changed"}


def test_a_removed_entry_is_found(three):
    _as_owner("DELETE FROM journal_entry WHERE seq = 2")
    assert _found() == {"an entry is missing", "does not follow the entry before"}


#: What the owner can work out by himself: the digests of 0.5.0, over whatever he likes.
REWRITE = """
DO $$
DECLARE e record; v_previous bytea := decode(repeat('00', 32), 'hex');
BEGIN
  FOR e IN SELECT * FROM journal_entry ORDER BY seq LOOP
    UPDATE journal_entry SET previous = v_previous, keyed = %s, hash = sha256(v_previous || journal_part(partition::text)
      || journal_part(seq::text) || journal_part(journal_time(at)) || journal_part(actor_kind)
      || journal_part(coalesce(actor_id::text, '')) || journal_part(actor_label) || journal_part(kind)
      || journal_part(subject_type) || journal_part(subject_id) || journal_part(detail::text))
     WHERE id = e.id RETURNING hash INTO v_previous;
  END LOOP;
END $$;
"""


@pytest.mark.parametrize(
    ("keyed", "what"), [("true", "was changed"), ("false", "was written without the key")]
)
def test_a_partition_that_was_rewritten_whole_is_found_without_any_head(three, keyed, what):
    _as_owner(
        "DELETE FROM journal_entry WHERE seq = 2",
        "UPDATE journal_entry SET seq = 2 WHERE seq = 3",
        REWRITE % keyed,
    )
    assert _found() == {what}


def test_a_cut_off_end_is_found_by_the_head_kept_outside(three, tmp_path):
    assert heads.write_heads(tmp_path)
    _as_owner("DELETE FROM journal_entry WHERE seq = 3")
    assert _found() == set(), "the control: the chain alone holds"
    assert _found(heads.known(tmp_path)) == {"the end was cut off"}
    assert not heads.write_heads(tmp_path), "no new head hides it"
    assert queries.check_chain(tmp_path).breaks
    assert _found(heads.known(tmp_path)) == {"the end was cut off"}


def test_a_file_of_heads_that_was_removed_is_found_and_nothing_begins_it_anew(three, home):
    """Whoever cut the end off and deleted the file was told that the chain holds, and new heads hid it."""
    assert queries.check_chain(home).breaks == []
    _as_owner("DELETE FROM journal_entry WHERE seq = 3")
    heads.heads_file(home).unlink()
    for _again in range(2):
        assert {one.what for one in queries.check_chain(home).breaks} == {queries.HEADS_GONE}
        assert not heads.write_heads(home)
        heads.begin(home)  # as the next start does
        assert not heads.heads_file(home).exists()


def test_a_fresh_home_and_one_of_0_5_0_raise_no_alarm(db, program, tmp_path):
    assert queries.check_chain(tmp_path).breaks == []
    assert heads.write_heads(tmp_path)
    services.record(program, events.ACCOUNT_MADE, None, number=1)
    _as_owner(REWRITE % "false")
    assert heads.all_there(heads.known(tmp_path)), "entries without a key had no file"


def test_a_changed_line_of_the_heads_is_found(three, tmp_path):
    heads.write_heads(tmp_path)
    file = heads.heads_file(tmp_path)
    file.write_text(file.read_text().replace("[3,", "[2,"))
    assert _found(heads.known(tmp_path)) == {"a line of the file of heads was changed"}


def test_entries_of_0_5_0_hold_up_to_where_they_ended_when_the_key_came(three, program, tmp_path):
    heads.heads_file(tmp_path).unlink()
    _as_owner(REWRITE % "false")
    assert _found() == {"was written without the key"}
    heads.begin(tmp_path)
    services.record(program, events.ACCOUNT_MADE, None, number=4)
    assert _found(heads.known(tmp_path)) == set()
    heads.begin(tmp_path)
    heads.write_heads(tmp_path)
    assert heads.known(tmp_path).unkeyed.popitem()[1][0] == 3
    _as_owner("UPDATE journal_entry SET keyed = false", REWRITE % "false")
    assert "was written without the key" in _found(heads.known(tmp_path))


def test_the_file_of_heads_does_not_grow_for_ever(three, program, tmp_path, monkeypatch):
    monkeypatch.setattr(heads, "MOST_BYTES", 3000)
    for day in range(1, 25):
        monkeypatch.setattr(clock, "now", lambda day=day: datetime(2026, 1, day, 12, tzinfo=UTC))
        for number in range(3):
            services.record(program, events.ACCOUNT_MADE, None, number=number)
            heads.write_heads(tmp_path)
    assert heads.heads_file(tmp_path).stat().st_size < 12_000
    assert queries.check_chain(tmp_path).breaks == []


def test_heads_are_written_every_minute_by_a_job_and_the_office_s_page_asks_them(
    three, cast, settings, tmp_path
):
    settings.NUANYI_HOME = tmp_path
    assert jobs.write_heads()
    _as_owner("DELETE FROM journal_entry WHERE seq = (SELECT max(seq) FROM journal_entry)")
    assert not jobs.write_heads()
    page = cast.client("auditor").post("/office/audit/verify/")
    assert "与先前存证的那一条不同" in page.content.decode(), (
        "another stands in its place by now: the sign-in"
    )


def test_an_entry_goes_with_the_transaction_that_made_it(db, program):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        services.record(program, events.ACCOUNT_MADE)
        raise ZeroDivisionError
    assert Entry.objects.count() == 0


def test_the_auditor_reads_details_in_words(cast, program):
    detail = {
        "rows": 3,
        "active": True,
        "fields": ["region", "x"],
        "filters": {"state": "new"},
        "note": "n" * 90,
    }
    services.record(program, events.ACCOUNT_MADE, None, **detail)
    page = " ".join(cast.client("auditor").get("/office/audit/").content.decode().split()).replace(
        "： ", "："
    )
    assert "行数：3" in page
    assert "启用：是" in page
    assert "字段：所在地、x" in page
    assert "筛选条件：状态：new" in page
    assert "rows=" not in page
    assert "n" * 61 not in page


@pytest.mark.parametrize(
    ("kind", "detail", "told"),
    [
        ("people.corrected", {"field": "phone"}, "字段：电话"),
        ("people.reveal_refused", {"field": "id_number"}, "字段：身份证号"),
        ("people.corrected", {"field": "display_name"}, "字段：同事看到的名字"),
        ("people.consent_given", {"purpose": "political"}, "用途：政治面貌"),
        (
            "census.record_changed",
            {"fields": ["phone", "site", "headcount"]},
            "字段：电话、户或站点、从业人数",
        ),
        ("census.followed_up", {"before": "new"}, "之前：未联系"),
        ("units.rules_changed", {"after": {"unit_id": None, "from_date": None}}, "之后：单位：—；开始：—"),
    ],
)
def test_fields_and_choices_stand_in_words_in_the_audit(cast, program, kind, detail, told):
    with translation.override("zh-hans"):
        [(title, words)] = Reader().detail_words(kind, detail)
        assert f"{title}：{words}".startswith(told), f"{title}：{words}"
        assert not re.search("[a-z]{3}", words), words


def test_numbers_and_codes_are_told_by_their_names(cast, program):
    unit = cast.accounts["clerk"].unit
    services.record(program, events.ACCOUNT_MADE, None, unit=unit.pk, region="450311101", role="clerk")
    services.record(program, events.ACCOUNT_MADE, None, unit=unit.code, regions=["450311100", "450311101"])
    page = "".join(cast.client("auditor").get("/office/audit/").content.decode().split())
    name = unit.short_name or unit.name
    assert f"角色：店小二；单位：{name}；所在地：柘木镇" in page
    assert f"单位：{name}；所在地：雁山镇、柘木镇" in page


def test_whatever_the_program_notes_has_a_title():
    """Read from the source: each name under which something is noted beside an entry."""
    import ast
    from pathlib import Path

    nameless = {}
    for path in Path(services.__file__).parents[1].rglob("*.py"):
        if {"tests", "migrations"} & set(path.parts):
            continue
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(call, ast.Call) or ast.unparse(call.func) not in (
                "journal.record",
                "services.record",
            ):
                continue
            for keyword in call.keywords:
                if keyword.arg and rules.word_of(keyword.arg) is None:
                    nameless[keyword.arg] = f"{path.name}:{call.lineno}"
    assert nameless == {}, "say in the room's events what it is"


def test_the_auditors_first_page_says_what_to_look_at_and_leads_to_exactly_that(cast, program):
    browser = cast.client("auditor")
    for _turn in range(3):
        services.record(program, events.REVEALED, None, field="phone")
    services.record(program, events.ACCOUNT_MADE, None)
    page = browser.get("/office/").content.decode()
    [href] = re.findall(r'href="([^"]+)"[^>]*><span\s*>近 7 天有 3 次查看个人信息明文', page)
    listed = browser.get(href.replace("&amp;", "&")).content.decode()
    assert 'role="status"' in listed
    assert listed.count("<tr data-row") == 3
    assert "审计记录已超过一个月没有校验" in page
    browser.post("/office/audit/verify/")
    assert "没有校验" not in browser.get("/office/").content.decode()
    assert "查看个人信息明文" not in cast.client("office").get("/office/").content.decode()


def _kinds_offered(page):
    return set(re.findall(r'href="\?[^"]*kind=([\w.]+)', page))


def test_kinds_are_offered_within_a_part_of_the_work_and_go_with_it(cast, program):
    services.record(program, events.ACCOUNT_CLOSED, None)
    browser = cast.client("auditor")
    assert _kinds_offered(browser.get("/office/audit/").content.decode()) == {"opened"}
    page = browser.get("/office/audit/", {"room": "people", "kind": events.ACCOUNT_CLOSED}).content.decode()
    assert {kind.partition(".")[0] for kind in _kinds_offered(page)} == {"opened", "people"}
    assert page.count("<tr data-row") == 1
    [other] = set(re.findall(r'href="(\?[^"]*room=census[^"]*)"', page))
    assert "kind=" not in other
    # an address that names a kind alone shows what is chosen, so that it can be taken off
    alone = browser.get("/office/audit/", {"kind": events.ACCOUNT_CLOSED}).content.decode()
    assert events.ACCOUNT_CLOSED in _kinds_offered(alone)


def test_an_entry_leads_to_the_record_for_whoever_may_open_it(cast, program, district):
    from nuanyi.census.models import Establishment

    shop = Establishment.objects.create(name="甲店", name_key="甲店", region_code="450311100")
    services.record(program, "census.followed_up", shop)
    page = f'href="/office/census/establishments/{shop.pk}/"'
    assert page not in cast.client("auditor").get("/office/audit/").content.decode()
    from nuanyi.people.models import RoleGrant

    RoleGrant.objects.create(
        account=cast.accounts["auditor"], role="district_office", confirmed_at=clock.now()
    )
    assert page in cast.client("auditor").get("/office/audit/").content.decode()


@pytest.mark.django_db
def test_what_was_searched_for_in_the_journal_is_not_written_into_it(cast):
    """The search was recorded as typed, a name among it, where nobody can take it back."""
    cast.client("auditor").get("/office/audit/", {"q": "周小明", "days": "7"})
    detail = Entry.objects.filter(kind="journal.read").latest("pk").detail
    assert detail["filters"]["q"] == "…"
    assert "周小明" not in str(detail)


def test_one_look_at_a_long_audit_is_one_entry_and_its_counts_show_none(cast, program):
    browser = cast.client("auditor")
    before = Entry.objects.filter(kind="journal.read").count()
    page = browser.get(reverse("journal:audit"))
    assert page.status_code == 200
    assert Entry.objects.filter(kind="journal.read").count() == before + 1
    counts = browser.get(reverse("journal:audit") + "?counts=1").content.decode()
    assert "data-row" not in counts
    assert Entry.objects.filter(kind="journal.read").count() == before + 1
