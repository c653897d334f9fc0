"""An uploaded assignment is unpacked once, and again if its folder is missing."""

import shutil

from grader.service import assignments
from grader.service.tables import Version
from tests.service.exercises import exercise


def test_folder_is_unpacked_again_if_it_is_missing(service):
    version = Version(id="one", name="doubling", digest="", blob=service.blobs.put(exercise()))
    folder = assignments.folder_of(service, version)
    assert sorted(path.name for path in folder.iterdir())[0] == "assignment.yaml"
    shutil.rmtree(folder)
    assert assignments.folder_of(service, version) == folder
    assert (folder / "task.md").is_file()
    assert [path.name for path in folder.parent.iterdir()] == ["one"]


def test_bundled_assignment_is_that_of_the_grader(service, tmp_path, monkeypatch):
    (tmp_path / "single-neuron").mkdir()
    (tmp_path / "single-neuron" / "assignment.yaml").write_text("name: other")
    monkeypatch.chdir(tmp_path)
    assert assignments.assignment_of(service, Version(name="single-neuron", blob="")).is_bundled
