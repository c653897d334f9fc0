"""Tests of reading files, folders and archives within limits."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile

import pytest

from grader.assignment import load
from grader.submission import files, read
from grader.support.errors import UsageError

from .test_choice import ALL

pytestmark = pytest.mark.quick


def archive(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as output:
        for name, content in members.items():
            output.writestr(name, content)
    return path


@pytest.mark.parametrize("name", ["../mine.py", "/mine.py", "a/../../mine.py", "C:/mine.py", "..\\mine.py"])
def test_archive_with_paths_outside_is_refused(tmp_path, name):
    with pytest.raises(UsageError, match="a path that leads out of it"):
        read(archive(tmp_path / "a.zip", {name: "x = 1"}), "single-neuron")


def test_archive_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_FILE", 1 << 20)
    path = archive(tmp_path / "a.zip", {"mine.py": "x = 1", "data.bin": b"\0" * (2 << 20)})
    assert path.stat().st_size < 10_000
    with pytest.raises(UsageError, match="too large"):
        read(path, "single-neuron")


def test_bomb_in_tar_headers_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_TOTAL", 1 << 20)
    monkeypatch.setattr(files, "MAX_FILE", 1 << 20)
    path = tmp_path / "a.tar.gz"
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as output:
        info = tarfile.TarInfo("mine.py")
        info.pax_headers = {"comment": "0" * (8 << 20)}
        output.addfile(info, io.BytesIO(b""))
    with pytest.raises(UsageError, match="too large"):
        read(path, "single-neuron")


def test_hidden_members_are_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_FILE", 10)
    path = archive(tmp_path / "a.zip", {".git/data": b"0" * 1000, "mine.py": "x = 1"})
    assert set(read(path, "single-neuron").files) == {"mine.py"}


@pytest.mark.parametrize("members", [{"a": "x", "a/b.py": "x"}, {"a/b.py": "x", "a": "x"}, {"x" * 300 + ".py": "x"}])
def test_archive_with_conflicting_paths_is_refused(tmp_path, members):
    with pytest.raises(UsageError, match="cannot be stored as a file"):
        read(archive(tmp_path / "a.zip", members), "single-neuron")


def test_odd_names_are_read(tmp_path):
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "a:1 \n\x1b[31m.py").write_text("x = 1")
    (folder / os.fsdecode(b"\xff.txt")).write_text("x")
    assert read(folder, "single-neuron").entry == "a:1 \n\x1b[31m.py"


def test_too_many_members_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_FILES", 10)
    with pytest.raises(UsageError, match="too large"):
        read(archive(tmp_path / "a.zip", {f"{i}.py": "" for i in range(11)}), "single-neuron")


def test_links_are_not_followed(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "secret.py").write_text("x = 1")
    (folder / "mine.py").symlink_to(tmp_path / "secret.py")
    with pytest.raises(UsageError, match=r"contains mine\.py, which is a link"):
        read(folder, "single-neuron")
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as output:
        output.add(folder / "mine.py", "mine.py")
    with pytest.raises(UsageError, match="contains no notebook"):
        read(path, "single-neuron")


def test_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "mine.py")
    with pytest.raises(UsageError, match="not a regular file"):
        read(tmp_path / "mine.py", "single-neuron")


def test_virtual_environments_do_not_count_for_the_limits(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_FILES", 10)
    members = {f"work/venv/lib/python3.11/site-packages/p{i}.py": "" for i in range(20)}
    members |= {f"work/node_modules/m{i}/index.js": "" for i in range(20)} | {"work/env/bin/activate.py": ""}
    path = archive(tmp_path / "a.zip", {**members, "work/mine.py": ALL})
    assert read(path, load("single-neuron")).file == "work/mine.py"
