"""The record of packages that student code imports."""

from __future__ import annotations

import sys

import pytest

from grader.worker import imported


@pytest.fixture(autouse=True)
def _no_names(monkeypatch):
    monkeypatch.setattr(imported, "_names", set())


def test_import_of_student_code_is_recorded_by_its_package():
    imported._note("import", ("torch.nn",))
    imported._note("open", ("numpy",))
    imported._note("import", (3,))
    assert imported.names() == ["torch"]


def test_import_of_an_installed_package_is_not_recorded(monkeypatch):
    monkeypatch.setattr(imported, "INSTALLED", (__file__,))
    imported._note("import", ("torch",))
    assert imported.names() == []


def test_earlier_imports_are_forgotten():
    imported._note("import", ("torch",))
    imported.forget()
    assert imported.names() == []


def test_number_and_length_of_names_are_limited(monkeypatch):
    monkeypatch.setattr(imported, "MOST", 2)
    for name in ("x" * 200, "a", "b"):
        imported._note("import", (name,))
    assert imported.names() == ["a"]


def test_modules_from_before_and_after_the_fork_are_listed(monkeypatch):
    monkeypatch.setattr(imported, "_early", [""])
    monkeypatch.setattr(imported, "_last_early", [None])
    monkeypatch.setattr(sys, "modules", {"early": 1, "early.part": 2, "last": 3})
    assert imported.loaded() == ["early", "last"]
    imported.note_loaded()
    sys.modules |= {"new": 4, "new.part": 5, 6: 7}
    assert imported.loaded() == ["early", "last", "new"]
    del sys.modules["last"]
    assert imported.loaded() == ["early", "last", "new"]
