"""An upload is refused before the disk is full, and the reserve makes the last results possible."""

from __future__ import annotations

import errno
import sqlite3
from collections import namedtuple

import pytest
from sqlalchemy.exc import OperationalError

from grader.service import space
from grader.service.configuration import MEGABYTE
from grader.service.errors import NoSpace

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def disk(monkeypatch):
    """A function that sets the size of the disk, and its free part, in megabytes."""

    def sized(total, free):
        usage = Usage(total * MEGABYTE, (total - free) * MEGABYTE, free * MEGABYTE)
        monkeypatch.setattr(space.shutil, "disk_usage", lambda _: usage)

    return sized


@pytest.mark.quick
def test_large_disk_keeps_one_gigabyte_and_a_small_one_five_percent(service, disk):
    for total, free, is_low in ((1_000_000, 1025, False), (1_000_000, 1023, True), (1000, 51, False), (1000, 49, True)):
        disk(total, free)
        assert space.is_low(service) == is_low
    disk(1000, 51)
    with pytest.raises(NoSpace):
        space.refuse_if_low(service, MEGABYTE)


def test_reserve_exists_until_it_is_needed(service, disk):
    reserve = service.configuration.data_dir / space.RESERVE
    disk(100, 40)
    space.reserve(service)
    assert reserve.stat().st_size == 100 * MEGABYTE // 16
    space.release_reserve(service)
    assert not reserve.exists()
    disk(100, 6)
    space.reserve(service)
    assert not reserve.exists()


def test_full_disk_is_a_refusal_of_files_and_of_the_database(service):
    with pytest.raises(NoSpace), space.full_disk_is_a_refusal():
        raise OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(PermissionError), space.full_disk_is_a_refusal():
        raise PermissionError(errno.EACCES, "Permission denied")
    with pytest.raises(NoSpace), service.database.writing():
        raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))
