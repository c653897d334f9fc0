"""A server refuses to start where others could read passwords, and starts on a full disk."""

from __future__ import annotations

from collections import namedtuple

import pytest

from grader.service import space
from grader.service.configuration import Configuration
from grader.service.tables import Course
from grader.support.errors import UsageError
from grader.web import serving

Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1"])
def test_own_machine_needs_no_https(tmp_path, host):
    serving.refuse_open_network(Configuration(data_dir=tmp_path, host=host), None, False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1"])
def test_other_machines_need_https(tmp_path, host):
    with pytest.raises(UsageError, match="--certificate FILE"):
        serving.refuse_open_network(Configuration(data_dir=tmp_path, host=host), None, False)
    serving.refuse_open_network(Configuration(data_dir=tmp_path, host=host), None, True)
    serving.refuse_open_network(Configuration(data_dir=tmp_path, host=host, proxy="10.0.0.2"), None, False)


@pytest.mark.parametrize("proxy", ["0.0.0.0/0", "proxy", "*", "::/0", "10.0.0.1,"])
def test_proxy_is_an_address(tmp_path, proxy):
    with pytest.raises(UsageError, match="--proxy"):
        serving.refuse_open_network(Configuration(data_dir=tmp_path, proxy=proxy), None, False)


@pytest.mark.parametrize(("free", "is_kept"), [(0, False), (1 << 30, True)])
def test_reserve_is_released_where_nothing_can_be_written(tmp_path, monkeypatch, free, is_kept):
    (tmp_path / space.RESERVE).write_bytes(b"0")
    monkeypatch.setattr(space.shutil, "disk_usage", lambda path: Usage(1 << 30, 0, free))
    space.release_reserve_if_full(tmp_path)
    assert (tmp_path / space.RESERVE).exists() == is_kept


def test_start_says_that_strangers_can_make_an_account(service):
    lines = []
    serving.write_open_courses(service, "https://grader.example", lines.append)
    assert lines[0].startswith("Anybody who reaches this server can make an account and join: Demo.")
    assert "https://grader.example/c/demo/settings" in lines[0]
    with service.database.writing() as session:
        session.query(Course).one().registration = "closed"
    serving.write_open_courses(service, "https://grader.example", lines.append)
    assert len(lines) == 1
