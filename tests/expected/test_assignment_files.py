"""The digest and the packed files of an assignment cover everything that grading reads, and nothing else."""

from __future__ import annotations

import shutil

import pytest

from grader.assignment import load
from grader.expected import assignment_files
from grader.expected.assignment_files import digest, pack, short_digest
from grader.support.errors import UsageError
from tests.conftest import SINGLE_NEURON

pytestmark = pytest.mark.quick


@pytest.fixture
def folder(tmp_path):
    """Return a copy of single-neuron with one known-wrong solution that is a file."""
    copied = shutil.copytree(SINGLE_NEURON, tmp_path / "exercise")
    (copied / "wrong").mkdir()
    (copied / "wrong" / "one.py").write_text("")
    with (copied / "known_wrong.yaml").open("a") as file:
        file.write("- {file: wrong/one.py, fails: sigmoid}\n")
    return copied


def digest_of(folder, *besides):
    return digest(load(str(folder)), besides)


def test_solutions_are_not_packed(folder):
    packed = pack(load(str(folder)), [])
    assert {"assignment.yaml", "starter.py", "task.md"} <= packed.keys()
    assert not {"solution.py", "known_wrong.yaml", "wrong/one.py"} & packed.keys()


def test_digest_is_the_same_without_solutions(folder):
    before = digest_of(folder)
    shutil.rmtree(folder / "wrong")
    (folder / "known_wrong.yaml").unlink()
    (folder / "solution.py").unlink()
    assert digest_of(folder) == before


def test_digest_changes_with_a_file_and_with_its_name(folder):
    digests = {digest_of(folder)}
    (folder / "data.csv").write_text("1")
    digests.add(digest_of(folder))
    (folder / "data.csv").rename(folder / "other.csv")
    digests.add(digest_of(folder))
    (folder / "other.csv").write_text("2")
    digests.add(digest_of(folder))
    assert len(digests) == 4


def test_class_and_results_inside_the_folder_do_not_count(folder):
    before = digest_of(folder)
    (folder / "class").mkdir()
    (folder / "class" / "anna.py").write_text("")
    assert digest_of(folder, folder / "class") == before != digest_of(folder)
    assert "class/anna.py" not in pack(load(str(folder)), [folder / "class"])


def test_too_large_file_is_refused(folder, monkeypatch):
    monkeypatch.setattr(assignment_files.files, "MAX_FILE", 10)
    with pytest.raises(UsageError, match="keep data outside the assignment's folder"):
        pack(load(str(folder)), [])


def test_short_digest_is_the_beginning_of_the_digest(folder):
    loaded = load(str(folder))
    assert short_digest(loaded) == digest(loaded, [])[: assignment_files.SHORT]
    (folder / "data.csv").write_text("1")
    assert short_digest(loaded) == short_digest(loaded, [folder.parent])  # computed once per assignment
