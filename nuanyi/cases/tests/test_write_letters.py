import io
import subprocess
import zipfile
from datetime import date, timedelta
from uuid import uuid4

import pypdfium2
import pytest
from django.test import Client
from docx import Document

from nuanyi.cases.services import intake, letters, wages
from nuanyi.cases.tests.conftest import NAME, PHONE
from nuanyi.journal.models import Entry
from nuanyi.lib import clock
from nuanyi.lib.actor import GUEST
from nuanyi.lib.errors import BadInput, IllegalMove, NotAllowed, NotFound, TooMuch
from nuanyi.people import rules as people_rules


def text_of(docx):
    document = Document(io.BytesIO(docx))
    parts = [paragraph.text for paragraph in document.paragraphs]
    return "\n".join(
        parts + [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    )


@pytest.fixture
def dispute(desk_cast, taken):
    case, clerk = taken(), desk_cast.actor("clerk")
    wages.add_claim(
        actor=clerk,
        pk=case.pk,
        first=date(2026, 5, 1),
        last=date(2026, 5, 31),
        work="620 单",
        sum_text="4,321.50",
        evidence="接单截图、转账记录",
    )
    wages.add_claim(
        actor=clerk,
        pk=case.pk,
        first=date(2026, 6, 1),
        last=date(2026, 6, 3),
        work="58 单",
        sum_text="300",
        evidence="",
    )
    hearing = wages.appoint(
        actor=clerk,
        pk=case.pk,
        key=uuid4(),
        at=clock.now() + timedelta(days=2),
        where="良丰街道调解室",
        participants="甲站点负责人",
    )
    with clock.held_at(clock.now() + timedelta(days=3)):
        wages.end_hearing(actor=clerk, pk=case.pk, hearing=hearing.pk, outcome="agreed", words="分两次付清。")
    wages.add_instalment(actor=clerk, pk=case.pk, due=clock.today() + timedelta(days=10), sum_text="4621.50")
    return case


def test_what_goes_to_the_firm_names_nobody_before_the_worker_agrees(desk_cast, dispute):
    clerk = desk_cast.actor("clerk")
    for name in ("notice", "apply_mediation"):
        _file, docx = letters.write_letter(actor=clerk, pk=dispute.pk, name=name)
        text = text_of(docx)
        assert NAME not in text
        assert PHONE not in text
        assert "站长扣了" not in text
        assert "4,621.50" in text
        assert "甲站点" in text
    with pytest.raises(IllegalMove):
        letters.write_letter(actor=clerk, pk=dispute.pk, name="agreement")
    assert Client().post(f"/c/{intake.link_of(dispute)}/name/").status_code == 302
    agreement = text_of(letters.write_letter(actor=clerk, pk=dispute.pk, name="agreement")[1])
    assert NAME in agreement
    assert "分两次付清" in agreement
    assert PHONE not in agreement


def test_the_legal_aid_form_carries_what_its_office_needs_and_the_day_of_the_decision(desk_cast, taken):
    with clock.held_at(clock.midnight(date(2026, 6, 1)) + timedelta(hours=9)):
        case = taken(kind="legal_aid")
        _file, docx = letters.write_letter(actor=desk_cast.actor("clerk"), pk=case.pk, name="legal_aid")
    text = text_of(docx)
    assert NAME in text
    assert PHONE in text
    assert "2026年6月8日" in text
    assert Entry.objects.filter(kind="cases.letter_written").exists()


def test_letters_open_in_another_program_on_one_or_two_a4_pages_in_chinese(desk_cast, dispute, tmp_path):
    intake.agree_to_name(actor=GUEST, case=dispute)
    for name in ("apply_mediation", "notice", "agreement", "legal_aid"):
        (tmp_path / f"{name}.docx").write_bytes(
            letters.write_letter(actor=desk_cast.actor("clerk"), pk=dispute.pk, name=name)[1]
        )
    subprocess.run(
        [
            "soffice",
            "--headless",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--convert-to",
            "pdf",
            "--outdir",
            str(tmp_path),
            *[str(path) for path in tmp_path.glob("*.docx")],
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    for name in ("apply_mediation", "notice", "agreement", "legal_aid"):
        pdf = pypdfium2.PdfDocument(tmp_path / f"{name}.pdf")
        assert 1 <= len(pdf) <= 2, name
        page = pdf[0]
        assert (round(page.get_width()), round(page.get_height())) == (595, 842)
        text = "".join(page.get_textpage().get_text_range().split())
        assert letters.LETTERS[name].title in text
        assert "4,321.50" in text
        assert "{{" not in text
        assert "{%" not in text


def test_a_template_of_ones_own_is_used_and_one_with_an_unknown_field_is_refused(desk_cast, dispute):
    office, clerk = desk_cast.actor("office"), desk_cast.actor("clerk")
    mine = Document()
    mine.add_paragraph("本区自己的告知书：{{ employer }}，{{ total }} 元")
    out = io.BytesIO()
    mine.save(out)
    with pytest.raises(NotAllowed):
        letters.save_template(actor=clerk, name="notice", docx=out.getvalue())
    letters.save_template(actor=office, name="notice", docx=out.getvalue())
    assert "本区自己的告知书：甲站点" in text_of(
        letters.write_letter(actor=clerk, pk=dispute.pk, name="notice")[1]
    )
    mine.add_paragraph("{{ id_number }}")
    out = io.BytesIO()
    mine.save(out)
    with pytest.raises(BadInput) as refused:
        letters.save_template(actor=office, name="notice", docx=out.getvalue())
    assert "id_number" in str(refused.value.fields)
    with pytest.raises(BadInput):
        letters.save_template(actor=office, name="notice", docx=b"no word file")
    letters.save_template(actor=office, name="notice", docx=None)
    assert "本区自己的" not in text_of(letters.write_letter(actor=clerk, pk=dispute.pk, name="notice")[1])


def test_a_template_cannot_reach_into_the_program_and_a_bomb_is_refused(desk_cast, dispute):
    office = desk_cast.actor("office")
    evil = Document()
    evil.add_paragraph("{{ ref.__class__.__mro__[1].__subclasses__() }}")
    out = io.BytesIO()
    evil.save(out)
    letters.save_template(actor=office, name="notice", docx=out.getvalue())
    with pytest.raises(BadInput):
        letters.write_letter(actor=desk_cast.actor("clerk"), pk=dispute.pk, name="notice")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", b"0" * (30 << 20))
    with pytest.raises(BadInput):
        letters.save_template(actor=office, name="notice", docx=bomb.getvalue())


def test_a_clerk_of_another_unit_gets_no_letter(desk_cast, dispute):
    with pytest.raises((NotFound, NotAllowed)):
        letters.write_letter(actor=desk_cast.actor("yanshan"), pk=dispute.pk, name="notice")


def test_the_letter_comes_as_a_word_file_with_its_chinese_name(desk_cast, dispute):
    browser = desk_cast.client("clerk")
    answer = browser.post(f"/office/cases/{dispute.pk}/letters/notice/")
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E5%91%8A")
    assert answer.content[:2] == b"PK"


def test_a_letter_carries_its_number_its_day_and_whom_to_ask(desk_cast, dispute):
    clerk = desk_cast.actor("clerk")
    unit = dispute.unit
    unit.public_phone, unit.public_address = "0773-0000123", "雁山大道 1 号"
    unit.save()
    for count, name in enumerate(("notice", "apply_mediation", "legal_aid"), 1):
        text = text_of(letters.write_letter(actor=clerk, pk=dispute.pk, name=name)[1])
        assert f"编号：{dispute.ref}-{count:02d}" in text
        assert "0773-0000123" in text
        assert f"{clock.today().year}年{clock.today().month}月{clock.today().day}日" in text


def test_the_form_for_legal_aid_names_the_agency_and_what_is_asked_for(desk_cast, dispute):
    text = text_of(letters.write_letter(actor=desk_cast.actor("clerk"), pk=dispute.pk, name="legal_aid")[1])
    assert "雁山区法律援助中心：" in text
    assert "申请事项：请求支付劳动报酬" in text


def test_the_way_of_a_case_says_who_did_what_and_when(desk_cast, dispute):
    clerk = desk_cast.actor("clerk")
    letters.write_letter(actor=clerk, pk=dispute.pk, name="notice")
    page = desk_cast.client("clerk").get(f"/office/cases/{dispute.pk}/").content.decode()
    way = page[page.index('<ol class="way">') :]
    steps = [
        "开具文书：告知书",
        "调解结果：",
        "已约定调解",
        f"由{dispute.unit.short_name or dispute.unit.name}接办",
        "收到诉求",
    ]
    found = [way.find(words) for words in steps]
    assert -1 not in found, dict(zip(steps, found, strict=True))
    assert found == sorted(found)


def test_the_name_and_the_phone_in_a_letter_count_into_the_day_s_quota(desk_cast, dispute, monkeypatch):
    clerk = desk_cast.actor("clerk")
    monkeypatch.setattr(people_rules, "REVEALS_A_DAY", 3)
    letters.write_letter(actor=clerk, pk=dispute.pk, name="legal_aid")
    opened = Entry.objects.get(kind="cases.letter_written")
    assert opened.detail["values"] == 2
    with pytest.raises(TooMuch):
        letters.write_letter(actor=clerk, pk=dispute.pk, name="legal_aid")
    # what goes to the firm before the worker agrees names nobody
    letters.write_letter(actor=clerk, pk=dispute.pk, name="notice")
