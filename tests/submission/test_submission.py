"""Tests of reading submissions: files, folders, archives, notebooks."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import zipfile

import nbformat
import pytest

from grader.assignment import load
from grader.submission import Code, files, read, read_contents
from grader.submission.lines import of_cells
from grader.support.errors import UsageError
from tests.conftest import SINGLE_NEURON, notebook

pytestmark = pytest.mark.quick


def archive(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
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


def test_source_lines_without_line_feeds_are_joined(tmp_path):
    path = tmp_path / "mine.ipynb"
    path.write_text(json.dumps(damaged(source=["import math", "def f(x):", "    return x"])))
    assert read(path, "single-neuron").code[0].text == "import math\ndef f(x):\n    return x"


def test_outputs_and_explore_cells_are_removed(tmp_path):
    path = tmp_path / "mine.ipynb"
    path.write_text(notebook("x = 1", "%matplotlib inline\n!ls\ny = 2", "z = 3", tags={2: ["explore"]}))
    submission = read(path, "single-neuron")
    assert submission.kind == "notebook"
    assert [code.text.split() for code in submission.code] == [["x", "=", "1"], ["y", "=", "2"], []]
    assert [code.place for code in submission.code] == ["cell 1", "cell 2", "cell 3"]
    sent = json.loads(submission.files["mine.ipynb"])
    assert [bool(cell["source"]) for cell in sent["cells"]] == [True, True, False]


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
        with tarfile.open(path, "w:gz" if suffix == ".tar.gz" else "w") as made:
            info = tarfile.TarInfo("folder/mine.py")
            info.size = 5
            made.addfile(info, io.BytesIO(b"x = 1"))
    submission = read(path, "single-neuron")
    assert (submission.file, submission.entry) == ("folder/mine.py", "mine.py")
    assert submission.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


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
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as made:
        info = tarfile.TarInfo("mine.py")
        info.pax_headers = {"comment": "0" * (8 << 20)}
        made.addfile(info, io.BytesIO(b""))
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
    with tarfile.open(path, "w") as made:
        made.add(folder / "mine.py", "mine.py")
    with pytest.raises(UsageError, match="contains no notebook"):
        read(path, "single-neuron")


def test_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "mine.py")
    with pytest.raises(UsageError, match="not a regular file"):
        read(tmp_path / "mine.py", "single-neuron")


def test_folder_named_like_a_module_is_a_folder(tmp_path):
    folder = tmp_path / "mine.py"
    folder.mkdir()
    (folder / "real.py").write_text("x = 1")
    assert read(folder, "single-neuron").entry == "real.py"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "is not a valid notebook: its JSON"),
        (b"[" * 100_000, "is not a"),
        (b'{\n"cells": [{"cell_type": "co', "its JSON is incomplete and ends in line 2"),
        (b'{"cells": [],,}', "its JSON has an error in line 1"),
        (b'{\n<<<<<<< HEAD\n"cells": []\n=======\n>>>>>>> other\n}', "git conflict markers (the first in line 2)"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        (notebook("1", kernelspec={"name": "ir", "language": "R", "display_name": "R"}).encode(), "of the language R"),
        (notebook("1", language_info={"name": "julia"}).encode(), "of the language julia"),
        (notebook("1", kernelspec={"name": "julia-1.9", "display_name": "Julia"}).encode(), "of the language julia"),
    ],
)
def test_notebook_that_cannot_run_is_explained(tmp_path, content, said):
    path = tmp_path / "mine.ipynb"
    path.write_bytes(content)
    problem = read(path, "single-neuron").problem
    assert said in problem
    assert problem.startswith("mine.ipynb")
    assert "\n" not in problem


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("mine.ipynb", b"[1]", "is not a valid notebook"),
        ("mine.ipynb", b"{}", "is not a valid notebook"),
        ("mine.ipynb", b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 3}', "is not a valid notebook"),
        ("mine.ipynb", b'{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}', "has no code to run"),
        ("mine.ipynb", notebook().encode(), "has no code to run"),
        ("mine.ipynb", notebook("  \n").encode(), "has no code to run"),
        ("mine.ipynb", notebook("x = 1", tags={0: ["explore"]}).encode(), "has no code to run"),
        ("mine.ipynb", b"", "is empty"),
        ("mine.ipynb", b" \n", "is empty"),
        ("mine.ipynb", b"\n<!DOCTYPE html>\n<html></html>", "is a web page"),
        ("mine.py", b"<html><body>404</body></html>", "is a web page"),
        ("mine.py", b"%PDF-1.7\n", "is actually a PDF"),
        ("mine.ipynb", b"\x89PNG\r\n", "is actually an image"),
        ("mine.py", b"# nothing yet\n", "has no code to run"),
        ("mine.py", b'"""What is to be done."""\n', "has no code to run"),
    ],
)
def test_file_with_nothing_to_grade_is_explained(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    submission = read(tmp_path / name, "single-neuron")
    assert submission.problem is None
    assert said in submission.nothing
    assert submission.nothing.startswith(name)
    assert "\n" not in submission.nothing


def damaged(**changes):
    """Return a notebook with one cell that defines x, and with changed keys or values in the notebook or in the cell."""
    cell = {"cell_type": "code", "source": "x = 1", "metadata": {}, "outputs": [], "execution_count": None, "id": "a"}
    whole = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    for key, value in changes.items():
        part = whole if key in whole else cell
        part[key] = value
    return {key: value for key, value in whole.items() if value is not ...}


def without(*keys):
    made = damaged()
    made["cells"] = [{key: value for key, value in made["cells"][0].items() if key not in keys}]
    return {key: value for key, value in made.items() if key not in keys}


OLD_CELL = {"cell_type": "code", "input": ["x ", "= 1"], "language": "python", "outputs": [], "prompt_number": 1}


@pytest.mark.parametrize(
    "document",
    [
        without("outputs"),
        without("execution_count"),
        without("id"),
        without("metadata"),
        without("nbformat"),
        without("nbformat_minor"),
        without("cell_type"),
        damaged(nbformat_minor=99),
        damaged(nbformat_minor="x"),
        damaged(nbformat="4"),
        damaged(nbformat_minor=4),
        damaged(id="no good id! " * 20),
        damaged(id=7),
        damaged(source=["x ", "= 1"]),
        damaged(source=["x = 1", 3, None]),
        damaged(metadata={"kernelspec": {"language": "python"}}),
        damaged(metadata={"kernelspec": "python3", "language_info": []}),
        damaged(metadata={"kernelspec": {"name": 3, "display_name": None}}),
        damaged(metadata={"widgets": {"application/vnd.jupyter.widget-state+json": {"a": 1}}}),
        damaged(metadata={"kernelspec": {"name": "conda-env-dl-py", "language": "python3"}}),
        damaged(metadata={"kernelspec": {"name": "sagemath", "language": "sage"}}),
        damaged(outputs=[{"output_type": "stream"}, 3, {"output_type": "pyout", "metadata": "x"}]),
        damaged(outputs="none", execution_count="1", collapsed=True, attachments={}),
        damaged(cell_type="Code"),
        {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": [OLD_CELL]}]},
        {"nbformat": 2, "worksheets": [{"cells": [OLD_CELL], "metadata": {}}, 3]},
        {"cells": [{"cell_type": "code", "code": "x = 1", "prompt_number": 3}]},
        {
            **damaged(),
            "cells": [*damaged()["cells"], *damaged()["cells"], 3, None, {"cell_type": "poem", "source": "("}],
        },
        {**damaged(), "cells": [{"cell_type": "markdown", "outputs": [], "source": 3}, *damaged()["cells"]]},
        {**damaged(), "cells": [{"cell_type": "heading", "level": 1, "source": "T"}, {}, *damaged()["cells"]]},
    ],
)
def test_damaged_notebook_is_repaired(tmp_path, document):
    path = tmp_path / "mine.ipynb"
    path.write_text(json.dumps(document))
    submission = read(path, "single-neuron")
    assert (submission.problem, submission.nothing) == (None, None)
    assert "x = 1" in {code.text for code in submission.code}
    made = nbformat.from_dict(json.loads(submission.files["mine.ipynb"]))
    nbformat.validate(made)
    assert all(not cell.outputs for cell in made.cells if cell.cell_type == "code")


def test_last_value_of_a_repeated_key_counts(tmp_path):
    text = notebook("x = 1\nz = 3").replace('"cell_type"', '"source": "x = 2",\n   "cell_type"')
    (tmp_path / "mine.ipynb").write_text(text)
    submission = read(tmp_path / "mine.ipynb", "single-neuron")
    assert [code.text for code in submission.code] == ["x = 1\nz = 3"]
    assert json.loads(submission.files["mine.ipynb"])["cells"][0]["source"] == "x = 1\nz = 3"
    (found,) = of_cells(text.encode())
    assert ["x = 1" in text.splitlines()[line - 1] for line in found] == [True, False]


SIGMOID = "def sigmoid(z):\n    return 1 / (1 + z)\n"
ALL = SIGMOID + "".join(f"def {name}(x):\n    return x\n" for name in ("predict", "loss", "gradients", "train"))
STARTER = (SINGLE_NEURON / "starter.py").read_text()


@pytest.mark.parametrize(
    ("chosen", "others"),
    [
        ("single_neuron.py", {"Untitled.ipynb": notebook("1 + 1"), "single_neuron.py": ALL}),
        ("single_neuron.ipynb", {"Untitled.ipynb": notebook("1 + 1"), "single_neuron.ipynb": notebook(ALL)}),
        ("Single-Neuron (1).ipynb", {"Single-Neuron (1).ipynb": notebook(SIGMOID), "all.py": ALL}),
        ("single_neuron_final_anna.py", {"single_neuron_final_anna.py": SIGMOID, "all.py": ALL}),
        ("single_neuron.py", {"single_neuron.py": ALL, "single_neuron (1).py": "# a copy\n" + ALL}),
        ("single_neuron.ipynb", {"single_neuron.py": ALL, "single_neuron.ipynb": notebook(ALL)}),
        ("work.py", {"single_neuron.py": STARTER, "work.py": ALL}),
        ("mine.py", {"mine.py": ALL, "test_single_neuron.py": "from mine import *\ndef test_it():\n    assert 1\n"}),
        ("mine.py", {"mine.py": ALL, "tests/check_all.py": "import pytest\n" + ALL, "conftest.py": "x = 1"}),
        ("mine.py", {"mine.py": ALL, "mine-checkpoint.py": ALL + "x = 1", "setup.py": "from setuptools import setup"}),
        ("week1/single_neuron.ipynb", {"week1/single_neuron.ipynb": notebook(ALL), "week2/relu.py": "def relu(x): 1"}),
        ("all.py", {"all.py": ALL, "some.py": SIGMOID}),
        ("main.py", {"main.py": "from parts import *\n", "parts.py": ALL}),
        (
            "main.ipynb",
            {"main.ipynb": notebook("from parts import sigmoid, train"), "parts.py": SIGMOID + "def train(x): 2"},
        ),
        ("mine.ipynb.txt", {"mine.ipynb.txt": notebook(ALL), "report.txt": "text", "data.json": "{}"}),
        ("single_neuron.json", {"single_neuron.json": notebook(ALL)}),
        ("single_neuron.py", {"single_neuron.py": "x = 1", "other.py": "y = 2"}),
        ("mine.py", {"mine.py": "def sigmod(z):\n    return z\n"}),
        ("mine.py", {"mine.py": "def f(:\n"}),
    ],
)
def test_file_to_grade_is_chosen(chosen, others):
    contents = {name: text.encode() for name, text in others.items()}
    assert read_contents("work", contents, load("single-neuron")).file == chosen


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ({"a.py": ALL, "b.py": ALL + "x = 1"}, "contains 2 files that may be the solution (a.py, b.py)"),
        ({"single_neuron_1.py": ALL, "single_neuron_2.py": ALL + "a = 1"}, "(single_neuron_1.py, single_neuron_2.py)"),
        ({"test_neuron.py": "def test_it():\n    assert True\n", "report.pdf": "%PDF"}, "test_neuron.py: it is a test"),
        ({"single_neuron.py": "# my name\n" + STARTER}, "it is the unchanged starter"),
        (
            {"Untitled.ipynb": notebook("1 + 1")},
            "defines none of the expected names (sigmoid, predict, loss, gradients",
        ),
        ({"report.pdf": "%PDF", "notes.txt": "x"}, "contains no notebook (.ipynb) and no Python file (.py)"),
        ({"solution.rar": "Rar!"}, "an unsupported archive (solution.rar)"),
        ({"mine.ipynb": "<html>"}, "mine.ipynb is a web page"),
    ],
)
def test_ambiguous_and_unsuitable_files_are_refused(others, said):
    with pytest.raises(UsageError) as error:
        read_contents("work", {name: text.encode() for name, text in others.items()}, load("single-neuron"))
    assert said in str(error.value)


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


def test_virtual_environments_do_not_count_for_the_limits(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_FILES", 10)
    members = {f"work/venv/lib/python3.11/site-packages/p{i}.py": "" for i in range(20)}
    members |= {f"work/node_modules/m{i}/index.js": "" for i in range(20)} | {"work/env/bin/activate.py": ""}
    path = archive(tmp_path / "a.zip", {**members, "work/mine.py": ALL})
    assert read(path, load("single-neuron")).file == "work/mine.py"


def test_zip_next_to_a_report_is_opened(tmp_path):
    (tmp_path / "work" / "sub").mkdir(parents=True)
    (tmp_path / "work" / "report.pdf").write_text("%PDF")
    archive(tmp_path / "work" / "sub" / "all.zip", {"src/mine.py": ALL})
    assert read(tmp_path / "work", load("single-neuron")).file == "src/mine.py"


def test_declared_encoding_is_used(tmp_path):
    (tmp_path / "mine.py").write_bytes("# -*- coding: cp1252 -*-\nx = 'ä'\n".encode("cp1252"))
    submission = read(tmp_path / "mine.py", "single-neuron")
    assert submission.problem is None
    assert submission.files["mine.py"].decode().endswith("x = 'ä'\n")
