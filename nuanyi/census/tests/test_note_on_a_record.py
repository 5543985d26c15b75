"""Notes and photos on a record: who writes, who reads, what stays of what was corrected, and that all of it ends."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from nuanyi.census.models import Establishment, RecordNote, RecordPhoto, Worker
from nuanyi.census.services import imports, remarks
from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, take
from nuanyi.journal.models import Entry
from nuanyi.lib import sealed
from nuanyi.lib.dates import moment_words
from nuanyi.lib.errors import BadInput, Conflict, NotAllowed, NotFound
from nuanyi.lib.ids import new_id
from nuanyi.lib.retention import Subject
from nuanyi.people.access import actor_for
from nuanyi.people.services import persons
from nuanyi.rights import queries as rights
from nuanyi.units.models import Unit

WORDS = "下午三点以后再打电话"


@pytest.fixture
def worker(district, program):
    take(program, [HEAD, row(1)])
    return Worker.objects.get()


@pytest.fixture
def page(worker):
    return f"/office/census/workers/{worker.pk}/"


def jpeg():
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    Image.new("RGB", (900, 600), "orange").save(out, "JPEG", exif=exif)
    return out.getvalue()


def written(cast, worker, role="office", words=WORDS):
    actor = cast.actor(role)
    return remarks.add_note(actor=actor, model=Worker, pk=worker.pk, words=words, key=new_id())


def text_of(answer):
    return " ".join(answer.content.decode().split())


def test_a_note_is_sealed_and_read_on_the_record_by_whom_and_when(cast, worker, page):
    browser, key = cast.client("yanshan"), str(new_id())
    for _turn in range(2):
        assert browser.post(f"{page}notes/", {"key": key, "words": WORDS}).status_code == 302
    note = RecordNote.objects.get()
    assert WORDS.encode() not in bytes(note.sealed_words)
    told = text_of(cast.client("office").get(page))
    assert WORDS in told
    assert "yanshan" in told
    [read] = Entry.objects.filter(kind="census.notes_read")
    assert (read.subject_type, read.subject_id) == ("people.person", str(worker.person_id))
    assert WORDS not in str(list(Entry.objects.values_list("detail", flat=True)))
    assert browser.post(f"{page}notes/", {"key": str(new_id()), "words": "  "}).status_code == 422


def test_a_page_without_notes_makes_no_entry(cast, page):
    assert "还没有备注和照片" in text_of(cast.client("office").get(page))
    assert not Entry.objects.filter(kind="census.notes_read").exists()


def test_a_corrected_note_shows_what_it_said_and_one_taken_away_comes_back(cast, worker, page):
    note = written(cast, worker)
    browser = cast.client("office")
    act = f"{page}notes/{note.pk}/"
    assert browser.post(act, {"key": str(new_id()), "words": "改到晚上八点"}).status_code == 302
    told = text_of(browser.get(page))
    assert "改到晚上八点" in told
    assert "改前内容" in told
    assert WORDS in told
    newest = RecordNote.objects.get(ended_at=None)
    browser.post(f"{page}notes/{newest.pk}/", {"deed": "away", "words": "x"})
    assert not RecordNote.objects.filter(ended_at=None).exists()
    told = text_of(browser.get(page))
    assert "备注已移除" in told
    assert "data-fades" in told
    assert "备注已移除" not in text_of(browser.get(page))
    browser.post(f"{page}notes/{newest.pk}/", {"deed": "back"})
    assert RecordNote.objects.get(ended_at=None).pk == newest.pk
    kinds = set(Entry.objects.filter(kind__startswith="census.note_").values_list("kind", flat=True))
    assert kinds == {f"census.note_{deed}" for deed in ("written", "corrected", "taken_away", "put_back")}


def test_two_who_correct_one_note_do_not_overwrite_each_other(cast, worker):
    note = written(cast, worker)
    told = {"model": Worker, "pk": worker.pk, "note": note.pk}
    remarks.correct_note(actor=cast.actor("office"), words="甲的话", key=new_id(), **told)
    with pytest.raises(Conflict) as refused:
        remarks.correct_note(actor=cast.actor("office2"), words="乙的话", key=new_id(), **told)
    assert "office" in str(refused.value.message)
    with pytest.raises(Conflict):
        remarks.put_note_back(actor=cast.actor("office2"), **told)
    assert [sealed.open_text(row, "sealed_words") for row in RecordNote.objects.filter(ended_at=None)] == [
        "甲的话"
    ]


def test_only_who_wrote_it_or_may_change_the_record_changes_a_note(cast, worker):
    Worker.objects.update(region_code="450311101")
    note = written(cast, worker)
    told = {"model": Worker, "pk": worker.pk, "note": note.pk}
    with pytest.raises(NotAllowed):
        remarks.take_note_away(actor=cast.actor("grid"), **told)
    own = written(cast, worker, "grid", "门口有狗")
    remarks.take_note_away(actor=cast.actor("grid"), **(told | {"note": own.pk}))
    remarks.take_note_away(actor=cast.actor("zhemu"), **told)


def test_a_photo_is_rebuilt_sealed_and_seen_by_who_may_see_the_record(cast, worker, page):
    browser = cast.client("office")
    sent = {"key": str(new_id()), "photo": SimpleUploadedFile("x.jpg", jpeg())}
    assert browser.post(f"{page}photos/", sent).status_code == 302
    photo = RecordPhoto.objects.get()
    address = f"{page}photos/{photo.pk}/"
    shown = cast.client("yanshan").get(address)
    assert shown.content.startswith(b"\xff\xd8\xff")
    assert b"secret place" not in shown.content
    assert shown["Cache-Control"] == "no-store"
    assert shown.content not in bytes(photo.sealed_data)
    assert Entry.objects.filter(kind="census.photo_seen").count() == 1
    assert cast.client("zhemu").get(address).status_code == 404
    assert address in browser.get(page).content.decode()
    bad = {"key": str(new_id()), "photo": SimpleUploadedFile("x.jpg", b"GIF89a<script>")}
    assert browser.post(f"{page}photos/", bad).status_code == 422
    assert browser.post(f"{page}photos/", {"key": str(new_id())}).status_code == 422
    browser.post(f"{address}away/")
    photo.refresh_from_db()
    assert photo.sealed_data is None
    assert browser.get(address).status_code == 404
    assert "照片" in text_of(browser.get(page))
    assert browser.post(f"{address}away/").status_code == 409


def test_a_record_holds_six_photos_and_a_seventh_is_refused(cast, worker):
    told = {"actor": cast.actor("office"), "model": Worker, "pk": worker.pk}
    small = io.BytesIO()
    Image.new("RGB", (8, 8)).save(small, "JPEG")
    for _n in range(6):
        made = remarks.add_photo(data=small.getvalue(), key=new_id(), **told)
    with pytest.raises(BadInput):
        remarks.add_photo(data=small.getvalue(), key=new_id(), **told)
    remarks.take_photo_away(key=made.pk, **told)
    remarks.add_photo(data=small.getvalue(), key=new_id(), **told)


def test_another_units_record_takes_no_note_and_shows_none(cast, worker, page):
    written(cast, worker)
    with pytest.raises(NotFound):
        written(cast, worker, "zhemu")
    assert cast.client("zhemu").get(page).status_code == 404


def test_a_shop_has_notes_and_the_lists_say_how_many(cast, worker):
    shop = Establishment.objects.create(
        name="甲店", name_key="甲店", sector="courier", region_code="450311100"
    )
    browser = cast.client("office")
    address = f"/office/census/establishments/{shop.pk}/"
    browser.post(f"{address}notes/", {"key": str(new_id()), "words": "店主愿意设爱心角"})
    assert "店主愿意设爱心角" in text_of(browser.get(address))
    assert "1 条备注" in text_of(browser.get("/office/census/establishments/"))
    written(cast, worker)
    written(cast, worker)
    assert "2 条备注" in text_of(browser.get("/office/census/workers/"))


def test_what_is_noted_of_a_person_is_shown_to_them_and_goes_with_them(cast, worker):
    written(cast, worker)
    subject = Subject(persons=(worker.person_id,))
    [holding] = [one for one in rights.holdings(subject, full=True) if one.table == "census.recordnote"]
    assert holding.values[0].shown == WORDS
    assert WORDS not in str(rights.holdings(subject, full=False))
    remarks.read_notes(actor=cast.actor("office"), record=worker)
    assert "备注" in str([look.what for look in rights.looks_of(subject, full=True)])
    persons.erase_person(actor=cast.actor("organisation"), person=worker.person, reason="本人要求")
    assert not RecordNote.objects.exists()


def test_an_import_that_is_taken_back_leaves_the_record_that_carries_a_note(cast, program, district):
    of = take(program, [HEAD, row(1), row(2)])
    written(cast, Worker.objects.first())
    done = imports.undo(actor=program, of=of)
    assert (done["kept"], done["removed"]) == (1, 1)
    assert RecordNote.objects.count() == 1


def test_the_staff_of_an_alliances_member_read_no_notes_and_see_no_photos(cast, worker):
    """It may be the firm that the person works for, and it sees the record by its own roster."""
    told = {"actor": cast.actor("office"), "model": Worker, "pk": worker.pk}
    written(cast, worker)
    made = remarks.add_photo(data=jpeg(), key=new_id(), **told)
    staff = cast.accounts["yanshan"]
    assert remarks.photos_of(cast.actor("yanshan"), worker)
    Unit.objects.filter(pk=staff.unit_id).update(kind="member")
    actor = actor_for(staff)
    assert remarks.read_notes(actor=actor, record=worker) == ([], [])
    assert remarks.photos_of(actor, worker) == []
    with pytest.raises(NotFound):
        remarks.photo(actor=actor, model=Worker, pk=worker.pk, key=made.pk)


def test_the_audit_says_when_a_photo_was_put_there_that_was_looked_at(cast, worker):
    office = cast.actor("office")
    made = remarks.add_photo(actor=office, model=Worker, pk=worker.pk, data=jpeg(), key=new_id())
    remarks.photo(actor=office, model=Worker, pk=worker.pk, key=made.pk)
    browser = cast.client("auditor")
    page = " ".join(browser.get("/office/audit/?kind=census.photo_seen").content.decode().split())
    assert f"照片：{moment_words(made.made_at)}" in page
    assert str(made.pk) not in page
    RecordPhoto.objects.all().delete()
    page = " ".join(browser.get("/office/audit/?kind=census.photo_seen").content.decode().split())
    assert "照片：—" in page
    assert str(made.pk) not in page
