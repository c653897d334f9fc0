"""An upload is counted and packed once, and only for a user who is known."""

from __future__ import annotations

import pytest

from grader.service import accepting, fresh_uploads, hand_ins
from grader.service.errors import NotSignedIn, TooMany, Unreadable
from grader.service.hand_ins import HandIn
from grader.service.moments import now
from grader.service.tables import Kind


@pytest.fixture
def hand_in():
    """A function that returns an upload."""

    def new(who, **files):
        return HandIn(who, "demo", "single-neuron", Kind.CHECK, files or {"a.py": b"x = 1\n"}, now(), "api")

    return new


def test_upload_is_counted_once_although_its_transaction_starts_again(service, caller, hand_in):
    ada = caller("ada")
    upload = hand_in(lambda session: ada)
    for _ in range(3):
        assert upload.caller_in(None, service) == ada
    for _ in range(service.configuration.limits.uploads_a_minute - 1):
        service.rates.count_upload(ada.user_id)
    with pytest.raises(TooMany):
        hand_in(lambda session: ada).caller_in(None, service)


def test_upload_that_is_refused_for_its_rate_stays_refused(service, caller, hand_in):
    ada = caller("ada")
    for _ in range(service.configuration.limits.uploads_a_minute):
        service.rates.count_upload(ada.user_id)
    upload = hand_in(lambda session: ada)
    for _ in range(2):
        with pytest.raises(TooMany):
            upload.caller_in(None, service)


def test_files_are_packed_once_and_wrong_ones_stay_refused(service, caller, hand_in):
    upload = hand_in(lambda session: caller("ada"), a=b"x", b=b"y")
    packed = upload.packed(service)
    assert (packed.file_count, packed.size, packed.content[:2]) == (2, 2, b"PK")
    assert upload.packed(service) is packed
    empty = hand_in(lambda session: caller("ada"), a=b"")
    for _ in range(2):
        with pytest.raises(Unreadable, match="empty"):
            empty.packed(service)


@pytest.mark.parametrize("size", [10, fresh_uploads.MOST_BYTES + 1])
def test_nothing_is_packed_for_somebody_unknown(service, hand_in, monkeypatch, size):
    def nobody(session):
        raise NotSignedIn("Nobody.")

    monkeypatch.setattr(hand_ins, "zipped", lambda files: pytest.fail("packed"))
    upload = hand_in(nobody, a=b"#" * size, b=b"y")
    with pytest.raises(NotSignedIn):
        if upload.is_slow(service):
            accepting.prepare(service, upload)
        accepting.announced(service, accepting.stored(service, upload).result())
