"""Progress on the server, only where its owner asks: sealed on the phone, merged there, nobody's name on it."""

import itertools
from datetime import timedelta

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nuanyi.learning.models import KeptProgress
from nuanyi.learning.services import progress
from nuanyi.lib import clock
from nuanyi.lib.errors import BadInput, Conflict, NotFound, TooMuch

pytestmark = pytest.mark.django_db
IDENT, NETWORK, NETWORKS = "a" * 64, "203.0.113.9", itertools.count(1)


def test_what_was_kept_comes_back_and_its_name_is_not_stored():
    assert progress.write(ident=IDENT, version=0, blob=b"sealed", network=NETWORK) == 1
    found = progress.read(ident=IDENT, network=NETWORK)
    assert (bytes(found.blob), found.version) == (b"sealed", 1)
    assert IDENT.encode() not in bytes(found.mark)
    with pytest.raises(NotFound):
        progress.read(ident="b" * 64, network=NETWORK)


def test_the_same_writing_again_is_one_and_a_phone_that_has_not_read_overwrites_nothing():
    for _again in range(3):
        assert progress.write(ident=IDENT, version=0, blob=b"one", network=NETWORK) == 1
    assert progress.write(ident=IDENT, version=1, blob=b"two", network=NETWORK) == 2
    with pytest.raises(Conflict):
        progress.write(ident=IDENT, version=1, blob=b"other phone", network=NETWORK)
    assert bytes(KeptProgress.objects.get().blob) == b"two"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 3), st.binary(min_size=1, max_size=4)), max_size=8))
def test_versions_only_grow_and_every_accepted_blob_was_written_after_reading(writes):
    KeptProgress.objects.all().delete()
    stored, version, network = None, 0, f"2001:db8:{next(NETWORKS):x}::1"
    for told, blob in writes:
        try:
            now = progress.write(ident=IDENT, version=told, blob=blob, network=network)
        except Conflict:
            assert told != version
            continue
        if blob != stored:
            assert stored is None or told == version
            stored, version = blob, version + 1
        assert now == version


@pytest.mark.parametrize(
    "more", [{"ident": "x"}, {"ident": "A" * 64}, {"blob": b""}, {"blob": b"x" * (progress.MOST_BYTES + 1)}]
)
def test_a_bad_name_or_size_is_refused(more):
    with pytest.raises(BadInput):
        progress.write(**{"ident": IDENT, "version": 0, "blob": b"x", "network": NETWORK, **more})


def test_the_page_keeps_reads_and_deletes():
    phone = Client()
    assert phone.post("/learn/kept/", {"id": IDENT, "does": "read"}).status_code == 404
    kept = {"id": IDENT, "does": "write", "version": 0, "blob": "c2VhbGVk"}
    assert phone.post("/learn/kept/", kept).json() == {"version": 1}
    assert phone.post("/learn/kept/", {**kept, "blob": "no base64"}).status_code == 422
    assert phone.post("/learn/kept/", {"id": IDENT, "does": "read"}).json() == {
        "version": 1,
        "blob": "c2VhbGVk",
    }
    for _again in range(2):
        assert phone.post("/learn/kept/", {"id": IDENT, "does": "drop"}).status_code == 200
    assert not KeptProgress.objects.exists()


def test_progress_that_nobody_touches_is_forgotten():
    progress.write(ident=IDENT, version=0, blob=b"sealed", network=NETWORK)
    with clock.held_at(clock.now() + timedelta(days=progress.IDLE_DAYS + 1)):
        assert progress.forget_idle() == 1


def test_what_its_owner_deleted_does_not_come_back_from_another_phone():
    progress.write(ident=IDENT, version=0, blob=b"sealed", network=NETWORK)
    progress.drop(ident=IDENT, network=NETWORK)
    with pytest.raises(Conflict):
        progress.write(ident=IDENT, version=1, blob=b"of the other phone", network=NETWORK)
    assert not KeptProgress.objects.exists()


def test_nobody_fills_the_disk_with_new_codes():
    for n in range(progress.NEW_AN_HOUR):
        progress.write(ident=f"{n:064x}", version=0, blob=b"x", network=NETWORK)
    with pytest.raises(TooMuch):
        progress.write(ident="f" * 64, version=0, blob=b"x", network=NETWORK)
