"""Nothing that people wrote can be guessed from its digest: the database alone opens nothing."""

from hashlib import sha256

import pytest

from nuanyi.lib import digests
from nuanyi.reports.models import Voice


def test_a_digest_needs_the_key_and_tells_purposes_apart():
    raw = "甲，19900001111".encode()
    mark = digests.body_digest("report-body", raw)
    assert sha256(raw).digest()[:16] != mark
    assert mark != digests.body_digest("case-body", raw)
    assert mark == digests.body_digest("report-body", raw)
    assert digests.file_digest("roster-file", raw) != sha256(raw).hexdigest()


@pytest.mark.django_db
def test_what_an_older_version_stored_is_put_under_the_key_and_still_knows_the_same_body(sent):
    """A thief tries every phone: 0.5.0 stored the plain SHA-256 of the body."""
    voice = sent()
    bare = sha256(b"a body of 0.5.0").digest()
    Voice.objects.filter(pk=voice.pk).update(body_digest=bare)
    for _twice in range(2):
        digests.rekey_rows(Voice, "body_digest", "report-body")
        voice.refresh_from_db()
        assert bytes(voice.body_digest) == digests.body_digest("report-body", b"a body of 0.5.0")
