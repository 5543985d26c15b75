import io
import random

import pytest
from PIL import Image

from nuanyi.lib import pictures


def picture(kind="JPEG", size=(900, 600), **more):
    out = io.BytesIO()
    Image.new("RGB", size, "#9A2F0A").save(out, kind, **more)
    return out.getvalue()


def test_a_picture_loses_its_place_its_comment_and_its_size():
    place = Image.Exif()
    place[0x010E] = "SECRETPLACE"
    raw = picture(size=(3000, 2000), exif=place, comment=b"SECRETNOTE")
    assert b"SECRETPLACE" in raw
    clean = pictures.rebuild(raw)
    assert (clean.width, clean.height) == (1280, 853)
    assert b"SECRET" not in clean.jpeg
    assert not Image.open(io.BytesIO(clean.jpeg)).getexif()


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_other_kinds_become_jpeg(kind):
    assert pictures.rebuild(picture(kind)).jpeg.startswith(b"\xff\xd8\xff")


def test_what_lies_behind_a_picture_is_gone():
    clean = pictures.rebuild(picture() + b"<script>alert(1)</script>PK\x03\x04")
    assert b"script" not in clean.jpeg


@pytest.mark.parametrize("progressive", [False, True])
def test_a_picture_with_a_film_behind_it_is_a_picture(progressive):
    """Phones hang some megabytes of film behind a picture; random bytes hold a mark of a pass every 65,536 bytes."""
    film = random.Random(7).randbytes(7 << 20)
    assert film.count(b"\xff\xda") > 100
    assert pictures.rebuild(picture(progressive=progressive) + film).width == 900


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "picture-not-a-picture"),
        (b"\xff\xd8\xff" + b"<?php system($_GET['c']); ?>" * 99, "picture-not-a-picture"),
        (b"\xff\xd8\xff" + b"\0" * (21 << 20), "picture-too-large"),
        (b"", "picture-not-a-picture"),
    ],
)
def test_a_disguised_or_huge_file_is_refused(raw, code):
    with pytest.raises(pictures.BadPicture) as refused:
        pictures.rebuild(raw)
    assert refused.value.code == code


def test_a_flood_of_pixels_is_refused_before_it_is_unpacked():
    raw = picture("PNG", size=(9000, 9000))
    assert len(raw) < 1 << 20
    with pytest.raises(pictures.BadPicture) as refused:
        pictures.rebuild(raw)
    assert refused.value.code == "picture-too-many-pixels"
