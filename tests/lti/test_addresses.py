"""Addresses of other systems are HTTPS, or on this machine."""

from __future__ import annotations

import pytest

from grader.lti.addresses import is_inside, is_possible, origin_of


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
        "https://lms.example;sandbox",
        "https://*",
        "https://lms.example'/",
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
        ("https://lms.example;sandbox/", ""),
        ("https://[::1", ""),
        ("https://lms.example;sandbox/", ""),
    ],
)
def test_origin_of_an_address(address, origin):
    assert origin_of(address) == origin


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost.",
        "127.1",
        "0x7f.1",
        "2130706433",
        "10.0.0.5",
        "169.254.169.254",
        "[::1]",
        "[::ffff:10.0.0.5]",
    ],
)
def test_addresses_of_the_own_machine_and_network_are_recognised(host):
    assert is_inside(f"https://{host}:8443/keys")
    assert not is_inside("https://lms.example/127.1") and not is_inside("https://93.184.216.34/")
