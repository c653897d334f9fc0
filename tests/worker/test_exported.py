"""The shell of a notebook that was exported as a module."""

from __future__ import annotations

import os

import pytest

from grader.worker.exported import Shell, UnknownMagic


@pytest.fixture
def shell(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Shell({})


def test_code_of_a_magic_runs_in_the_namespace(shell):
    shell.run_line_magic("time", "x = 1")
    shell.run_cell_magic("capture", "out", "y = x + 1")
    assert (shell.user_ns["x"], shell.user_ns["y"]) == (1, 2)


def test_file_is_written_and_run(shell):
    shell.run_cell_magic("writefile", "made.py", "z = 3\n")
    shell.run_cell_magic("writefile", "-a made.py", "z += 1\n")
    shell.run_line_magic("run", "made.py")
    assert shell.user_ns["z"] == 4


def test_commands_and_environment(shell, monkeypatch):
    monkeypatch.setenv("GRADER_TEST", "old")
    shell.run_line_magic("env", "GRADER_TEST=new")
    assert os.environ["GRADER_TEST"] == "new"
    assert shell.getoutput("echo one; echo two") == ["one", "two"]


@pytest.mark.parametrize("run", [Shell.run_line_magic, Shell.run_cell_magic])
def test_unknown_magic_fails(shell, run):
    with pytest.raises(UnknownMagic, match=r"`%{1,2}tiem` not found"):
        run(shell, "tiem")


def test_magic_of_an_extension_is_ignored(shell):
    shell.run_line_magic("load_ext", "sql")
    assert shell.run_line_magic("sql", "select 1") is None


def test_other_attributes_of_a_shell_do_nothing(shell):
    shell.events.register("post_run_cell", print)
    assert not hasattr(shell, "__array__")
