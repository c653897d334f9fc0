"""Callbacks that run when a library has been imported."""

from __future__ import annotations

import importlib
import sys

import pytest

from grader.worker import hooks


@pytest.fixture
def module(tmp_path, monkeypatch):
    """The name of a module that can be imported and sets a variable when it runs."""
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "watched_module.py").write_text("value = 1\n")
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.delitem(sys.modules, "watched_module", raising=False)
    yield "watched_module"
    sys.modules.pop("watched_module", None)


def test_callback_runs_once_after_the_import(module):
    values = []
    hooks.after_import(module, lambda imported: values.append(imported.value))
    assert values == []
    importlib.import_module(module)
    importlib.reload(sys.modules[module])
    assert values == [1]


def test_callback_runs_at_once_if_the_module_is_imported(module):
    importlib.import_module(module)
    values = []
    hooks.after_import(module, lambda imported: values.append(imported.value))
    assert values == [1]


def test_failing_callback_does_not_break_the_import(module):
    hooks.after_import(module, lambda _: 1 / 0)
    assert importlib.import_module(module).value == 1
