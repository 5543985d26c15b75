"""A district's own Word files for the papers of the path: checked before they are kept, used at once, given up again."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document

from nuanyi.lib.errors import BadInput, NotAllowed, NotFound
from nuanyi.party.models.applications import PaperTemplate
from nuanyi.party.services import papers

pytestmark = pytest.mark.django_db
PAGE = "/office/party/papers/"


def word(text: str) -> bytes:
    made, out = Document(), io.BytesIO()
    made.add_paragraph(text)
    made.save(out)
    return out.getvalue()


def text_of(docx: bytes) -> str:
    return "\n".join(one.text for one in Document(io.BytesIO(docx)).paragraphs)


def upload(browser, data: bytes, name="talk"):
    return browser.post(PAGE, {"name": name, "file": SimpleUploadedFile("a.docx", data)})


def test_a_paper_is_written_from_the_own_file_and_from_the_programs_again(cast, found, asked):
    found()
    made = asked()
    office = cast.client("organisation")
    assert upload(office, word("本区谈话记录：{{ person }}，{{ asked }}")).status_code == 302
    _name, data = papers.write_paper(actor=cast.actor("organisation"), pk=made.pk, name="talk")
    assert text_of(data).startswith("本区谈话记录：覃大海，")
    kept = b"".join(office.get(f"{PAGE}talk.docx"))
    assert "{{ person }}" in text_of(kept)
    assert office.post(PAGE, {"name": "talk", "drop": "1"}).status_code == 302
    _name, data = papers.write_paper(actor=cast.actor("organisation"), pk=made.pk, name="talk")
    assert "本区谈话记录" not in text_of(data)


@pytest.mark.parametrize(
    "data",
    [
        b"not a Word file",
        b"PK\x03\x04" + b"x" * 400,
        word("{{ phone }}"),
        word("{{ person.__class__ }}{{ secret }}"),
        b"PK\x03\x04" + b"x" * (3 << 20),
    ],
    ids=["text", "broken", "a field that there is not", "what reaches further", "too large"],
)
def test_what_cannot_be_filled_is_refused_and_the_one_before_stays(cast, data):
    office = cast.client("organisation")
    upload(office, word("{{ today }}"))
    refused = upload(office, data)
    assert refused.status_code == 422
    assert text_of(papers.template("talk")) == "{{ today }}"
    assert office.post(PAGE, {"name": "talk"}).status_code == 422


def test_the_department_alone_changes_them(cast):
    for part in ("office", "instructor", "clerk"):
        assert upload(cast.client(part), word("甲")).status_code == 403
        with pytest.raises(NotAllowed):
            papers.save_template(actor=cast.actor(part), name="talk", docx=word("甲"))
    with pytest.raises(NotFound):
        papers.save_template(actor=cast.actor("organisation"), name="nothing", docx=word("甲"))
    assert cast.client("organisation").get(f"{PAGE}nothing.docx").status_code == 404
    with pytest.raises(BadInput):
        papers.save_template(actor=cast.actor("organisation"), name="talk", docx=b"")
    assert not PaperTemplate.objects.exists()
