"""The name of the distribution, and the origin of an installation."""

from __future__ import annotations

import importlib.metadata
import json
from types import SimpleNamespace

import pytest

from grader.machine import distribution


@pytest.fixture
def installed(monkeypatch):
    """Return a function that pretends an installation with this text in direct_url.json."""

    def install(text):
        found = SimpleNamespace(read_text=lambda _: text)
        monkeypatch.setattr(importlib.metadata, "distribution", lambda _: found)
        distribution.origin.cache_clear()

    yield install
    monkeypatch.undo()
    distribution.origin.cache_clear()


def test_extra_is_quoted_for_the_shell():
    assert distribution.command() == f"pip install {distribution.NAME}"
    assert distribution.command("tensorflow") == f"pip install '{distribution.NAME}[tensorflow]'"


@pytest.mark.parametrize(
    ("record", "origin"),
    [
        ({"url": "https://example.org/x.git", "vcs_info": {"vcs": "git"}}, "https://example.org/x.git"),
        ({"url": "file:///home/a%20b/grader", "dir_info": {"editable": True}}, "/home/a b/grader"),
        ({"url": "https://example.org/x.whl", "archive_info": {}}, ""),
        ({}, ""),
        ([], ""),
    ],
)
def test_origin_is_a_repository_or_a_folder(installed, record, origin):
    installed(json.dumps(record))
    assert distribution.origin() == origin


@pytest.mark.parametrize("text", [None, "", "{"])
def test_unreadable_record_gives_no_origin(installed, text):
    installed(text)
    assert distribution.origin() == ""
    assert distribution.checkout() is None
    assert "installed from" not in str(distribution.left_out("x.py"))


def test_checkout_is_a_folder_with_assignments(installed, tmp_path):
    installed(json.dumps({"url": tmp_path.as_uri(), "dir_info": {}}))
    assert distribution.checkout() is None
    (tmp_path / "assignments").mkdir()
    assert distribution.checkout() == tmp_path
    message = str(distribution.left_out("examples/x.py"))
    assert message.startswith("examples/x.py is not part of an installed grader")
    assert message.endswith(f"It was installed from {tmp_path}.")
