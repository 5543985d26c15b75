import io
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from nuanyi.learning import worker
from nuanyi.learning.models import LessonMedia
from nuanyi.learning.reading import html_of
from nuanyi.learning.services import lessons
from nuanyi.learning.tests.test_write_and_read_lessons import published, told  # noqa: F401
from nuanyi.lib.errors import BadInput, Refusal
from nuanyi.lib.ranges import ranged
from nuanyi.lib.thumbnails import thumbnail

MP4 = b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 40


def picture():
    out = io.BytesIO()
    Image.new("RGB", (300, 200), "green").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def film(cast, published):  # noqa: F811
    lesson = published()
    return lessons.add_media(actor=cast.actor("office"), lesson=lesson, kind="video", data=MP4)


def test_a_lesson_shows_its_picture_and_film_where_the_text_names_them(cast, film, client):
    lesson = film.lesson
    photo = lessons.add_media(actor=cast.actor("office"), lesson=lesson, kind="picture", data=picture())
    html = html_of(
        f"看图\n\n![头盔<b>](media/{photo.pk})\n\n![怎么扣](media/{film.pk})",
        {photo.pk: photo, film.pk: film},
    )
    assert f'<img class="photo" src="/learn/media/{photo.pk}/"' in html
    assert "<b>" not in html
    assert f'<video controls preload="none" src="/learn/media/{film.pk}/"' in html
    assert "<img" not in html_of(f"![没有](media/{uuid4()})", {})
    shown = client.get(f"/learn/media/{photo.pk}/")
    assert (shown["Content-Type"], shown.content[:2]) == ("image/jpeg", b"\xff\xd8")


def test_the_shelf_shows_the_first_picture_of_a_lesson_small(cast, film, client):
    photo = lessons.add_media(actor=cast.actor("office"), lesson=film.lesson, kind="picture", data=picture())
    address = f"/learn/media/{photo.pk}/small.jpg"
    assert address in client.get("/learn/").content.decode()
    small = Image.open(io.BytesIO(client.get(address).content))
    assert (small.format, small.size) == ("JPEG", (144, 96))
    assert client.get(f"/learn/media/{film.pk}/small.jpg").status_code == 404


def test_a_small_picture_is_made_once_and_not_at_every_request(cast, film, client, monkeypatch):
    photo = lessons.add_media(actor=cast.actor("office"), lesson=film.lesson, kind="picture", data=picture())
    made = []
    monkeypatch.setattr(worker, "thumbnail_of", lambda data: made.append(1) or thumbnail(data))
    address = f"/learn/media/{photo.pk}/small.jpg"
    first, second = client.get(address), client.get(address)
    assert first.content == second.content
    assert len(made) == 1
    photo.delete()
    assert client.get(address).status_code == 404


def test_a_player_gets_the_range_that_it_asks_for(film, client):
    address = f"/learn/media/{film.pk}/"
    assert client.get(address).content == MP4
    part = client.get(address, headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content, part["Content-Range"]) == (
        206,
        MP4[100:200],
        f"bytes 100-199/{len(MP4)}",
    )
    assert client.get(address, headers={"range": "bytes=-10"}).content == MP4[-10:]
    assert client.get(address, headers={"range": f"bytes={len(MP4)}-"}).status_code == 416
    assert client.get(address, headers={"range": "bytes=x"}).status_code == 200


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_every_range_is_the_slice_of_the_file(first, last):
    from django.test import RequestFactory

    raw = bytes(n % 251 for n in range(2000))
    answer = ranged(
        RequestFactory(headers={"range": f"bytes={first}-{last}"}).get("/"),
        "video/mp4",
        len(raw),
        lambda a, b: raw[a : b + 1],
    )
    if first > last or first >= len(raw):
        assert answer.status_code == 416
    else:
        assert answer.content == raw[first : last + 1]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("video", b"MZ program"),
        ("audio", MP4[:4] + b"xxxx"),
        ("picture", b"<svg/>"),
        ("x", MP4),
        ("video", MP4 + bytes(21 << 20)),
    ],
)
def test_a_wrong_type_or_size_is_refused_and_nothing_is_kept(cast, published, kind, data):  # noqa: F811
    lesson = published()
    with pytest.raises(Refusal):
        lessons.add_media(actor=cast.actor("office"), lesson=lesson, kind=kind, data=data)
    assert not LessonMedia.objects.exists()


def test_a_drafts_film_is_for_staff_only_and_a_lesson_holds_eight(cast, film, client):
    lessons.save_lesson(actor=cast.actor("office"), told=told(), lesson=film.lesson)
    assert client.get(f"/learn/media/{film.pk}/").status_code == 404
    assert cast.client("clerk").get(f"/learn/media/{film.pk}/").status_code == 200
    for _n in range(7):
        lessons.add_media(actor=cast.actor("office"), lesson=film.lesson, kind="video", data=MP4)
    with pytest.raises(BadInput):
        lessons.add_media(actor=cast.actor("office"), lesson=film.lesson, kind="video", data=MP4)


def test_staff_add_and_take_away_on_the_lessons_page(cast, film):
    browser, address = cast.client("office"), f"/office/learning/{film.lesson_id}/media/"
    sent = {"kind": "picture", "file": SimpleUploadedFile("x.png", picture())}
    assert browser.post(address, sent).status_code == 302
    page = browser.get(f"/office/learning/{film.lesson_id}/").content.decode()
    assert f"media/{film.pk}" in page
    assert browser.post(address, {"drop": film.pk}).status_code == 302
    assert LessonMedia.objects.count() == 1
    assert browser.post(address, {"drop": "nonsense"}).status_code == 404
