"""A class with copies: the list is for the instructor, and no student sees it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from types import SimpleNamespace

import jsonschema
import pytest

from grader import assignment
from grader.batch import similar
from grader.batch.store import Page
from grader.cli.schemas import schema
from grader.submission import source_files
from grader.submission.source_files import SourceFile
from tests.conftest import ROOT
from tests.copies import disguise
from tests.copies.disguise import FUNCTIONS

INDEPENDENT = sorted((ROOT / "tests/copies/independent").glob("*.py"))[:6]
ORIGINAL = INDEPENDENT[2].read_text()
ASSIGNMENT = ROOT / "assignments" / "single-neuron"


def notebook(source):
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": piece.text}
        for piece in disguise.in_cells(source)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def grade(folder, *options):
    """Grade the class in ``folder``, and return what is printed."""
    command = [sys.executable, "-m", "grader", "grade", "single-neuron", folder / "class", "--out", folder / "out"]
    result = subprocess.run(
        [*map(str, command), "--jobs", "2", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def similar_class(tmp_path_factory):
    """Return the output folder of a class with a renamed copy, an identical file, a starter, and the solution."""
    folder = tmp_path_factory.mktemp("similar")
    files = {f"Student {number}/neuron.py": path.read_text() for number, path in enumerate(INDEPENDENT)}
    files["Jörg, Größe/copy.ipynb"] = notebook(disguise.reordered(disguise.renamed(ORIGINAL, FUNCTIONS)))
    files["李 娜/neuron.py"] = INDEPENDENT[0].read_text() + "\n\n"
    files |= {f"Empty {number}/neuron.py": (ASSIGNMENT / "starter.py").read_text() for number in range(2)}
    files["Solver/neuron.py"] = disguise.renamed((ASSIGNMENT / "solution.py").read_text(), FUNCTIONS)
    for name, content in files.items():
        path = folder / "class" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder, grade(folder, "--seed", "0")


def listed(folder):
    return json.loads((folder / "out" / "summary.json").read_text())["similar"]


def test_list_has_the_copy_the_identical_files_and_the_solution(similar_class):
    folder, printed = similar_class
    similar = listed(folder)
    assert [[each["student"] for each in group] for group in similar["identical"]] == [["Student 0", "李 娜"]]
    assert [{each["student"] for each in pair["students"]} for pair in similar["pairs"]] == [
        {"Jörg, Größe", "Student 2"}
    ]
    assert [[each["student"] for each in pair["students"]] for pair in similar["like_solution"]] == [["Solver"]]
    assert "Similar submissions: 1 group of identical files, 1 similar pair, 1 submission like the solution" in printed
    jsonschema.validate(json.loads((folder / "out" / "summary.json").read_text()), schema("summary"))


def test_pages_of_instructors_link_to_each_other(similar_class):
    out = similar_class[0] / "out"
    assert 'href="copies.html"' in (out / "index.html").read_text()
    page = (out / "copies.html").read_text()
    assert 'href="copies/1.html"' in page
    assert 'href="instructor/' in page
    assert 'href="../copies.html"' in (out / "copies" / "1.html").read_text()


def test_no_student_sees_the_list(similar_class):
    out = similar_class[0] / "out"
    for path in (out / "reports").iterdir():
        assert "copies" not in path.read_text()
        assert "imilar" not in path.read_text()


def test_scores_do_not_depend_on_the_list(similar_class):
    with open(similar_class[0] / "out" / "gradebook.csv", newline="", encoding="utf-8-sig") as file:
        scores = {row["student"]: row["score"] for row in csv.DictReader(file)}
    assert scores["Jörg, Größe"] == scores["Student 2"]
    assert scores["李 娜"] == scores["Student 0"]


def test_list_is_renewed_and_old_pages_are_removed(similar_class):
    folder, _printed = similar_class
    (folder / "class" / "Jörg, Größe" / "copy.ipynb").unlink()
    (folder / "class" / "Jörg, Größe" / "own.py").write_text(INDEPENDENT[5].read_text().replace("0.5", "0.25"))
    (folder / "class" / "Solver" / "neuron.py").write_text("def sigmoid(z):\n    return 0\n")
    printed = grade(folder)
    assert [*(folder / "out" / "copies").glob("2.html")] == []
    assert "copies/" not in printed
    assert listed(folder)["like_solution"] == []


def test_submission_that_cannot_be_read_costs_nobody_else_anything(monkeypatch):
    pages = [Page(name, name, name) for name in ("Ann", "Ben", "Eve")]
    code = source_files.packed([SourceFile("neuron.py", ORIGINAL.encode())])
    store = SimpleNamespace(sources=lambda: [("Ann", code), ("Eve", b"damaged"), ("Ben", code)])
    written = {}
    files = SimpleNamespace(write=written.update)
    similarities, problems = similar.write(assignment.load("single-neuron"), pages, store, files)
    assert [[each["id"] for each in group] for group in similarities["identical"]] == [["Ann", "Ben"]]
    assert len(problems) == 1
    assert problems[0].startswith("Eve: the submission could not be compared with others (")
    monkeypatch.setattr(similar.comparing, "compare", lambda *works: 1 / 0)
    similarities, problems = similar.write(assignment.load("single-neuron"), pages, store, files)
    assert similarities == {"identical": [], "pairs": [], "like_solution": []}
    assert "ZeroDivisionError" in problems[-1]
    assert similar.LIST in written


@pytest.mark.long
def test_example_class_has_no_copies_where_everybody_writes_alone(tmp_path):
    for path in sorted((ROOT / "tests/copies/independent").glob("*.py")):
        (tmp_path / "class" / path.stem).mkdir(parents=True)
        (tmp_path / "class" / path.stem / "neuron.py").write_text(path.read_text())
    grade(tmp_path, "--seed", "0")
    assert listed(tmp_path) == {"identical": [], "pairs": [], "like_solution": []}
    assert "No similar submissions were found." in (tmp_path / "out" / "copies.html").read_text()
