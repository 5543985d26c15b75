import logging
import sys

import pytest

from nuanyi.lib.logs import LogLine

LINK = "c1ad6756652f4be08f4d877a1200e724-0123456789abcdef0123"


def line_of(words, *values, exc_info=None):
    record = logging.LogRecord("django.request", logging.WARNING, "x", 1, words, values, exc_info)
    return LogLine("%(asctime)s %(levelname)s %(name)s %(message)s").format(record)


@pytest.mark.parametrize(
    "secret",
    [
        f"/c/{LINK}/",
        f"/r/{LINK}/judge/",
        f"/v/{LINK}/hours.pdf",
        f"/told/{LINK}/",
        "/l/0a1b2c3d4e/",
        "/in/ab12/deadbeef01/",
        "/daily/stop/Qx-_81kdLw02aaZZ/",
        "/exam/51b07737-e0ff-4b05-b8b3-8ae5077d16aa/",
        "/feeds/mine/51b07737-e0ff-4b05-b8b3-8ae5077d16aa.ics",
    ],
)
def test_the_end_of_a_secret_address_is_not_written(secret):
    said = line_of("Not Found: %s", secret)
    for part in secret.strip("/").split("/"):
        if len(part) >= 10:
            assert part not in said
    assert "Not Found: /" in said


def test_neither_codes_nor_phones_nor_questions_are_written():
    said = line_of(
        "%s %s %s", "ABCD-EFGH-2345-MNPQ", "19900001111", "/office/census/workers/?q=张三&sector=courier"
    )
    for secret in ("ABCD", "19900001111", "张三"):
        assert secret not in said


def test_moments_have_no_milliseconds():
    assert "," not in line_of("x").split(" WARNING")[0]


def test_a_traceback_says_where_and_of_which_kind_and_repeats_no_word_of_what_was_typed():
    try:
        try:
            raise KeyError("张三")
        except KeyError as exc:
            raise ValueError("invalid literal: '张三 19900001111'") from exc
    except ValueError:
        said = line_of("Internal Server Error: %s", "/x/", exc_info=sys.exc_info())
    assert "张三" not in said
    assert "builtins.ValueError" in said
    assert "builtins.KeyError" in said
    assert "test_keep_secrets_out_of_the_log.py" in said


def test_the_place_is_said_also_where_a_folder_is_called_as_one_of_our_addresses():
    try:
        exec(compile("raise ValueError", "/check/work/nuanyi/cases/services.py", "exec"))
    except ValueError:
        said = line_of("Internal Server Error: %s", "/check/abcdefghij/", exc_info=sys.exc_info())
    assert "/check/work/nuanyi/cases/services.py:1" in said
    assert "abcdefghij" not in said
