"""Times of hosts are read in all their forms, and a download has a limit."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from grader.repositories.connection import HostConnection, moment_of
from grader.repositories.model import AnswerTooLarge

from .hosts import Reply

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text, moment",
    [
        ("2026-11-20T12:00:00Z", NOON),
        ("2026-11-20T13:00:00.000+01:00", NOON),
        (int(NOON.timestamp()), NOON),
        ("2026-11-20T12:00:00", NOON),
        ("yesterday", None),
        (None, None),
        (True, None),
        (1e300, None),
    ],
)
def test_moments(text, moment):
    assert moment_of(text) == moment


def test_download_that_is_too_large_is_ended(github):
    connection = HostConnection(github.address, "the host", dict)
    github.trouble += [Reply(200, b"x" * 2_000_000), Reply(200, b"x" * 10)]
    with pytest.raises(AnswerTooLarge, match="larger than 1 MB"):
        connection.download("/file", 1 << 20, ())
    assert connection.download("/file", 1 << 20, ()) == b"x" * 10
