"""Tests of ``grader validate``."""

from __future__ import annotations

import re
import shutil

import pytest

from tests.cli.exercises import exercises
from tests.conftest import SINGLE_NEURON
from tests.doubling import WRONG
from tests.mutants import weak


def test_hidden_checks_are_validated_but_not_run_in_a_self_check(tmp_path, grader_here):
    (tmp_path / "reference.py").write_text("def double(x):\n    return 2 * x\n")
    (tmp_path / "solution.py").write_text("def double(x):\n    return x + x\n")
    (tmp_path / "task.md").write_text("Double it.")
    (tmp_path / "wrong.py").write_text("def double(x):\n    return x * 2 if x.sum() > -99 else x\n")
    (tmp_path / "assignment.yaml").write_text(
        "name: double\nversion: 1\ntitle: Double\nreference: reference.py\n"
        "functions: {double: {signature: (x), returns: [y]}}\n"
        "probes:\n  small: {inputs: {x: [1, 2]}}\n  large: {inputs: {x: [-100, -200]}}\n"
        "checks:\n"
        "  - {name: small, title: small, kind: values, function: double, probes: [small], points: 1}\n"
        "  - {name: large, title: large, kind: values, function: double, probes: [large], points: 1, visibility: hidden}\n"
        "known_wrong: [{file: wrong.py, fails: large}]\n"
    )
    assert grader_here("validate", tmp_path).returncode == 0
    assert "Score: 1 of 1" in grader_here("check", tmp_path, tmp_path / "wrong.py").stdout


def test_source_of_a_known_wrong_solution_is_printed(doubling, grader_here):
    with (doubling / "assignment.yaml").open("a") as file:
        file.write("known_wrong: [{change: {2 * x: 3 * x}, fails: double, bug: stray-factor-two}]\n")
    done = grader_here("validate", doubling, "--show", "stray-factor-two")
    assert (done.returncode, done.stdout, done.stderr) == (0, WRONG, "")
    done = grader_here("validate", doubling, "--show", "other")
    assert (done.returncode, done.stdout) == (2, "")
    assert "doubling has no known-wrong solution 'other': use one of stray-factor-two." in done.stderr


def test_change_that_does_not_match_is_a_wrong_line(doubling, grader_here):
    (doubling / "task.md").write_text("Double it.")
    with (doubling / "assignment.yaml").open("a") as file:
        file.write(
            "known_wrong:\n- {name: tripled, change: {2 * y: 3 * x}, fails: double}\n"
            "- {name: first, change: {sum(x): max(x)}, fails: total}\n"
        )
    done = grader_here("validate", doubling)
    assert done.returncode == 2
    wrong, right = done.stdout.splitlines()[-2:]
    assert wrong.split(maxsplit=2) == [
        "WRONG",
        "tripled",
        "'2 * y' is not in solution.py; copy a text from there, with its spaces.",
    ]
    assert right.startswith("ok     first")


@pytest.mark.parametrize("name", exercises())  # docs/authoring.md shows its output for relu-swap
def test_bundled_assignments_are_sound(grader, name):
    done = grader("validate", name, timeout=1500)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    bonus = "110" if name == "numpy-mnist" else "100"
    assert lines[0].split() == ["ok", "solution.py", bonus, "/", "100", "full", "marks"]
    assert [line.split()[:3] for line in lines[1:3]] == [["ok", "starter.py", "0"], ["ok", "starter.ipynb", "0"]]
    assert len([line for line in lines if " at " in line and line.startswith("ok")]) >= 8


@pytest.mark.long
def test_validate_shows_wrong_lines(tmp_path, grader_here):
    shutil.copytree(SINGLE_NEURON, tmp_path / "own")
    declared = tmp_path / "own" / "assignment.yaml"
    sections = re.split(r"^(?=\w+:)", declared.read_text(), flags=re.MULTILINE)
    own = "known_wrong: [{file: solution.py, fails: gradients}]\n"
    declared.write_text("".join(text for text in sections if not text.startswith("known_wrong:")) + own)
    done = grader_here("validate", "own")
    assert done.returncode == 2
    assert "should fail gradients, but fails nothing" in done.stdout
    assert "1 of the lines above are wrong" in done.stderr


def test_mutants_show_a_weak_probe(tmp_path, grader_here):
    weak.assignment(tmp_path)
    done = grader_here("validate", tmp_path, "--mutants")
    assert done.returncode == 1, done.stderr
    assert (
        "SURVIVES  gradient, line 5: dw = 2 * X.T @ error -> dw = 2 * X @ error. Its numbers differ in gradient on 'points' "
        "with other numbers and lengths. Add a probe on which they differ, or accept it.\n" in done.stdout
    )


def test_accepted_mutant_is_counted_until_a_probe_notices_it(tmp_path, grader_here):
    survivors = [
        line.partition(": ")[2].partition(". Its")[0].split(" -> ")
        for line in grader_here("validate", weak.assignment(tmp_path).folder, "--mutants").stdout.splitlines()
        if line.startswith("SURVIVES")
    ]
    entries = "".join(f"  - {{change: {{'{before}': '{after}'}}, why: taste}}\n" for before, after in survivors)
    weak.assignment(tmp_path, more=f"accepted:\n{entries}")
    done = grader_here("validate", tmp_path, "--mutants")
    assert done.returncode == 0, done.stdout
    assert f" {len(survivors)} accepted, 0 not noticed.\n" in done.stdout
    weak.assignment(tmp_path, weak.GOOD_PROBE, more=f"accepted:\n{entries}")
    done = grader_here("validate", tmp_path, "--mutants")
    assert done.returncode == 1
    assert "OUTDATED  dw = 2 * X.T @ error -> dw = 2 * X @ error: the checks notice it now. Remove it" in done.stdout


@pytest.mark.long
@pytest.mark.parametrize("name", exercises())
def test_checks_of_bundled_assignments_notice_all_mutants(grader, name):
    done = grader("validate", name, "--mutants", timeout=3000)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(" 0 not noticed.\n")


@pytest.mark.parametrize("comment", ["", "# Only a comment.\n"])
def test_answers_that_were_recorded_for_another_reference_are_a_wrong_line(doubling, grader_here, comment):
    (doubling / "task.md").write_text("Double it.")
    assert grader_here("reference", doubling, "--write").returncode == 0
    with (doubling / "reference.py").open("a") as file:
        file.write(comment)
    done = grader_here("validate", doubling)
    assert (done.returncode == 0) == (not comment)
    wrong = [line.split(maxsplit=2) for line in done.stdout.splitlines() if line.startswith("WRONG")]
    sentence = "the answers were recorded for another reference or other probes: run 'grader reference"
    assert [(file, text.startswith(sentence)) for _, file, text in wrong] == [("doubling.npz", True)] * bool(comment)
