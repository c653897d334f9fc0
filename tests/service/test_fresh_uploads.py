"""A small upload is committed with its row; its file is forced to the disk later, and written again if it is incomplete."""

from __future__ import annotations

import contextlib

import pytest
from sqlalchemy import func, select

from grader.service import accepting, erasure, fresh_uploads, sqlite, submissions
from grader.service.blobs import Blobs
from grader.service.errors import Unavailable
from grader.service.tables import Upload


@pytest.fixture
def hand_in(service, caller):
    """A function that hands in a content, and returns the submission."""

    def hand_in(content, student="ada"):
        files = {"a.py": content}
        return accepting.accept(service, caller(student), "demo", "single-neuron", "check", files, via="page")

    return hand_in


def kept(service):
    with service.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Upload))


def test_file_that_a_power_failure_has_emptied_is_written_again(service, hand_in):
    submission = hand_in(b"x = 1\n")
    path = service.configuration.blob_dir / submission.blob[:2] / submission.blob
    path.write_bytes(b"")
    assert fresh_uploads.settle(service) == 1
    assert submissions.files_of(service, submission) == {"a.py": b"x = 1\n"}
    assert kept(service) == 0


def test_content_stays_in_the_database_until_its_file_is_forced_to_the_disk(service, hand_in, monkeypatch):
    def fail(self):
        raise OSError(5, "Input/output error")

    hand_in(b"x = 1\n")
    with monkeypatch.context() as patch:
        patch.setattr(Blobs, "force", fail)
        fresh_uploads.settle_if_possible(service)
        assert kept(service) == 1
    fresh_uploads.settle_if_possible(service)
    assert kept(service) == 0
    assert fresh_uploads.settle(service) == 0


def test_same_file_of_two_students_is_kept_for_both(service, hand_in):
    hand_in(b"x = 1\n")
    hand_in(b"x = 1\n", "ben")
    assert kept(service) == 2


def test_large_content_is_forced_to_the_disk_before_its_row(service, hand_in):
    hand_in(b"#" * (fresh_uploads.MOST_BYTES + 1))
    assert kept(service) == 0


def test_file_of_somebody_who_is_erased_meanwhile_does_not_come_back(service, caller, hand_in, monkeypatch):
    hand_in(b"x = 1\n")
    ada, put = caller("ada").user_id, service.blobs.put

    def put_after_erasing(content, **options):
        with contextlib.suppress(Unavailable):  # it would have to wait for longer
            erasure.erase(service, ada)
        return put(content, **options)

    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.01)
    monkeypatch.setattr(erasure, "SOON_SECONDS", -1)  # new files are deleted as well
    monkeypatch.setattr(service.blobs, "put", put_after_erasing)
    fresh_uploads.settle(service)
    erasure.erase(service, ada)
    assert [*service.blobs.names()] == []
