"""Reading what students hand in: files, folders, archives, notebooks."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import zipfile

import pytest

from grader.errors import UsageError
from grader.submission import Code, files, read
from tests.conftest import notebook

pytestmark = pytest.mark.quick


def archive(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return path


def test_a_module(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("x = 1\n")
    submission = read(path, "single-neuron")
    assert (submission.kind, submission.entry, submission.code) == ("module", "mine.py", [Code("", "x = 1\n")])
    assert submission.sha256 == hashlib.sha256(b"x = 1\n").hexdigest()
    assert submission.problem is None


def test_a_notebook_loses_outputs_and_cells_tagged_explore(tmp_path):
    path = tmp_path / "mine.ipynb"
    path.write_text(notebook("x = 1", "%matplotlib inline\n!ls\ny = 2", "z = 3", tags={2: ["explore"]}))
    submission = read(path, "single-neuron")
    assert submission.kind == "notebook"
    assert [code.text.split() for code in submission.code] == [["x", "=", "1"], ["y", "=", "2"], []]
    assert [code.place for code in submission.code] == ["cell 1", "cell 2", "cell 3"]
    sent = json.loads(submission.files["mine.ipynb"])
    assert [bool(cell["source"]) for cell in sent["cells"]] == [True, True, False]


def test_a_folder_brings_its_other_files(tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "mine.ipynb").write_text(notebook("from helper import x"))
    (tmp_path / "helper.py").write_text("x = 1")
    (tmp_path / "notes" / "a.txt").write_text("a")
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / ".ipynb_checkpoints" / "mine-checkpoint.ipynb").write_text(notebook("old"))
    submission = read(tmp_path, "single-neuron")
    assert submission.entry == "mine.ipynb"
    assert set(submission.files) == {"mine.ipynb", "helper.py", "notes/a.txt"}


def test_the_module_named_as_the_assignment_is_chosen_among_several(tmp_path):
    for name in ("single_neuron.py", "helper.py"):
        (tmp_path / name).write_text("")
    assert read(tmp_path, "single-neuron").entry == "single_neuron.py"


@pytest.mark.parametrize("suffix", [".zip", ".tar.gz", ".tar"])
def test_archives(tmp_path, suffix):
    path = tmp_path / f"mine{suffix}"
    if suffix == ".zip":
        archive(path, {"folder/mine.py": "x = 1", "__MACOSX/folder/._mine.py": "junk"})
    else:
        with tarfile.open(path, "w:gz" if suffix == ".tar.gz" else "w") as made:
            info = tarfile.TarInfo("folder/mine.py")
            info.size = 5
            made.addfile(info, io.BytesIO(b"x = 1"))
    submission = read(path, "single-neuron")
    assert submission.entry == "folder/mine.py"
    assert submission.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("name", ["../mine.py", "/mine.py", "a/../../mine.py", "C:/mine.py", "..\\mine.py"])
def test_archives_that_lead_out_of_themselves_are_refused(tmp_path, name):
    with pytest.raises(UsageError, match="a path that leads out of it"):
        read(archive(tmp_path / "a.zip", {name: "x = 1"}), "single-neuron")


def test_a_bomb_is_measured_by_what_comes_out(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_FILE", 1 << 20)
    path = archive(tmp_path / "a.zip", {"mine.py": "x = 1", "data.bin": b"\0" * (2 << 20)})
    assert path.stat().st_size < 10_000
    with pytest.raises(UsageError, match="too large"):
        read(path, "single-neuron")


def test_a_bomb_in_the_headers_of_a_tar_is_measured_too(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_TOTAL", 1 << 20)
    monkeypatch.setattr(files, "MAX_FILE", 1 << 20)
    path = tmp_path / "a.tar.gz"
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as made:
        info = tarfile.TarInfo("mine.py")
        info.pax_headers = {"comment": "0" * (8 << 20)}
        made.addfile(info, io.BytesIO(b""))
    with pytest.raises(UsageError, match="too large"):
        read(path, "single-neuron")


def test_hidden_members_are_not_even_read(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_FILE", 10)
    path = archive(tmp_path / "a.zip", {".git/data": b"0" * 1000, "mine.py": "x = 1"})
    assert set(read(path, "single-neuron").files) == {"mine.py"}


@pytest.mark.parametrize("members", [{"a": "x", "a/b.py": "x"}, {"a/b.py": "x", "a": "x"}, {"x" * 300 + ".py": "x"}])
def test_archives_that_cannot_be_laid_out_are_refused(tmp_path, members):
    with pytest.raises(UsageError, match="cannot be laid out"):
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
    with pytest.raises(UsageError, match="holds no notebook"):
        read(folder, "single-neuron")
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as made:
        made.add(folder / "mine.py", "mine.py")
    with pytest.raises(UsageError, match="holds no notebook"):
        read(path, "single-neuron")


def test_a_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "mine.py")
    with pytest.raises(UsageError, match="not a regular file"):
        read(tmp_path / "mine.py", "single-neuron")


def test_a_folder_called_like_a_module_is_a_folder(tmp_path):
    folder = tmp_path / "mine.py"
    folder.mkdir()
    (folder / "real.py").write_text("x = 1")
    assert read(folder, "single-neuron").entry == "real.py"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "is not a notebook (it is not valid JSON)"),
        (b"[1]", "is not a valid notebook"),
        (b"{}", "is not a valid notebook"),
        (b"[" * 100_000, "is not a"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 3}', "is not a valid notebook"),
        (b'{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}', "is in the notebook format 3"),
        (b'{"nbformat": 4, "nbformat": 4}', "is not a valid notebook"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        (notebook("1", kernelspec={"name": "ir", "language": "R", "display_name": "R"}).encode(), "of the language R"),
        (notebook("1", language_info={"name": "julia"}).encode(), "of the language julia"),
        (notebook("1", kernelspec={"name": "julia-1.9", "display_name": "Julia"}).encode(), "of the language julia"),
        (notebook().encode(), "has no code to run"),
        (notebook("  \n").encode(), "has no code to run"),
        (notebook("x = 1", tags={0: ["explore"]}).encode(), "has no code to run"),
    ],
)
def test_notebooks_that_cannot_be_run_say_why_in_a_sentence(tmp_path, content, said):
    path = tmp_path / "mine.ipynb"
    path.write_bytes(content)
    problem = read(path, "single-neuron").problem
    assert said in problem
    assert problem.startswith("mine.ipynb")
    assert "\n" not in problem
