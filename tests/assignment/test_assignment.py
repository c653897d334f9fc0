"""Assignments are loaded by name or by folder."""

from __future__ import annotations

import pytest
import yaml

from grader import assignment
from grader.support.errors import UsageError
from tests.assignment.tiny import GOOD, load

pytestmark = pytest.mark.quick


def test_folder_is_an_assignment(tmp_path):
    loaded = load(tmp_path, GOOD)
    assert loaded.name == "tiny"
    assert loaded.content.pass_mark == 60
    assert loaded.content.checks[0].kind == "values"


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b"- 1\n", b"a: [", b"!!python/object:os.system x"])
def test_other_files_are_refused(tmp_path, content):
    (tmp_path / "assignment.yaml").write_bytes(content)
    with pytest.raises(UsageError, match=r"assignment\.yaml"):
        assignment.load(str(tmp_path))


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(UsageError, match=r"There is no assignment 'nothing': use one of .*single-neuron"):
        assignment.load("nothing")


def test_bundled_files_are_read_without_libyaml_too():
    for file in sorted(assignment.ASSIGNMENTS.glob("*/*.yaml")):
        yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)  # the loader in Python is stricter


def test_bundled_assignments_load_and_their_files_exist():
    assert "single-neuron" in assignment.bundled_names()
    for name in assignment.bundled_names():
        loaded = assignment.load(name)
        content = loaded.content
        assert loaded.name == name
        wrong_files = [wrong.file for wrong in loaded.known_wrong() if wrong.file]
        for file in (content.task, content.solution, *content.starters, *wrong_files):
            assert loaded.file(file).is_file()
        assert sum(check.points for check in content.checks if not check.bonus) == 100
        assert yaml.safe_load((loaded.folder / "assignment.yaml").read_text())["name"] == name


def test_name_with_a_slip_has_a_suggestion(tmp_path):
    (tmp_path / "tiny").mkdir()
    load(tmp_path / "tiny", GOOD)
    assert assignment.most_similar("single-neurom") == "single-neuron"
    assert assignment.most_similar(str(tmp_path / "tinny")) == str(tmp_path / "tiny")
    with pytest.raises(assignment.NoAssignment, match="did you mean 'single-neuron'"):
        assignment.load("single-neurom")


def test_bundled_name_that_is_also_a_folder_is_ambiguous(tmp_path, monkeypatch):
    (tmp_path / "relu-swap").mkdir()
    load(tmp_path / "relu-swap", GOOD)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"write \./relu-swap for the folder"):
        assignment.load("relu-swap")
    assert assignment.load("./relu-swap").name == "tiny"


def test_files_are_searched_in_the_folder_and_among_the_references(tmp_path):
    (tmp_path / "own.py").write_text("")
    (tmp_path / "link.py").symlink_to("/etc/hostname")
    loaded = load(tmp_path, GOOD)
    assert loaded.python_file("own.py") == tmp_path / "own.py"
    assert loaded.python_file("relu_swap.py") == assignment.REFERENCE / "relu_swap.py"
    assert loaded.python_file("missing.py") is None
    with pytest.raises(UsageError, match="leads out of the folder"):
        loaded.python_file("link.py")


def test_reference_is_bundled_or_a_file_of_the_folder(tmp_path):
    loaded = load(tmp_path, GOOD)
    assert loaded.has_bundled_reference
    assert loaded.reference_digest() == assignment.digests_of_references()["single_neuron"]
    (tmp_path / "own.py").write_text("")
    assert load(tmp_path, GOOD.replace("single_neuron", "own.py")).reference_file() == tmp_path / "own.py"
    with pytest.raises(UsageError, match="neither a file of the folder nor a bundled reference"):
        load(tmp_path, GOOD.replace("single_neuron", "nowhere")).reference_file()
