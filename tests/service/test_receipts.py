"""The receipt says what arrived, and when, also after the file has been deleted."""

from __future__ import annotations

import hashlib

from grader.service import receipts
from grader.service.viewing import submission_for
from tests.service import kept_results


def test_receipt_is_complete(service, caller):
    view = submission_for(service, caller("ada"), kept_results.hand_in(service, "ada", content=b"x = 1\n"))
    text = receipts.text(service, view, "Neuron", "2026-11-20 13:00:00 CET")
    digest = hashlib.sha256(b"x = 1\n").hexdigest()
    for part in (view.submission.id, "Ada (ada)", "2026-11-20T12:00:00Z", "13:00:00 CET", "answer.py", digest):
        assert part in text


def test_deleted_file_leaves_the_rest_of_the_receipt(service, caller):
    view = submission_for(service, caller("ada"), kept_results.hand_in(service, "ada"))
    service.blobs.delete_old(view.submission.blob, -1)
    assert receipts.files(service, view) == []
    assert view.submission.sha256 in receipts.text(service, view, "Neuron", "")


def test_names_cannot_add_lines(service, caller):
    view = submission_for(service, caller("ada"), kept_results.hand_in(service, "ada", file_name="a\nSHA-256: 0.py"))
    assert "\nSHA-256: 0" not in receipts.text(service, view, "A\nB", "")
