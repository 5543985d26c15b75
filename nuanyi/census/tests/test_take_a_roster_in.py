from datetime import date
from pathlib import Path

import pytest

from conftest import id_number, workbook
from nuanyi.census import files
from nuanyi.census.models import Appearance, Establishment, Finding, Import, ImportFile, Match, Source, Worker
from nuanyi.census.rules import ImportState
from nuanyi.census.services import copies, imports, rounds
from nuanyi.journal.models import Entry
from nuanyi.ledger.models import LedgerEntry
from nuanyi.lib import sheets
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove, NotAllowed, NotFound
from nuanyi.lib.ids import new_id
from nuanyi.people.models import keys
from nuanyi.people.services.openings import open_for_program

ROSTERS = Path(__file__).parents[1] / "demo" / "rosters"
HEAD = ["姓名", "手机号码", "身份证号", "行业", "所在乡镇"]


def send(actor, rows, **more):
    told = {"client_key": new_id(), "data": workbook(rows), "file_name": "a.xlsx", "source_name": "甲"} | more
    return imports.send_file(actor=actor, **told)


def take(actor, rows, choice="keep", **more):
    told = {"client_key": new_id(), "data": workbook(rows), "file_name": "a.xlsx", "source_name": "甲"} | more
    return imports.import_now(actor=actor, choice=choice, **told)


def row(n, name="周小明", phone=None, number=None, sector="快递", region="雁山镇"):
    return [name, phone or f"1990000{n:04d}", number if number is not None else id_number(n), sector, region]


@pytest.mark.parametrize(
    ("file", "kind", "rows", "bad"),
    [
        ("establishments.xlsx", "establishments", 169, 0),
        ("courier_firm.xls", "workers", 297, 8),
        ("delivery_platform.xlsx", "workers", 473, 9),
        ("township_rounds.csv", "workers", 546, 0),
        ("union_cards.csv", "workers", 327, 6),
        ("road_safety_class.xlsx", "workers", 275, 0),
    ],
)
def test_what_offices_really_send_goes_in(district, program, file, kind, rows, bad):
    of = imports.import_now(
        actor=program,
        client_key=new_id(),
        data=(ROSTERS / file).read_bytes(),
        file_name=file,
        source_name=file,
    )
    assert (of.state, of.kind, of.counts["rows"], of.counts["bad"]) == ("done", kind, rows, bad)


def test_a_second_import_of_the_same_file_changes_nothing(district, program):
    before = None
    for _turn in range(2):
        for file in ("establishments.xlsx", "courier_firm.xls", "union_cards.csv"):
            of = imports.import_now(
                actor=program,
                client_key=new_id(),
                data=(ROSTERS / file).read_bytes(),
                file_name=file,
                source_name=file,
            )
        now = (
            Worker.objects.count(),
            Establishment.objects.count(),
            Appearance.objects.count(),
            LedgerEntry.objects.count(),
        )
        assert before in (None, now)
        before = now
    assert of.counts["unchanged"] == of.counts["good"] - of.counts.get("doubles", 0)


def test_personal_values_are_sealed_on_the_way_in_and_the_file_is_deleted(district, program):
    of = take(program, [HEAD, row(1)])
    worker = Worker.objects.select_related("person").get()
    assert open_for_program(worker.person, "name") == "周小明"
    assert "周小明".encode() not in bytes(worker.person.sealed_name)
    assert not files.has(of.pk, files.SENT)
    assert of.file_deleted_at is not None
    assert Entry.objects.filter(kind="census.file_deleted").count() == 1
    everything = str(list(Entry.objects.values_list("detail", flat=True)))
    assert "周小明" not in everything
    assert "19900000001" not in everything


def test_the_file_that_waits_is_sealed(district, cast):
    of = send(cast.actor("office"), [HEAD, row(1)])
    raw = bytes(ImportFile.objects.get(name=f"{of.pk}.sent").sealed_data)
    assert not raw.startswith(b"PK")
    assert files.take(of.pk, files.SENT).startswith(b"PK")


def test_titles_totals_and_blank_rows_are_left_out(district, program):
    of = take(program, [["雁山区花名册"], ["填报单位：商务局"], HEAD, row(1), [], row(2), ["合计", "2"]])
    assert of.counts["rows"] == of.counts["new"] == 2


def test_a_bad_cell_is_shown_masked_with_its_reason(district, cast):
    of = send(cast.actor("office"), [HEAD, row(1, phone="1990000"), row(2)])
    imports.read_import(of.pk)
    finding = Finding.objects.get(source_import=of)
    assert (finding.row, finding.column, finding.reason) == (2, "手机号码", "phone-length")
    assert "1990000" not in finding.value_mask
    assert Worker.objects.count() == 0


def test_the_rejected_rows_come_back_and_the_annotated_copy_opens_again(district, cast):
    actor = cast.actor("office")
    of = send(actor, [HEAD, row(1, number="450311199013070012"), row(2)])
    imports.read_import(of.pk)
    copy = copies.copy_of(actor=actor, of=of, part="annotated")
    assert [r[0] for sheet in sheets.read(copy) for r in sheet.rows][:2] == ["姓名", "周小明"]
    with pytest.raises(NotFound):
        copies.copy_of(actor=cast.actor("office2"), of=of, part="annotated")
    of.refresh_from_db()
    imports.decide(actor=actor, of=of)
    imports.write_import(of.pk)
    rejected = [
        r for sheet in sheets.read(copies.copy_of(actor=actor, of=of, part="rejected")) for r in sheet.rows
    ]
    assert rejected[1][2] == "450311199013070012"
    assert rejected[1][5] == 2.0


def test_all_or_nothing_takes_nothing_where_a_row_is_bad(district, cast):
    of = send(cast.actor("office"), [HEAD, row(1, phone="1")])
    imports.read_import(of.pk)
    with pytest.raises(IllegalMove):
        imports.decide(actor=cast.actor("office"), of=of, only_if_clean=True)


def test_a_row_that_differs_waits_for_a_choice_and_obeys_it(district, cast):
    actor = cast.actor("office")
    take(actor, [HEAD, row(1)])
    changed = [HEAD, row(1, phone="19911112222")]
    of = send(actor, changed, source_name="乙")
    imports.read_import(of.pk)
    of.refresh_from_db()
    match = Match.objects.get(source_import=of, sort="changed")
    assert match.changes == [["phone", "199****0001", "199****2222"]]
    with pytest.raises(BadInput):
        imports.decide(actor=actor, of=of)
    imports.choose(actor=actor, of=of, choice="overwrite", rows=[match.pk])
    imports.decide(actor=actor, of=of)
    imports.write_import(of.pk)
    assert open_for_program(Worker.objects.get().person, "phone") == "19911112222"


@pytest.mark.parametrize(
    ("choice", "phone"), [("keep", "19900000001"), ("merge", "19900000001"), ("overwrite", "19911112222")]
)
def test_keep_merge_and_overwrite_do_what_they_say(district, program, choice, phone):
    take(program, [HEAD, row(1, sector="")])
    take(program, [HEAD, row(1, phone="19911112222", sector="外卖")], choice=choice, source_name="乙")
    worker = Worker.objects.get()
    assert open_for_program(worker.person, "phone") == phone
    assert worker.sector == {"keep": "", "merge": "delivery", "overwrite": "delivery"}[choice]


def test_the_same_phone_under_another_name_is_another_person(district, program):
    of = take(program, [HEAD, row(1), row(2, name="李大力", phone="19900000001")])
    assert Worker.objects.count() == 2
    assert of.counts["possible"] == 1


@pytest.mark.parametrize("turn", [0, 1])
def test_two_people_who_share_a_phone_are_each_found_again(district, program, turn):
    couple = [row(1), row(2, name="李大力", phone="19900000001")]
    take(program, [HEAD, *couple])
    again = [["周小明", "19900000001", "", "快递", "雁山镇"], ["李大力", "19900000001", "", "快递", "雁山镇"]]
    of = take(program, [HEAD, *again[:: 1 - 2 * turn]], source_name="乙")
    assert Worker.objects.count() == 2
    assert of.counts["known"] == 2


def test_the_same_person_twice_in_a_file_is_one(district, program):
    of = take(program, [HEAD, row(1), row(1, phone=" 199-0000-0001")])
    assert Worker.objects.count() == 1
    assert of.counts["doubles"] == 1


def test_a_header_that_matches_nothing_is_asked_for_and_remembered(district, cast):
    actor = cast.actor("office")
    rows = [["甲栏", "乙栏"], ["周小明", "19900000001"]]
    of = send(actor, rows)
    imports.read_import(of.pk)
    of.refresh_from_db()
    assert of.state == "columns"
    [sheet] = of.columns
    imports.choose_columns(
        actor=actor, of=of, kind="workers", columns={sheet: {"row": 1, "fields": {"name": 0, "phone": 1}}}
    )
    imports.read_import(of.pk)
    of.refresh_from_db()
    assert (of.state, of.counts["good"]) == ("review", 1)
    again = send(actor, rows)  # nor does anybody say again what it lists
    imports.read_import(again.pk)
    again.refresh_from_db()
    assert again.state == "review"
    assert Source.objects.get(name="甲").columns["workers"] == {"甲栏": "name", "乙栏": "phone"}


def test_the_same_send_twice_is_one_and_another_file_under_its_key_is_refused(district, cast):
    key = new_id()
    first = send(cast.actor("office"), [HEAD, row(1)], client_key=key, data=b"a,b\n")
    assert send(cast.actor("office"), [], client_key=key, data=b"a,b\n").pk == first.pk
    with pytest.raises(Conflict):
        send(cast.actor("office"), [], client_key=key, data=b"a,c\n")


def test_a_township_takes_in_its_own_people_only(district, cast):
    of = send(cast.actor("yanshan"), [HEAD, row(1), row(2, region="柘木镇")])
    imports.read_import(of.pk)
    assert Finding.objects.get(source_import=of).reason == "region-outside"


def test_nobody_without_the_role_sends_and_nobody_sees_anothers_import(district, cast):
    with pytest.raises(NotAllowed):
        send(cast.actor("clerk"), [HEAD, row(1)])
    of = send(cast.actor("yanshan"), [HEAD, row(1)])
    assert cast.client("zhemu").get(f"/office/census/imports/{of.pk}/").status_code == 404


def test_political_affiliation_is_left_out_without_consent_and_kept_with_it(district, cast):
    head = [*HEAD, "政治面貌"]
    take(cast.actor("office"), [head, [*row(1), "中共党员"]], political_evidence="x")
    assert Worker.objects.get().person.sealed_political is None
    take(
        cast.actor("organisation"),
        [head, [*row(2), "中共党员"]],
        political_evidence="同意书存组织部",
        source_name="丙",
    )
    assert (
        open_for_program(Worker.objects.exclude(person__sealed_political=None).get().person, "political")
        == "中共党员"
    )


def test_a_broken_file_is_refused_by_name(district, cast):
    with pytest.raises(sheets.BadSheet):
        send(cast.actor("office"), [], data=b"%PDF-1.4")
    of = send(
        cast.actor("office"),
        [],
        data=b"PK\x03\x04" + workbook([["a"]])[4:40000].replace(b"sheet", b"xxxxx") + b"",
    )
    imports.read_import(of.pk)
    of.refresh_from_db()
    assert of.state in ("refused", "columns")
    assert of.state != "refused" or not files.has(of.pk, files.SENT)


def test_killed_while_writing_nothing_is_there_and_the_next_turn_completes(district, cast, monkeypatch):
    actor = cast.actor("office")
    of = send(actor, [HEAD, row(1), row(2)])
    imports.read_import(of.pk)
    of.refresh_from_db()
    imports.decide(actor=actor, of=of)
    real = imports.ledger.record
    monkeypatch.setattr(imports.ledger, "record", lambda *a, **k: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        imports.write_import(of.pk)
    assert Worker.objects.count() == 0
    assert Import.objects.get(pk=of.pk).state == "writing"
    assert files.has(of.pk, files.SENT)
    monkeypatch.setattr(imports.ledger, "record", real)
    from nuanyi.census import jobs

    Import.objects.update(made_at=date(2022, 1, 1))
    jobs.resume_imports.func()
    assert Worker.objects.count() == 2
    assert Import.objects.get(pk=of.pk).state == "done"


def test_a_person_twice_in_a_file_with_different_details_is_one_and_the_import_ends(district, program):
    twice = [HEAD, row(1), row(1, sector="外卖", region="柘木镇")]
    of = take(program, twice)
    assert (of.state, Worker.objects.count()) == ("done", 1)
    assert Appearance.objects.filter(worker=Worker.objects.get()).count() == 2


@pytest.mark.parametrize("turn", ["read", "write"])
def test_a_fault_of_the_program_is_said_on_the_page_with_a_way_on(district, cast, monkeypatch, caplog, turn):
    actor, browser = cast.actor("office"), cast.client("office")
    of = send(actor, [HEAD, row(1)])
    if turn == "write":
        imports.read_import(of.pk)
        of.refresh_from_db()
        imports.decide(actor=actor, of=of)

    def broken(*args, **more):
        raise ValueError("周小明 19900000001")

    with monkeypatch.context() as patch:
        patch.setattr(imports, "_load", broken)
        (imports.read_import if turn == "read" else imports.write_import)(of.pk)
    of.refresh_from_db()
    assert (of.state, Worker.objects.count()) == ("failed", 0)
    assert "周小明" not in caplog.text
    assert "ValueError" in caplog.text
    address = f"/office/census/imports/{of.pk}/"
    assert "程序处理这份文件时出错" in browser.get(address).content.decode()
    assert browser.post(f"{address}decide/", {"again": "1"}).status_code == 302
    imports.read_import(of.pk)
    of.refresh_from_db()
    imports.decide(actor=actor, of=of)
    imports.write_import(of.pk)
    of.refresh_from_db()
    assert (of.state, Worker.objects.count()) == ("done", 1)


def test_an_import_whose_file_is_gone_says_so_and_can_only_be_discarded(district, cast):
    actor = cast.actor("office")
    of = send(actor, [HEAD, row(1)])
    files.delete(of.pk, files.SENT)
    imports.read_import(of.pk)
    of.refresh_from_db()
    assert (of.state, of.refusal) == ("failed", "file-gone")
    with pytest.raises(IllegalMove):
        imports.try_again(actor=actor, of=of)
    imports.discard(actor=actor, of=of)


#: What the page of an import offers in each of its states.
WAYS_ON = {
    "reading": "可以离开",
    "columns": 'name="discard"',
    "review": 'name="take"',
    "writing": "可以离开",
    "done": "/undo/",
    "refused": "/imports/new/",
    "failed": 'name="again"',
    "discarded": "/imports/new/",
    "undone": "/imports/new/",
}


@pytest.mark.parametrize("state", ImportState.values)
def test_in_every_state_an_import_says_where_it_stands_and_how_it_goes_on(district, cast, state):
    of = send(cast.actor("office"), [HEAD, row(1)])
    imports.read_import(of.pk)
    Import.objects.filter(pk=of.pk).update(state=state, refusal="fault" if state == "failed" else "")
    answer = cast.client("office").get(f"/office/census/imports/{of.pk}/")
    page = answer.content.decode().partition("<main")[2]
    assert answer.status_code == 200
    assert WAYS_ON[state] in page
    if state in ("reading", "writing"):
        assert "hx-get" in page, "it goes on by itself"


def test_of_two_who_decide_about_one_import_the_second_is_told_and_nothing_is_done_twice(district, cast):
    first, second = cast.actor("office"), cast.client("office")
    of = send(first, [HEAD, row(1)])
    imports.read_import(of.pk)
    page = f"/office/census/imports/{of.pk}/"

    def late(step, **told):
        answer = second.post(f"{page}{step}/", told, HTTP_REFERER=f"http://testserver{page}")
        assert answer.status_code == 409
        assert "可能是同事先处理了" in answer.content.decode()

    imports.decide(actor=first, of=of)
    late("decide", take="1")
    late("choose", choice="merge")
    late("mend")
    imports.write_import(of.pk)
    late("decide", take="1")
    late("decide", discard="1")
    late("decide", again="1")
    imports.undo(actor=first, of=of)
    late("undo")
    assert not Worker.objects.exists()
    assert Entry.objects.filter(kind="census.import_undone").count() == 1


def test_a_file_whose_columns_nobody_knows_can_be_thrown_away(district, cast):
    of = send(cast.actor("office"), [["甲栏", "乙栏"], ["周小明", "19900000001"]])
    imports.read_import(of.pk)
    browser, address = cast.client("office"), f"/office/census/imports/{of.pk}/"
    assert 'name="discard"' in browser.get(address).content.decode()
    assert browser.post(f"{address}decide/", {"discard": "1"}).status_code == 302
    of.refresh_from_db()
    assert of.state == "discarded"
    assert not files.has(of.pk, files.SENT)


def test_an_import_whose_file_is_gone_does_not_hold_up_those_behind_it(monkeypatch, cast):
    from datetime import timedelta

    from nuanyi.census import jobs
    from nuanyi.census.models import Import
    from nuanyi.lib import clock

    pks = [send(cast.actor("office"), [HEAD, row(n)]).pk for n in (1, 2)]
    Import.objects.filter(pk__in=pks).update(state="reading", made_at=clock.now() - timedelta(minutes=1))
    seen = []

    def take_up(pk):
        seen.append(pk)
        raise FileNotFoundError(str(pk))

    monkeypatch.setattr(jobs.imports, "read_import", take_up)
    jobs.resume_imports()
    assert set(pks) <= set(seen)


def test_files_and_progress_are_where_every_machine_sees_them_and_older_files_are_still_read(
    district, cast, tmp_path, settings
):
    """Another web machine has another home: what one took in, the other shows."""
    of = send(cast.actor("office"), [HEAD, row(1)])
    before = files.take(of.pk, files.SENT)
    files.note_progress(of.pk, 4000)
    settings.NUANYI_HOME = tmp_path
    assert files.take(of.pk, files.SENT) == before
    assert files.progress(of.pk) == 4000
    files.forget_progress(of.pk)
    assert files.progress(of.pk) == 0
    assert not list(tmp_path.iterdir())
    files.delete(of.pk, files.SENT)
    (tmp_path / "imports").mkdir()
    sealed = keys().seal_bytes("file", b"PK older", of.pk.bytes + b"sent")
    (tmp_path / "imports" / f"{of.pk}.sent").write_bytes(sealed)
    assert files.take(of.pk, files.SENT) == b"PK older"
    assert files.delete(of.pk, files.SENT)
    assert not files.has(of.pk, files.SENT)


def test_nothing_goes_into_a_round_that_is_closed(cast, program):
    told = {
        "name": "摸底",
        "sectors": ["courier"],
        "region_codes": ["450311101"],
        "units": [],
        "start_date": date(2022, 5, 1),
        "end_date": date(2022, 10, 31),
    }
    found = rounds.plan_round(actor=program, **told)
    for state in ("running", "closed"):
        stale, found = found, rounds.move_round(actor=program, census_round=found, state=state)
    with pytest.raises(BadInput) as refused:  # whatever the caller believed of it
        send(program, [HEAD, row(1)], census_round=stale)
    assert "已结束" in str(refused.value.fields["census_round"])
    browser = cast.client("office")
    asked = {"client_key": new_id(), "pasted": "姓名\n周小明", "as_of_date": "2022-06-30"}
    page = browser.post("/office/census/imports/new/", asked | {"census_round": found.pk})
    assert page.status_code == 422
    assert "已结束" in page.content.decode()
    assert "周小明" in page.content.decode(), "what was typed is kept"
    assert not Import.objects.exists()
    rounds.move_round(actor=program, census_round=found, state="running")
    # its day of the end is over and it runs: rosters of a round come in late
    assert take(program, [HEAD, row(1)], census_round=stale).round_id == found.pk
    assert browser.post("/office/census/imports/new/", asked | {"census_round": found.pk}).status_code == 302


def test_a_roster_sent_before_its_round_was_closed_is_not_taken_into_it(cast, program, monkeypatch):
    from nuanyi.census import jobs

    monkeypatch.setattr(jobs.write_import, "defer", lambda **more: None)
    told = {"sectors": ["courier"], "region_codes": ["450311101"], "units": []}
    days = {"start_date": date(2022, 5, 1), "end_date": date(2022, 10, 31)}
    first, second = (
        rounds.plan_round(actor=program, name=name, **told, **days) for name in ("上半年", "下半年")
    )
    rounds.move_round(actor=program, census_round=first, state="running")
    office = cast.actor("office")
    of, late = (
        send(office, [HEAD, row(n)], source_name=str(n), file_name=f"{n}.xlsx", census_round=first)
        for n in (1, 2)
    )
    for one in (of, late):
        imports.read_import(one.pk)
    imports.decide(actor=office, of=late)
    rounds.move_round(actor=program, census_round=first, state="closed")
    # decided already, but not begun: the page asks again
    imports.write_import(late.pk)
    late.refresh_from_db()
    assert late.state == "review"
    with pytest.raises(BadInput) as refused:
        imports.decide(actor=office, of=of)
    assert "已结束" in str(refused.value.fields["census_round"])
    assert not Worker.objects.exists()
    browser, address = cast.client("office"), "/office/census/imports/{}/"
    assert "“上半年”已结束" in " ".join(browser.get(address.format(of.pk)).content.decode().split())

    def take_into(one, census_round):
        one.refresh_from_db()
        told = {"take": "1", "round": census_round, "preview": one.preview}
        return browser.post(f"{address.format(one.pk)}decide/", told).status_code

    assert take_into(of, first.pk) == 422
    assert take_into(of, second.pk) == 302
    imports.write_import(of.pk)
    of.refresh_from_db()
    assert (of.state, of.round_id, Worker.objects.count()) == ("done", second.pk, 1)
    assert take_into(late, "none") == 302
    imports.write_import(late.pk)
    late.refresh_from_db()
    assert (late.state, late.round_id) == ("done", None)
