import io
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from nuanyi.cases.models import Attachment, Case
from nuanyi.cases.services import intake
from nuanyi.journal.models import Entry
from nuanyi.lib.actor import GUEST
from nuanyi.lib.errors import BadInput, Refusal

WEBM = b"\x1aE\xdf\xa3" + b"\0" * 2000


def photo():
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    Image.new("RGB", (900, 600), "orange").save(out, "JPEG", exif=exif)
    return out.getvalue()


def post(client, key, **files):
    told = {"key": key, "kind": "wage", "words": "截图在这里"}
    sent = {name: SimpleUploadedFile(f"x.{name}", data) for name, data in files.items()}
    return client.post("/help/ask/", {**told, **sent})


def test_a_photo_and_a_voice_note_come_with_the_case_once_and_are_sealed(desk_cast, client):
    key, picture = str(uuid4()), photo()
    for _again in range(3):
        assert post(client, key, photo=picture, voice=WEBM).status_code == 302
    assert Case.objects.count() == 1
    kept = list(Attachment.objects.order_by("media"))
    assert [row.media for row in kept] == ["photo", "voice"]
    assert all(
        b"secret place" not in bytes(row.sealed_file) and WEBM not in bytes(row.sealed_file) for row in kept
    )
    link = intake.link_of(Case.objects.get())
    shown = Client().get(f"/c/{link}/files/{kept[0].pk}/")
    assert shown.content.startswith(b"\xff\xd8\xff")
    assert b"secret place" not in shown.content
    assert shown["X-Content-Type-Options"] == "nosniff"
    voice = Client().get(f"/c/{link}/files/{kept[1].pk}/")
    assert (voice["Content-Type"], voice.content) == ("audio/webm", WEBM)


def test_the_handling_clerk_opens_it_and_that_is_noted_and_nobody_else_does(desk_cast, client):
    assert post(client, str(uuid4()), photo=photo()).status_code == 302
    case, kept = Case.objects.get(), Attachment.objects.get()
    address = f"/office/cases/{case.pk}/files/{kept.pk}/"
    assert desk_cast.client("clerk").get(address).status_code == 200
    assert Entry.objects.filter(kind="cases.file_opened").count() == 1
    assert desk_cast.client("yanshan").get(address).status_code in (403, 404)
    assert Client().get(address).status_code == 302
    other = intake.send_case(
        actor=GUEST, key=uuid4(), told=intake.Request("wage", "另一件"), network="203.0.113.7"
    )
    assert Client().get(f"/c/{intake.link_of(other)}/files/{kept.pk}/").status_code == 404


@pytest.mark.parametrize(
    "files",
    [{"voice": b"MZ\x90 a program"}, {"voice": b"\x1aE\xdf\xa3" + b"\0" * (4 << 20)}, {"photo": b"<svg/>"}],
)
def test_what_is_no_recording_or_no_picture_is_refused_in_words_and_nothing_is_kept(desk_cast, client, files):
    answer = post(client, str(uuid4()), **files)
    assert answer.status_code in (400, 422)
    assert Case.objects.count() == 0
    assert Attachment.objects.count() == 0


def test_a_voice_file_of_100_mb_is_refused_before_it_is_read(desk_cast, client):
    answer = client.post(
        "/help/ask/", b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(100 << 20)
    )
    assert answer.status_code == 413


def test_a_case_holds_eight_files_and_forgetting_takes_them_along(desk_cast, sent):
    case = sent()
    for _n in range(8):
        intake.add_word(actor=GUEST, case=case, key=uuid4(), words="", voice=WEBM)
    with pytest.raises(Refusal):
        intake.add_word(actor=GUEST, case=case, key=uuid4(), words="", voice=WEBM)
    with pytest.raises(BadInput):
        intake.add_word(actor=GUEST, case=case, key=uuid4(), words="")
    intake.withdraw(actor=GUEST, case=case)
    intake.forget(actor=GUEST, case=case)
    assert Attachment.objects.count() == 0


def test_several_photos_come_with_one_request_and_each_once(desk_cast, client):
    key = str(uuid4())
    told = {"key": key, "kind": "wage", "words": "三张截图"}
    for _again in range(2):
        pictures = [SimpleUploadedFile(f"{n}.jpg", photo()) for n in range(3)]
        assert client.post("/help/ask/", {**told, "photo": pictures}).status_code == 302
    case = Case.objects.get()
    assert case.attachments.filter(media="photo").count() == 3
    link = intake.link_of(case)
    more = {"key": str(uuid4()), "words": "还有两张"}
    files = [SimpleUploadedFile(f"{n}.jpg", photo()) for n in range(2)]
    assert client.post(f"/c/{link}/add/", {**more, "photo": files}).status_code == 302
    assert case.attachments.count() == 5
    files = [SimpleUploadedFile(f"{n}.jpg", photo()) for n in range(4)]
    refused = client.post(f"/c/{link}/add/", {"key": str(uuid4()), "words": "太多", "photo": files})
    assert "最多放八个" in refused.content.decode()
    assert case.attachments.count() == 5
