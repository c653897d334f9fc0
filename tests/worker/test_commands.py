"""Shell commands in a notebook's cells."""

from __future__ import annotations

import os

import pytest

from grader.worker import commands


def test_command_runs_without_a_terminal():
    assert commands.output("echo hi; cat; echo no >&2") == "hi\nno\n"


@pytest.mark.parametrize(
    "command", ["pip install torch", "conda  install -y x", "apt-get install gcc", "uv pip install x"]
)
def test_installation_is_skipped(command):
    assert commands.output(command).startswith("Skipped")


def test_output_is_printed(capsys):
    commands.run("echo install pip")
    assert capsys.readouterr().out == "install pip\n"


def test_missing_folder_does_not_change_the_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    commands.change_folder("nowhere")
    assert os.getcwd() == str(tmp_path)
    commands.change_folder(" 'data' ")
    assert os.getcwd() == str(tmp_path / "data")
