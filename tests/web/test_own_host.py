"""A server for one machine answers only to its names, and a server behind a proxy only to the proxy."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from grader.web import own_host
from grader.web.app import make_app


def ask(service, client=("127.0.0.1", 1), headers=(), **settings):
    service.configuration = replace(service.configuration, **settings)
    browser = TestClient(make_app(service), base_url="http://127.0.0.1:8000", client=client, follow_redirects=False)
    return browser.get("/login", headers=dict(headers))


@pytest.mark.quick
@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "[", "10.0.0.1"])
def test_other_name_is_refused_on_a_server_for_this_machine(service, host):
    answer = ask(service, headers={"Host": host})
    assert answer.status_code == 421
    assert "use localhost" in answer.text


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:9", "[::1]:8000", "grader.localhost"])
def test_names_of_this_machine_are_answered(service, host):
    assert ask(service, headers={"Host": host}).status_code == 200


def test_server_for_a_network_answers_to_every_name(service):
    assert ask(service, headers={"Host": "grader.example"}, host="0.0.0.0").status_code == 200


@pytest.mark.parametrize(
    ("peer", "status"),
    [("10.0.0.1", 200), ("10.1.0.9", 200), ("127.0.0.1", 200), ("203.0.113.5", 421), ("10.0.0.2", 421)],
)
def test_server_behind_a_proxy_answers_only_to_it(service, peer, status):
    headers = {"X-Forwarded-For": "192.0.2.7:443", "X-Forwarded-Proto": "https", "Host": "grader.example"}
    answer = ask(service, (peer, 5), headers, host="0.0.0.0", proxy="10.0.0.1, 10.1.0.0/16", is_secure=True)
    assert answer.status_code == status


def test_addresses_and_networks():
    assert own_host.is_in("::1", "127.0.0.1, ::/64")
    assert not own_host.is_in("testclient", "10.0.0.1")
    assert not own_host.is_in("10.0.0.1", "proxy.example")
