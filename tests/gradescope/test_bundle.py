from __future__ import annotations

import json
import zipfile
from copy import copy

import pytest

from grader.assignment.limits import Limits
from grader.gradescope import bundle, wheel
from tests.conftest import SINGLE_NEURON, bundled


def test_upload_has_executable_scripts_and_all_files(grader, tmp_path):
    result = grader("gradescope", "single-neuron", "--out", "up.zip")
    assert result.stdout.splitlines() == [
        "Wrote up.zip. Upload it to an assignment of 100 points. Keep it private: it contains the answers.",
        "Container: choose at least 0.5 processors and 768 MB in the autograder's settings. With 1 processor and 1.5 GB, "
        "a submission may use all the memory that the assignment allows.",
    ]
    with zipfile.ZipFile(tmp_path / "up.zip") as archive:
        modes = {member.filename: member.external_attr >> 16 & 0o777 for member in archive.infolist()}
        settings = json.loads(archive.read("grader.json"))
        content = archive.read("setup.sh")
    scripts = {"setup.sh": 0o755, "run_autograder": 0o755}
    assert modes.items() >= scripts.items()
    assert [name for name in modes if name not in scripts] == [
        "grader.json",
        wheel.build()[0],
        "requirements.txt",
        "trial/solution.py",
    ]
    assert content.startswith(b"#!/usr/bin/env bash\n")
    assert settings["assignment"] == "single-neuron"
    assert settings["isolation"] is None


def test_every_upload_has_a_random_seed_or_the_given_one(grader, tmp_path):
    seeds = []
    for options in ((), (), ("--seed", "7")):
        assert grader("gradescope", "single-neuron", *options).returncode == 0
        with zipfile.ZipFile(tmp_path / "autograder.zip") as archive:
            seeds.append(json.loads(archive.read("grader.json"))["seed"])
    assert seeds[0] != seeds[1]
    assert seeds[2] == 7


def test_custom_assignment_is_packed_without_the_upload_itself(grader, tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "assignment.yaml").write_text((SINGLE_NEURON / "assignment.yaml").read_text())
    for _ in range(2):
        assert grader("gradescope", "own", "--out", "own/up.zip").returncode == 0
    with zipfile.ZipFile(folder / "up.zip") as archive:
        assert [name for name in archive.namelist() if name.startswith("assignment/")] == ["assignment/assignment.yaml"]


@pytest.mark.parametrize("out", ["missing/up.zip", "."])
def test_unwritable_output_is_reported(grader, out):
    result = grader("gradescope", "single-neuron", "--out", out)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "numpy-mnist",
            "choose at least 1 processor and 1.5 GB in the autograder's settings. With 2 processors and 3 GB",
        ),
        (
            "clothing-mlp",
            "choose at least 1 processor and 1.5 GB in the autograder's settings. With 4 processors and 6 GB",
        ),
        ("cifar-grayscale", "choose at least 2 processors and 3 GB in the autograder's settings. With 4 processors"),
    ],
)
def test_recommended_container(name, sentence):
    assert sentence in bundle.container(bundled(name))


def changed(**changes):
    assignment = copy(bundled("single-neuron"))
    assignment.content = assignment.content.model_copy(update=changes)
    return assignment


def allowing(**limits):
    return changed(limits=Limits(**limits))


def test_custom_assignment_without_needed_mb_gets_its_full_limit():
    assert (
        bundle.container(allowing())
        == "Container: choose at least 1 processor and 1.5 GB in the autograder's settings."
    )
    assert "needs 8 GB" not in bundle.container(allowing(memory_mb=8000, needed_mb=700))
    assert bundle.container(allowing(memory_mb=8000)).startswith(
        "The assignment needs 7.9 GB of memory, more than Gradescope's"
    )


def test_packages_of_the_assignment_are_installed():
    assignment = changed(packages=["pandas", "sklearn>=1.3", "cv2"])
    lines = bundle._requirements(assignment, "grader-1-py3-none-any.whl").splitlines()
    assert lines[0].startswith("./grader-1-py3-none-any.whl")
    assert lines[1:] == ["pandas", "scikit-learn>=1.3", "opencv-python-headless"]


@pytest.mark.parametrize(
    ("name", "extra"), [("clothing-mlp", "[tensorflow]"), ("numpy-mnist", ""), ("single-neuron", "")]
)
def test_tensorflow_is_installed_only_if_needed(name, extra):
    assert bundle._requirements(bundled(name), "a.whl") == f"./a.whl{extra}\n"
