"""The address of a server may be written in several ways; other text is refused with an example."""

from __future__ import annotations

import pytest

from grader.remote.address import server_address
from grader.support.errors import UsageError


@pytest.mark.parametrize(
    ("typed", "url", "host"),
    [
        ("https://grader.example.org", "https://grader.example.org", "grader.example.org"),
        (" https://grader.example.org/ ", "https://grader.example.org", "grader.example.org"),
        ("https://example.org:8443/grader/", "https://example.org:8443/grader", "example.org"),
        ("http://127.0.0.1:8000/api/v1", "http://127.0.0.1:8000", "127.0.0.1"),
        ("http://[::1]:8000", "http://[::1]:8000", "::1"),
        ("https://example.org/?next=/#top", "https://example.org", "example.org"),
    ],
)
def test_address_is_understood(typed, url, host):
    address = server_address(typed)
    assert (address.url, address.host) == (url, host)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "grader.example.org",
        "localhost:8000",
        "ftp://example.org",
        "https://",
        "http://[::1",
        "https://a:99999",
        "https://a\nb",
        "x",
    ],
)
def test_other_text_is_refused_with_an_example(typed):
    with pytest.raises(UsageError, match="is not the address of a server: write it as in https://"):
        server_address(typed)


def test_password_in_the_address_is_refused_and_not_repeated():
    with pytest.raises(UsageError, match="Leave the name and the password out") as error:
        server_address("https://ada:secret@example.org")
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("url", "is_open"),
    [
        ("http://127.0.0.1:8000", False),
        ("http://localhost", False),
        ("http://[::1]", False),
        ("https://example.org", False),
        ("http://example.org", True),
        ("http://127.0.0.1.example.org", True),
        ("http://10.0.0.1", True),
    ],
)
def test_token_can_be_read_by_others_without_encryption(url, is_open):
    assert server_address(url).is_open == is_open
