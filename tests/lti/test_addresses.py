"""Addresses of other systems are HTTPS, or on this machine."""

from __future__ import annotations

import pytest

from grader.lti.addresses import is_possible, origin_of


@pytest.mark.parametrize(
    "address", ["https://lms.example", "https://lms.example:8443/a?b=c", "http://localhost:1/", "http://[::1]:2/x"]
)
def test_possible_addresses(address):
    assert is_possible(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "lms.example",
        "http://lms.example/",
        "https://",
        "https://user:word@lms.example/",
        "https://lms.example/#part",
        "https://lms.example/a b",
        "https://lms.example\\@other.example/",
        "https://lms.exämple/",
        "https://lms.example:no/",
        "https://[::1",
        "https://lms.example;sandbox/",
        "https://lms.example,x/",
        "https://lms.example'x/",
        "ftp://localhost/",
        "https://lms.example/" + "x" * 1000,
    ],
)
def test_impossible_addresses(address):
    assert not is_possible(address)


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://lms.example/a/b?c", "https://lms.example"),
        ("https://LMS.example:443", "https://lms.example"),
        ("http://localhost:8080/x", "http://localhost:8080"),
        ("https://[::1]:8443/", "https://[::1]:8443"),
        ("javascript:alert(1)", ""),
        ("lms.example", ""),
        ("https://[::1", ""),
        ("https://lms.example;sandbox/", ""),
    ],
)
def test_origin_of_an_address(address, origin):
    assert origin_of(address) == origin
