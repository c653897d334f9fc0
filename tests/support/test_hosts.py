"""Names and addresses of this machine are recognised, and certificates of the system and of browsers are trusted."""

from __future__ import annotations

import pytest

from grader.support import hosts


@pytest.mark.quick
@pytest.mark.parametrize("host", ["localhost", "hub.localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_this_machine(host):
    assert hosts.is_this_machine(host)


@pytest.mark.parametrize(
    "host", ["", "example.org", "localhost.example.org", "notlocalhost", "10.0.0.1", "0.0.0.0", "127.0.0.1.nip.io"]
)
def test_other_machines(host):
    assert not hosts.is_this_machine(host)


@pytest.mark.parametrize("host", ["localhost.", "127.1", "0x7f.1", "10.0.0.5", "169.254.169.254", "::ffff:10.0.0.5"])
def test_hosts_of_the_own_network(host):
    assert hosts.is_inside(host)


@pytest.mark.parametrize("host", ["lms.example", "93.184.216.34", "127.1.example", ""])
def test_hosts_elsewhere(host):
    assert not hosts.is_inside(host)


def test_certificates_are_read_once_for_each_setting(monkeypatch, tmp_path):
    first = hosts.certificates()
    assert len(first.get_ca_certs()) > 50 and hosts.certificates() is first
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert hosts.certificates() is not first
