"""Behind several proxies, the protocol of the browser is the first one."""

from __future__ import annotations

import pytest

from grader.web.first_protocol import first


@pytest.mark.parametrize(
    ("header", "protocol"),
    [
        (b"https", b"https"),
        (b"https,http", b"https"),
        (b",http", b"http"),
        (b" HTTPS , http", b"https"),
        (b"", b""),
        (b",", b""),
    ],
)
def test_protocol_of_the_browser_is_the_first_one(header, protocol):
    assert first(header) == protocol
