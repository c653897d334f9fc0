"""Tests of reading submissions: files, folders, archives, notebooks."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile

import pytest

from grader.assignment import load
from grader.submission import Code, read, read_contents
from tests.conftest import notebook

from .test_choice import ALL

pytestmark = pytest.mark.quick


def archive(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as output:
        for name, content in members.items():
            output.writestr(name, content)
    return path


def test_module_is_read(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("x = 1\n")
    submission = read(path, "single-neuron")
    assert (submission.kind, submission.entry, submission.code) == ("module", "mine.py", [Code("", "x = 1\n")])
    assert submission.sha256 == hashlib.sha256(b"x = 1\n").hexdigest()
    assert submission.problem is None


def test_magics_are_removed_from_a_module(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("%matplotlib inline\n!pip install seaborn\nx = 7 % 4\nfiles = !ls\n")
    submission = read(path, "single-neuron")
    assert submission.code == [Code("", "\n\nx = 7 % 4\n\n")]
    path.write_text("%matplotlib inline\nx = (\n")  # not valid Python in any case; the line number is the student's
    assert read(path, "single-neuron").code == [Code("", "%matplotlib inline\nx = (\n")]


def test_folder_includes_its_other_files(tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "mine.ipynb").write_text(notebook("from helper import x"))
    (tmp_path / "helper.py").write_text("x = 1")
    (tmp_path / "notes" / "a.txt").write_text("a")
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / ".ipynb_checkpoints" / "mine-checkpoint.ipynb").write_text(notebook("old"))
    submission = read(tmp_path, "single-neuron")
    assert submission.entry == "mine.ipynb"
    assert set(submission.files) == {"mine.ipynb", "helper.py", "notes/a.txt"}


def test_module_named_like_the_assignment_is_chosen(tmp_path):
    for name in ("single_neuron.py", "helper.py"):
        (tmp_path / name).write_text("x = 1")
    assert read(tmp_path, "single-neuron").entry == "single_neuron.py"


@pytest.mark.parametrize("suffix", [".zip", ".tar.gz", ".tar"])
def test_archive_is_read(tmp_path, suffix):
    path = tmp_path / f"mine{suffix}"
    if suffix == ".zip":
        archive(path, {"folder/mine.py": "x = 1", "__MACOSX/folder/._mine.py": "junk"})
    else:
        with tarfile.open(path, "w:gz" if suffix == ".tar.gz" else "w") as output:
            info = tarfile.TarInfo("folder/mine.py")
            info.size = 5
            output.addfile(info, io.BytesIO(b"x = 1"))
    submission = read(path, "single-neuron")
    assert (submission.file, submission.entry) == ("folder/mine.py", "mine.py")
    assert submission.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_folder_named_like_a_module_is_a_folder(tmp_path):
    folder = tmp_path / "mine.py"
    folder.mkdir()
    (folder / "real.py").write_text("x = 1")
    assert read(folder, "single-neuron").entry == "real.py"


def test_file_is_executed_in_its_folder_with_its_helpers():
    contents = {
        "week1/mine.ipynb": notebook("import helper\n" + ALL, "%run -i more.py").encode(),
        "week1/more.py": b"a = 1",
        "week1/x.py": b"import tensorflow",
        "week1/helper.py": b"from tools import y\n",
        "week1/data.csv": b"1",
        "tools.py": b"y = 1",
        "clothing.py": b"import tensorflow\n",
        "helper.py": b"z = 1",
    }
    submission = read_contents("work", contents, load("single-neuron"))
    assert (submission.file, submission.entry) == ("week1/mine.ipynb", "mine.ipynb")
    assert set(submission.files) == {"mine.ipynb", "helper.py", "more.py", "data.csv", "tools.py"}
    assert submission.files["helper.py"] == b"from tools import y\n"
    assert [code.place for code in submission.code] == [
        "cell 1",
        "cell 2",
        "week1/more.py",
        "week1/helper.py",
        "tools.py",
    ]


def test_zip_next_to_a_report_is_opened(tmp_path):
    (tmp_path / "work" / "sub").mkdir(parents=True)
    (tmp_path / "work" / "report.pdf").write_text("%PDF")
    archive(tmp_path / "work" / "sub" / "all.zip", {"src/mine.py": ALL})
    assert read(tmp_path / "work", load("single-neuron")).file == "src/mine.py"
