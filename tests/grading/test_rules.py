"""Tests of the digests of all that decides a verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.assignment import load
from grader.grading import rules
from grader.grading.rules import DataVersion, Rules, difference, rules_here
from grader.support.places import PACKAGE
from tests.conftest import bundled

pytestmark = pytest.mark.quick
HERE = Rules("1.0", "a" * 64, "b" * 12, {"mnist": DataVersion("c" * 64, "mnist.npz")})


def test_rules_of_an_assignment_without_data_are_its_digest_and_the_graders(doubling):
    own = rules_here(load(str(doubling)), None)
    assert own.data == {} and len(own.code) == 64
    (doubling / "reference.py").write_text("changed = True\n")
    assert rules_here(load(str(doubling)), None).assignment != own.assignment


def test_digest_of_data_does_not_depend_on_its_source():
    own = rules_here(bundled("numpy-mnist"), None)
    assert own.data["mnist"].source == "stand-in"
    assert own.data == rules_here(bundled("numpy-mnist"), None).data


def package(folder, **files):
    for name, content in {"a.py": "a", "b.yaml": "b", **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return rules.code_digest(folder)


def test_changed_code_has_another_digest(tmp_path):
    digest = package(tmp_path / "one")
    assert package(tmp_path / "same") == digest
    assert package(tmp_path / "changed", **{"a.py": "other"}) != digest
    assert package(tmp_path / "renamed", **{"sub/a.py": "a"}) != digest


def test_installation_and_checkout_have_the_same_digest(tmp_path):
    """An installation contains the assignments, translated pages and compiled files."""
    other_files = {"bundled/assignments/x/helper.py": "x", "__pycache__/a.cpython-311.pyc": "x", "locale/de.po": "x"}
    assert package(tmp_path / "installed", **other_files) == package(tmp_path / "checkout")
    assert (PACKAGE / "diagnosis" / "bugs.yaml").suffix in rules.DECIDING  # texts of bugs are in the digest


def test_equal_rules_have_no_difference():
    assert difference(HERE, HERE) is None
    other_source = {"mnist": DataVersion("c" * 64, "Keras cache")}
    assert difference(HERE, replace(HERE, data=other_source)) is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"grader": "0.9"},
            "Its grader is another one (there version 0.9, code aaaaaaaa; here version 1.0, code aaaaaaaa): install",
        ),
        (
            {"code": "d" * 64},
            "Its grader is another one (there version 1.0, code dddddddd; here version 1.0, code aaaaaaaa): install",
        ),
        (
            {"assignment": "e" * 12},
            "Its version of the assignment is another one (there eeeeeeee; here bbbbbbbb): install",
        ),
        (
            {"data": {"mnist": DataVersion("f" * 64, "stand-in")}},
            "Its dataset mnist is another one (there stand-in, ffffffff; here mnist.npz, cccccccc): give all machines",
        ),
    ],
)
def test_difference_says_what_differs_and_what_to_do(changes, sentence):
    assert difference(HERE, replace(HERE, **changes)).startswith(sentence)
