"""A cluster of PostgreSQL for the tests: made once, as an ordinary user, on a free port; the tests are skipped without PostgreSQL."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from tools.live_server import free_port

SETTINGS = {  # of tests, whose data may be lost
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "autovacuum": "off",
}
ORDINARY_USERS = ("postgres", "nobody")  # initdb refuses root


class Cluster:
    """A running cluster. Its user "grader" needs no password unless a test asks for one."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self._numbers = count(1)

    def url(self, database: str) -> str:
        """Return the address of a database."""
        return f"postgresql+psycopg://grader@127.0.0.1:{self.port}/{database}"

    def new(self, template: str = "template1") -> str:
        """Make a database, as a copy of another one that nobody uses, and return its name."""
        name = f"grader_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop(self, name: str) -> None:
        """Delete a database, also while somebody uses it."""
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def run(self, statement: str) -> None:
        """Run a statement outside a transaction."""
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()


def programs() -> Path | None:
    """Return the folder with initdb and pg_ctl: the newest one of Debian, or one on the PATH."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if folders:
        return max(folders, key=lambda folder: int(folder.parent.name))
    found = shutil.which("initdb")
    return Path(found).parent if found else None


@contextmanager
def running(**settings):
    """Make and start a cluster with these settings; yield it, and delete it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="grader-postgresql-"))
    user = _ordinary_user()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    data = str(folder / "data")
    port = free_port()

    def run(name, *arguments):
        identity = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        command = [str(programs() / name), "-D", data, *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, timeout=120, **identity)

    options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": folder, **settings}
    words = " ".join(f"-c {name}={value}" for name, value in options.items())
    try:
        run("initdb", "-A", "trust", "-U", "grader", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", words, "start")
        try:
            yield Cluster(folder, port)
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _ordinary_user():
    """Return a user who is not root, None if this process is not root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(names[name] for name in ORDINARY_USERS if name in names)


@pytest.fixture(scope="session")
def cluster():
    """A cluster for all tests of this process; skips without PostgreSQL."""
    if programs() is None:
        pytest.skip("no PostgreSQL: install Debian's package postgresql")
    with running(**SETTINGS) as cluster:
        yield cluster
