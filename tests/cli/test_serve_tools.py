"""The commands for the data of a server, without a server."""

from __future__ import annotations

import importlib.util
import re

import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.service import data_folder
from grader.service.configuration import Configuration
from grader.service.database import newest_revision
from grader.service.service import open_service
from grader.service.tables import Course, Membership, Role, Token, User


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def tool(folder):
    """A function that runs a command of the server in the data folder."""

    def run(*arguments):
        return CliRunner().invoke(main, ["serve", *arguments, "--data-dir", str(folder)])

    return run


@pytest.fixture
def rows(folder):
    """A function that returns the rows of a table."""

    def read(table):
        service = open_service(Configuration(data_dir=folder))
        with service.database.reading() as session:
            found = session.query(table).all()
        service.close()
        return found

    return read


@pytest.mark.parametrize(
    ("role", "value", "scopes"),
    [
        ("student", Role.STUDENT, "read submit"),
        ("tutor", Role.TUTOR, "read submit class"),
        ("instructor", Role.INSTRUCTOR, "read submit class manage"),
    ],
)
def test_token_of_a_role_makes_the_user(tool, rows, role, value, scopes):
    result = tool("token", "Zoë, Z", "--role", role, "--course", "demo")
    assert re.fullmatch(r"grd_[\w-]+\n", result.stdout), result.output
    assert [row.name for row in rows(User)] == ["Zoë, Z"]
    assert [row.role for row in rows(Membership)] == [value]
    assert [row.scopes for row in rows(Token)] == [scopes]


def test_token_of_an_admin_needs_no_course(tool, rows):
    assert tool("token", "root", "--role", "admin").exit_code == 0
    assert rows(User)[0].is_admin and rows(Membership) == []


def test_token_without_a_role_has_the_scopes_of_the_user(tool, rows):
    tool("token", "iris", "--role", "instructor")
    assert tool("token", "iris").exit_code == 0
    assert {row.scopes for row in rows(Token)} == {"read submit class manage"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["token", "ada", "--course", "dmeo"], "Did you mean 'demo'?"),
        (["token", "*"], "'*'"),
        (["token", ""], "missing"),
        (["token"], "NAME"),
        (["purge", "--user", "nobody"], "is not the data folder"),
        (["user", "ada", "--enable", "--disable"], "not both"),
    ],
)
def test_wrong_usage_is_one_sentence(tool, arguments, sentence):
    result = tool(*arguments)
    assert (result.exit_code, sentence in result.output) == (2, True), result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("command", [["check"], ["migrate"], ["backup", "a.zip"], ["purge"]])
def test_folder_that_does_not_exist_is_not_made(tool, folder, command):
    result = tool(*command)
    assert (result.exit_code, "--data-dir" in result.output) == (2, True)
    assert not folder.exists()


def test_data_folder_is_checked(tool):
    tool("token", "ada")
    result = tool("check")
    assert result.exit_code == 0
    assert re.search(r"^database +is whole", result.stdout, re.MULTILINE)
    assert re.search(r"^isolation +strong", result.stdout, re.MULTILINE)


def test_person_is_erased(tool, rows):
    tool("token", "ada")
    assert "erased-" in tool("purge", "--user", "ada").stdout
    assert [row.name.startswith("erased-") for row in rows(User)] == [True]
    assert "There is no user 'ada'." in tool("purge", "--user", "ada").output


def test_purge_says_how_much(tool, rows):
    tool("token", "ada")
    assert tool("purge", "--dry-run").stdout == "Would be deleted: 0 self-checks, 0 graded attempts, 0 files.\n"
    assert tool("purge", "--older-than", "3").stdout == "Deleted: 0 self-checks, 0 graded attempts, 0 files.\n"
    assert len(rows(Course)) == 1


def test_missing_packages_are_one_sentence(tool, monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "uvicorn" else real(name, *rest)
    )
    for arguments in (["token", "ada"], ["check"], ["--port", "0"]):
        result = tool(*arguments)
        assert (result.exit_code, "pip install 'deep-learning-grader[serve]'" in result.output) == (2, True)


def test_damaged_database_is_one_sentence(tool, folder):
    tool("token", "ada")
    (folder / "grader.sqlite").write_bytes(b"not a database " * 1000)
    for path in folder.glob("grader.sqlite-*"):
        path.unlink()
    result = tool("check")
    assert result.exit_code in (2, 3) and "Traceback" not in result.output
    assert "restore a backup" in result.output, result.output


def test_server_moves_to_postgresql(tool, folder, cluster, monkeypatch):
    name = cluster.new()
    address = cluster.url(name)
    token = tool("token", "ada", "--role", "student", "--course", "demo").stdout
    result = tool("copy", "--to", address)
    assert result.exit_code == 0, result.output
    assert re.search(r"^user +1$", result.stdout, re.MULTILINE) and "--data-dir" in result.stdout
    assert "is not empty" in tool("copy", "--to", address).output
    monkeypatch.setenv("GRADER_DATABASE", address)
    with data_folder.used_by_server(folder, newest_revision(), is_shared=True):
        data_folder.write_address(folder, "http://127.0.0.1:1", newest_revision())
        assert "as before" in tool("migrate").stdout
        assert data_folder.running_server(folder).address == "http://127.0.0.1:1"
    assert "is whole" in tool("check").stdout
    assert tool("token", "ada").stdout not in ("", token)
    assert tool("purge", "--user", "ada").exit_code == 0
    cluster.drop(name)
