import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from nuanyi.cases import jobs, queries
from nuanyi.cases.models import Case, Message, RoutingRule, ServiceItem
from nuanyi.cases.services import desk, intake, settings, wages
from nuanyi.cases.services.intake import Request
from nuanyi.journal.models import Entry
from nuanyi.ledger import queries as ledger
from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import GUEST
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotAllowed, NotFound, TooMuch
from nuanyi.lib.figures import Window
from nuanyi.notices import services as notices
from nuanyi.notices.models import Notice
from nuanyi.units.models import Unit

WORDS = "站长扣了我三天的钱，我叫李小四"
PHONE = "19900007777"
MIDNIGHT = datetime(2026, 6, 2, 0, 10, tzinfo=clock.CHINA)


@pytest.fixture
def routed(cast, program, district):
    """Wages go to the department for couriers, whose clerk is the ``clerk`` of the cast."""
    settings.save_rule(actor=program, kind="wage", sector="", region_code="", unit=district["shichang"])
    return cast


def send(key=None, **more):
    told = {"kind": "wage", "words": WORDS, "phone": PHONE, "employer": "甲站点", "region_code": "450311100"}
    return intake.send_case(
        actor=GUEST, key=key or uuid4(), told=Request(**{**told, **more}), network="203.0.113.9"
    )


def test_from_midnight_to_the_end_with_both_proofs_counted_apart(routed):
    with clock.held_at(MIDNIGHT):
        case = send()
    clerk = routed.actor("clerk")
    notices.spread_calls()
    assert Notice.objects.filter(kind="case-came", account=routed.accounts["clerk"]).exists()
    with clock.held_at(MIDNIGHT + timedelta(hours=9)):
        desk.take(actor=clerk, pk=case.pk)
        desk.write(actor=clerk, pk=case.pk, key=uuid4(), words="已联系站点", inside=False)
        desk.write(actor=clerk, pk=case.pk, key=uuid4(), words="站长态度不好", inside=True)
        desk.solve(actor=clerk, pk=case.pk, key=uuid4(), words="钱已补发")
    assert ledger.sums(("service.wage_disputes_resolved",), Window())[()] == 1
    page = Client().get(f"/c/{intake.link_of(case)}/").content.decode()
    assert "钱已补发" in page
    assert "站长态度不好" not in page
    assert "没发我工钱：由" not in page, "it is solved: nobody is at it"
    intake.judge(actor=GUEST, case=case, agrees=False)
    assert ledger.sums(("service.wage_disputes_resolved",), Window())[()] == 0
    reopened = Case.objects.get()
    assert (reopened.state, reopened.clerk, reopened.reopened) == ("open", routed.accounts["clerk"], 1)
    desk.solve(actor=clerk, pk=case.pk, key=uuid4(), words="这次全付了")
    intake.judge(actor=GUEST, case=case, agrees=True, stars=5)
    ended = Case.objects.get()
    assert (ended.state, ended.worker_agrees, ended.stars) == ("closed", True, 5)
    assert ledger.sums(("service.wage_disputes_resolved",), Window())[()] == 1


def test_the_same_submission_ten_times_is_one_and_other_words_under_its_key_are_refused(routed):
    key = uuid4()
    assert len({send(key).pk for _turn in range(10)}) == 1
    with pytest.raises(Conflict):
        send(key, words="别的话")


def test_name_words_and_phone_lie_in_no_table_in_clear(routed):
    case = send()
    desk.write(actor=routed.actor("clerk"), pk=case.pk, key=uuid4(), words="李小四的站点", inside=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{table}\" t")
            text = cursor.fetchone()[0]
            assert "李小四" not in text, table
            assert PHONE not in text, table
            assert intake.claim_code_of(case.key) not in text, table


def test_another_unit_finds_nothing_and_every_reading_is_journaled(routed):
    case = send()
    for part in ("yanshan", "zhemu"):
        browser = routed.client(part)
        assert browser.get(f"/office/cases/{case.pk}/").status_code == 404
        assert case.ref not in browser.get("/office/cases/?state=all").content.decode()
        assert browser.post(f"/office/cases/{case.pk}/take/").status_code == 404
    assert routed.client("office").get(f"/office/cases/{case.pk}/").status_code == 404
    assert routed.client("auditor").get("/office/cases/").status_code == 403
    before = Entry.objects.filter(kind="cases.case_read").count()
    page = routed.client("clerk").get(f"/office/cases/{case.pk}/").content.decode()
    assert WORDS in page
    assert PHONE not in page
    assert "199****7777" in page
    assert Entry.objects.filter(kind="cases.case_read").count() == before + 1
    assert "甲站点" not in routed.client("office").get("/office/cases/overview/").content.decode()


def test_the_database_itself_shows_a_case_to_nobody_else(routed, program):
    """To straight SQL as the pages' own role: to a guest nothing, to a unit its own, to whoever holds a key that case."""
    case = send()

    def seen(actor=GUEST, **shown):
        with row_security.reading_as(actor), connection.cursor() as cursor:
            row_security.show(**shown)
            cursor.execute("SELECT count(*) FROM cases_case")
            return cursor.fetchone()[0]

    assert seen() == seen(routed.actor("yanshan")) == seen(case=str(uuid4())) == 0
    assert seen(routed.actor("clerk")) == seen(routed.actor("office")) == seen(program) == 1
    assert seen(case=str(case.key)) == seen(claim=bytes(case.claim_digest).hex()) == 1


def test_a_phone_opens_for_a_purpose_only_and_is_journaled(routed):
    case = send()
    with pytest.raises(BadInput):
        desk.open_phone(actor=routed.actor("clerk"), pk=case.pk, purpose="")
    assert desk.open_phone(actor=routed.actor("clerk"), pk=case.pk, purpose="约时间调解") == PHONE
    entry = Entry.objects.get(kind="cases.phone_opened")
    assert PHONE not in str(entry.detail)


def test_a_hand_over_leaves_the_case_with_its_sender_until_it_is_taken(routed, district):
    case, clerk, yanshan = send(), routed.actor("clerk"), routed.actor("yanshan")
    desk.take(actor=clerk, pk=case.pk)
    desk.offer(actor=clerk, pk=case.pk, to=district["t100"], words="属地的事")
    assert Case.objects.get().unit == district["shichang"]
    with pytest.raises(IllegalMove):
        desk.write(actor=yanshan, pk=case.pk, key=uuid4(), words="还没接", inside=False)
    with pytest.raises(IllegalMove):
        desk.open_phone(actor=yanshan, pk=case.pk, purpose="先看看")
    with pytest.raises(BadInput):
        desk.refuse_offer(actor=yanshan, pk=case.pk, words="")
    desk.refuse_offer(actor=yanshan, pk=case.pk, words="不归我们")
    assert Case.objects.get().offered_unit is None
    notices.spread_calls()
    back = Notice.objects.get(kind="case-declined")
    assert (back.account.unit, back.address) == (district["shichang"], f"/office/cases/{case.pk}/")
    desk.offer(actor=clerk, pk=case.pk, to=district["t100"], words="站点在你们镇上")
    desk.take(actor=yanshan, pk=case.pk)
    taken = Case.objects.get()
    assert (taken.unit, taken.offered_unit) == (district["t100"], None)
    assert taken.route_reason == "handed-over"
    with pytest.raises(NotFound):
        desk.read_case(actor=clerk, pk=case.pk)


def test_whom_a_case_goes_to_is_chosen_and_proposed_by_nobody(routed):
    case = send()
    desk.take(actor=routed.actor("clerk"), pk=case.pk)
    page = " ".join(routed.client("clerk").get(f"/office/cases/{case.pk}/").content.decode().split())
    offered = page.partition('<select id="to" name="to" required>')[2].partition("</select>")[0]
    assert offered.strip().startswith('<option value="">请选择</option>')
    assert offered.count("<option") > 2
    assert "selected" not in offered


def test_a_claim_code_leads_back_and_guessing_ends(routed):
    case = send()
    code = intake.claim_code_of(case.key)
    assert len(code.replace("-", "")) == 16
    assert not set(code) & set("OI01"), "nothing that looks like something else"
    browser = Client()
    answer = browser.post("/help/mine/", {"code": code.lower().replace("-", " ")})
    assert answer["Location"] == f"/c/{intake.link_of(case)}/"
    # a code of before, which had O and I, and either sign where they are meant
    old = code.translate(str.maketrans("98", "OI"))
    for typed in (
        old,
        old.translate(str.maketrans("OI", "01")),
        code.translate(str.maketrans("ABC", "ＡＢＣ")),
    ):
        assert intake.case_by_code(typed, "198.51.100.8").pk == case.pk
    wrong = browser.post("/help/mine/", {"code": "ABCD-EFGH"})
    assert 'value="ABCD-EFGH"' in wrong.content.decode(), "what was typed is still there"
    with pytest.raises(TooMuch):
        for _turn in range(40):
            with pytest.raises(NotFound):
                intake.case_by_code("AAAA-BBBB-CCCC-DDDD", "198.51.100.9")
    assert browser.get(f"/c/{case.key.hex}-{'0' * 20}/").status_code == 404


def test_a_late_case_is_told_to_its_clerk_before_and_to_the_district_at_the_deadline(routed):
    with clock.held_at(MIDNIGHT):
        case = send()
    with clock.held_at(case.due_at - timedelta(hours=20)):
        jobs.watch_cases.func()
        jobs.watch_cases.func()
        notices.spread_calls()
        assert Notice.objects.filter(kind="case-late", account=routed.accounts["clerk"]).count() == 1
        assert not Notice.objects.filter(kind="case-late", account=routed.accounts["office"]).exists()
    with clock.held_at(case.due_at + timedelta(minutes=1)):
        jobs.watch_cases.func()
        assert Notice.objects.filter(kind="case-late", account=routed.accounts["office"]).count() == 1
        assert queries.overview()[0].late == 1


def test_silence_closes_a_solved_case_and_the_workers_word_stays_unsaid(routed):
    case, clerk = send(), routed.actor("clerk")
    desk.take(actor=clerk, pk=case.pk)
    desk.solve(actor=clerk, pk=case.pk, key=uuid4(), words="办好了")
    with clock.held_at(clock.now() + timedelta(days=8)):
        jobs.watch_cases.func()
    closed = Case.objects.get()
    assert (closed.state, closed.worker_agrees) == ("closed", None)


def test_a_wage_dispute_is_not_solved_before_the_last_instalment(routed):
    case, clerk = send(), routed.actor("clerk")
    desk.take(actor=clerk, pk=case.pk)
    today = clock.today()
    wages.add_claim(
        actor=clerk, pk=case.pk, first=today, last=today, work="32 单", sum_text="1,234.5", evidence="截图"
    )
    assert Case.objects.get().claim_lines.get().cents == 123450
    part = wages.add_instalment(actor=clerk, pk=case.pk, due=today, sum_text="1234.50")
    with pytest.raises(IllegalMove):
        desk.solve(actor=clerk, pk=case.pk, key=uuid4(), words="差不多了")
    jobs.watch_cases.func()
    notices.spread_calls()
    assert Notice.objects.filter(kind="instalment-due").count() == 1
    wages.note_paid(actor=clerk, pk=case.pk, instalment=part.pk)
    page = routed.client("clerk").post(f"/office/cases/{case.pk}/paid/", {"mistaken": part.pk})
    assert page.status_code == 302
    with pytest.raises(IllegalMove):
        desk.solve(actor=clerk, pk=case.pk, key=uuid4(), words="还没到账")
    wages.note_paid(actor=clerk, pk=case.pk, instalment=part.pk)
    assert desk.solve(actor=clerk, pk=case.pk, key=uuid4(), words="付清了").state == "solved"


def test_a_worker_takes_it_back_and_has_his_words_deleted(routed):
    case = send()
    intake.add_word(actor=GUEST, case=case, key=uuid4(), words="补充一句")
    with pytest.raises(IllegalMove):
        intake.forget(actor=GUEST, case=case)
    intake.withdraw(actor=GUEST, case=case)
    intake.forget(actor=GUEST, case=case)
    gone = Case.objects.get()
    assert (gone.sealed_words, gone.sealed_phone, gone.phone_mask, gone.employer) == (None, None, "", "")
    assert not Message.objects.exists()
    assert Client().get(f"/c/{intake.link_of(case)}/").status_code == 200


def test_a_case_without_a_rule_goes_to_the_township_and_says_why(routed, district):
    case = send(kind="other")
    assert case.unit == district["t100"]
    assert case.route_reason


def test_the_finest_rule_wins_and_a_dry_run_says_what_would_move(routed, program, district):
    case = send()
    trial = RoutingRule(kind="wage", sector="", region_code="450311100", unit=district["gonghui"])
    assert queries.would_move(trial) == [
        (case.ref, district["shichang"].short_name, district["gonghui"].short_name)
    ]
    settings.save_rule(
        actor=program, kind="wage", sector="", region_code="450311100", unit=district["gonghui"]
    )
    assert send(region_code="450311100").unit == district["gonghui"]
    assert send(region_code="450311101").unit == district["shichang"]


def test_bulk_assignment_stays_in_the_unit(routed, cast):
    cases = [send(words=f"第{n}件") for n in range(3)]
    clerk = routed.actor("clerk")
    assert len(desk.assign(actor=clerk, pks=[c.pk for c in cases], clerk=cast.accounts["clerk"])) == 3
    with pytest.raises(BadInput):
        desk.assign(actor=clerk, pks=[cases[0].pk], clerk=cast.accounts["yanshan"])
    assert desk.assign(actor=routed.actor("yanshan"), pks=[cases[0].pk], clerk=None) == {}


def test_cases_given_to_a_clerk_are_given_back_and_the_list_stays_as_it_was(routed, cast):
    first, second = (send(words=f"第{n}件") for n in range(2))
    browser, account = cast.client("clerk"), cast.accounts["clerk"]
    desk.assign(actor=routed.actor("clerk"), pks=[first.pk], clerk=account)
    view = "/office/cases/?state=all&sort=-due"
    told = {"id": [first.pk, second.pk], "next": f"{view}&did=1"}
    answer = browser.post(
        "/office/cases/assign/", told | {"clerk": ""}, HTTP_REFERER=f"http://testserver{view}"
    )
    assert answer.status_code == 422  # nothing chosen is not nobody
    assert Case.objects.filter(clerk=account).count() == 1
    assert browser.post("/office/cases/assign/", told | {"clerk": account.pk}).url == view
    assert Case.objects.filter(clerk=account).count() == 2
    undo = browser.get(view).context["undo"]
    assert undo["count"] == 2
    browser.post("/office/cases/assign/", {"undo": undo["before"], "given": undo["given"], "next": view})
    assert list(Case.objects.order_by("pk").values_list("clerk", flat=True)) == [account.pk, None]
    assert browser.post("/office/cases/assign/", told | {"clerk": "nobody", "next": "//elsewhere"}).url == (
        "/office/cases/"
    )
    assert not Case.objects.filter(clerk=account).exists()


def test_a_case_that_was_given_on_since_is_not_taken_from_who_has_it(routed, cast):
    case, account = send(), cast.accounts["clerk"]
    actor = routed.actor("clerk")
    before = desk.assign(actor=actor, pks=[case.pk], clerk=account)
    desk.assign(actor=actor, pks=[case.pk], clerk=None)
    with pytest.raises(Conflict) as refused:
        desk.undo_assign(actor=actor, before=before, given=account.pk)
    assert "clerk" in str(refused.value.message)
    desk.assign(actor=actor, pks=[case.pk], clerk=account)
    assert desk.undo_assign(actor=actor, before=before, given=account.pk) == 1


def test_the_worklist_comes_by_deadline_and_its_pages_meet(routed):
    for n in range(55):
        with clock.held_at(MIDNIGHT + timedelta(hours=n % 7)):
            send(words=f"第{n}件", kind="wage")
        from django.core.cache import cache

        cache.clear()
    rows, cursor = queries.worklist(routed.actor("clerk"), {})
    more, end = queries.worklist(routed.actor("clerk"), {}, cursor)
    assert (len(rows), len(more), end) == (50, 5, "")
    dues = [case.due_at for case in rows + more]
    assert dues == sorted(dues)
    assert len({case.pk for case in rows + more}) == 55
    with pytest.raises(BadInput):
        queries.worklist(routed.actor("clerk"), {}, "x")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"words": ""}, "words"),
        ({"words": "长" * 2001}, "words"),
        ({"kind": "x"}, "kind"),
        ({"phone": "123"}, "phone"),
        ({"region_code": "9"}, "region"),
    ],
)
def test_bad_input_is_refused_by_its_field(routed, more, field):
    with pytest.raises(BadInput) as refused:
        send(**more)
    assert field in refused.value.fields


def test_the_form_sends_without_an_account_and_shows_the_code(routed):
    browser = Client()
    told = {"key": str(uuid4()), "kind": "wage", "words": WORDS}
    answer = browser.post("/help/ask/", told)
    assert answer.status_code == 302
    page = browser.get(answer["Location"])
    assert intake.claim_code_of(Case.objects.get().key) in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    assert "sessionid" not in browser.cookies


def test_a_line_of_the_service_list_comes_along_when_the_phone_sends_later(routed):
    item = ServiceItem.objects.create(part="rights", title="调解", words="欠薪调解", case_kind="wage")
    page = Client().get(f"/help/ask/?item={item.pk}&at=station&evil=1").content.decode()
    assert f'action="/help/ask/?item={item.pk}&amp;at=station"' in page
    assert 'action="/help/ask/"' in Client().get("/help/ask/?kind=wage").content.decode()


def test_those_without_the_role_do_nothing(routed):
    case = send()
    with pytest.raises(NotAllowed):
        desk.read_case(actor=routed.actor("keeper"), pk=case.pk)


def test_nobody_leaves_with_open_cases(routed, program):
    from nuanyi.people.services import accounts

    case, clerk = send(), routed.actor("clerk")
    desk.take(actor=clerk, pk=case.pk)
    with pytest.raises(IllegalMove) as refused:
        accounts.close_account(actor=program, account=routed.accounts["clerk"])
    assert refused.value.code == "open-cases"
    desk.assign(actor=clerk, pks=[case.pk], clerk=None)
    accounts.close_account(actor=program, account=routed.accounts["clerk"])


def test_what_cannot_be_undone_is_asked_for_a_second_time(routed):
    case = send()
    page = Client().get(f"/c/{intake.link_of(case)}/").content.decode()
    assert "没人再办" in page, "what follows stands there before the second tap"
    withdraw = page.index("/withdraw/")
    fold = page.rindex("<details", 0, withdraw)
    assert page.index("</details>", fold) > withdraw, "folded until it is asked for"
    assert page.index("/add/") < fold, "not beside sending"


def test_the_newest_word_stands_first_and_what_was_asked_at_the_beginning_last(routed):
    case = send()
    link = intake.link_of(case)
    for words in ("先说的一句", "后说的一句"):
        Client().post(f"/c/{link}/add/", {"key": str(uuid4()), "words": words})
    page = Client().get(f"/c/{link}/").content.decode()
    newest, older, first = (page.index(words) for words in ("后说的一句", "先说的一句", "<h2>你写的</h2>"))
    assert newest < older < first


def test_a_refused_word_stays_on_the_page_of_the_case(routed):
    case = send()
    answer = Client().post(f"/c/{intake.link_of(case)}/add/", {"key": str(uuid4()), "words": "长" * 3000})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert case.ref in page, "the secret page stays"
    assert "长" * 3000 in page, "with what was typed"


def test_two_cases_that_draw_the_same_number_get_two(sent, monkeypatch):
    from nuanyi.cases.services import intake

    drawn = iter(["260603-AAAAA", "260603-AAAAA", "260603-BBBBB"])
    monkeypatch.setattr(intake, "new_ref", lambda: next(drawn))
    assert [sent().ref for _turn in range(2)] == ["260603-AAAAA", "260603-BBBBB"]


def test_why_a_case_came_here_is_said_in_words_and_never_as_a_code(routed):
    case = send(kind="other", region_code="450311101")
    assert case.route_reason == "township"
    page = routed.client("zhemu").get(f"/office/cases/{case.pk}/").content.decode()
    assert "乡镇对本地负责" in page
    assert "<dd>township</dd>" not in page


def test_staff_read_what_offices_write_and_riders_what_riders_say(routed, cast, client):
    case = send()
    read = {
        "clerk": ("/office/cases/", f"/office/cases/{case.pk}/", "/office/cases/call/"),
        "office": ("/office/cases/rules/", "/office/cases/clocks/", "/office/cases/served/"),
    }
    for name, addresses in read.items():
        for address in addresses:
            page = cast.client(name).get(address).content.decode()
            assert "拖欠劳动报酬" in page, address
            assert "没发我工钱" not in page, address
    assert "没发我工钱" in client.get(f"/c/{intake.link_of(case)}/").content.decode()


def test_a_notice_says_what_and_until_when_as_the_case_s_page_does(routed):
    """The term ends at the midnight after 8 June, which is no term until the 9th."""
    with clock.held_at(MIDNIGHT):
        case = send()
        ends = datetime(2026, 6, 9, tzinfo=clock.CHINA)
        Case.objects.filter(pk=case.pk).update(due_at=ends)
    notices.spread_calls()
    came = Notice.objects.get(kind="case-came", account=routed.accounts["clerk"]).facts
    assert came["about"] == "拖欠劳动报酬"
    last = clock.last_day(case.answer_due_at)
    assert came["answer_by"].startswith(f"{last.month}月{last.day}日 周")
    with clock.held_at(ends + timedelta(hours=1)):
        jobs.watch_cases()
        notices.spread_calls()
    late = Notice.objects.filter(kind="case-late", account=routed.accounts["clerk"]).get().facts
    assert late["due"] == "6月8日 周一"


def test_who_writes_down_for_a_caller_reads_of_the_caller_and_is_asked_what_is_owed(routed, cast):
    browser = cast.client("clerk")
    page = browser.get("/office/cases/call/").content.decode()
    for words in ("来电人手机号", "来电人称呼", "来电人在哪里工作", "来电人从事什么"):
        assert words in page
    for words in ("你的手机号", "怎么称呼你", "你在哪里跑", "你是做什么的"):
        assert words not in page
    told = {
        "key": str(uuid4()),
        "came": "call",
        "kind": "wage",
        "words": "三个月没发",
        "owed": "9000",
        "months": "6 至 8 月",
    }
    assert browser.post("/office/cases/call/", told).status_code == 200
    words = queries.words_of(Case.objects.get())
    assert "9000" in words
    assert "6 至 8 月" in words


def test_a_rule_that_was_wrong_is_taken_away_and_cases_go_by_the_others(routed, cast, district):
    rule = RoutingRule.objects.get()
    assert send().unit == district["shichang"]
    assert cast.client("clerk").post("/office/cases/rules/", {"drop": rule.pk}).status_code == 403
    assert cast.client("office").post("/office/cases/rules/", {"drop": rule.pk}).status_code == 302
    assert send().unit != district["shichang"]
    assert cast.client("office").post("/office/cases/rules/", {"drop": rule.pk}).status_code == 404


def test_the_code_that_a_caller_is_told_stands_in_groups_on_a_slip_with_the_whole_address(
    routed, cast, client
):
    told = {"key": str(uuid4()), "came": "call", "kind": "policy", "words": "社保断了怎么补"}
    page = cast.client("clerk").post("/office/cases/call/", told).content.decode()
    slip = page.partition('class="card slip"')[2].partition("</section>")[0]
    code = re.search(r"[A-Z2-9]{4}(?:-[A-Z2-9]{4}){3}", slip).group()
    assert "http://testserver/help/mine/" in slip
    assert client.post("/help/mine/", {"code": code}).status_code == 302


def test_no_rule_sends_what_workers_write_to_a_firm_of_an_alliance(routed, program):
    firm = Unit.objects.create(code="firm", name="甲快递（示例）", kind="member")
    with pytest.raises(BadInput) as refused:
        settings.save_rule(actor=program, kind="wage", sector="courier", region_code="", unit=firm)
    assert set(refused.value.fields) == {"unit"}
    page = routed.client("office").get("/office/cases/rules/").content.decode()
    assert "甲快递（示例）" not in page


def test_whoever_is_only_offered_a_case_reads_what_it_is_about_and_no_names(routed, district):
    """Inside notes of the other unit, the caller and every photo stood open as soon as a case was offered."""
    case = send(caller="李小四")
    clerk = routed.actor("clerk")
    desk.take(actor=clerk, pk=case.pk)
    desk.write(actor=clerk, pk=case.pk, key=uuid4(), words="老板我们认识", inside=True)
    desk.offer(actor=clerk, pk=case.pk, to=district["t100"], words="归你们")
    page = routed.client("yanshan").get(f"/office/cases/{case.pk}/")
    assert page.status_code == 200
    assert WORDS in page.content.decode()
    assert (page.context["caller"], list(page.context["files"])) == ("", [])
    assert "老板我们认识" not in page.content.decode()
    assert "老板我们认识" in routed.client("clerk").get(f"/office/cases/{case.pk}/").content.decode()
