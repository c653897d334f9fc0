"""The address of a database comes from the command line or the environment, and its password is shown nowhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from grader.cli.serve_place import ServerPlace
from grader.service import database_address
from grader.service.configuration import Configuration
from grader.support.errors import UsageError

URL = "postgresql+psycopg://grader:planted-word@127.0.0.1:9/grader"


def test_option_is_preferred_to_the_environment(monkeypatch):
    assert database_address.chosen(None) == ""
    monkeypatch.setenv("GRADER_DATABASE", "postgresql://one/grader")
    assert database_address.chosen(None) == "postgresql://one/grader"
    assert database_address.chosen("postgresql://two/grader") == "postgresql://two/grader"
    with pytest.raises(UsageError, match="PostgreSQL"):
        database_address.chosen("oracle://two/grader")


@pytest.mark.skipif(sys.platform != "linux", reason="the arguments of a process are elsewhere")
def test_password_is_removed_from_the_arguments_of_the_process():
    code = "import sys; from grader.service import database_address as a; a.chosen(sys.argv[1]); print(); input()"
    command = [sys.executable, "-c", code, URL]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        arguments = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        process.communicate("\n", timeout=60)
    assert b"database_address" in arguments and b"planted" not in arguments


def test_no_message_has_the_password(grader):
    done = grader("serve", "check", "--database", URL)
    assert done.returncode == 2 and "Connection refused" in done.stderr
    assert "planted" not in done.stderr + done.stdout


@pytest.mark.parametrize("settings", [ServerPlace(database=URL), Configuration(data_dir=Path(), database=URL)])
def test_settings_do_not_print_the_password(settings):
    assert "planted" not in repr(settings)
