"""Tests of the restrictions on a ``.grader.yml`` in a student's repository."""

from __future__ import annotations

import os
import re

import pytest

from grader.ci import needs, repository
from grader.ci.config import CiFile
from grader.support.errors import UsageError
from tests.doubling import ASSIGNMENT

ONE = "assignment: single-neuron\nsubmission: work.py\n"
EVIL = "open({mark!r}, 'w').close()\n\n\ndef double(x):\n    return 2 * x\n"
REFUSED = {
    "an own assignment": (
        "assignment: own\nsubmission: work.py\n",
        1,
        "'own' is a folder, but a configuration in the repository may only use bundled assignments",
    ),
    "an own assignment by a path": ("assignment: ./own\nsubmission: work.py\n", 1, "'./own' is a folder"),
    "an own assignment by its file": ("assignment: own/assignment.yaml\nsubmission: work.py\n", 1, "is a folder"),
    "an assignment outside": ("assignment: ../elsewhere\nsubmission: work.py\n", 1, "'../elsewhere' is a folder"),
    "an assignment by a link": ("assignment: linked\nsubmission: work.py\n", 1, "'linked' is a folder"),
    "a bundled one by its path": ("assignment: BUNDLED\nsubmission: work.py\n", 1, "is a folder"),
    "medium isolation": (f"{ONE}isolation: medium\n", 3, "isolation: 'medium' is weaker than strong."),
    "no isolation": (f"{ONE}isolation: none\n", 3, "isolation: 'none' is weaker than strong."),
    "a lower pass mark": (f"{ONE}pass_mark: 69.9\n", 3, "pass_mark: 69.9 % is lower than the 70 % of the assignment."),
    "no pass mark": (f"{ONE}pass_mark: 0\n", 3, "pass_mark: 0 % is lower"),
    "data outside": (f"{ONE}data: ../elsewhere\n", 3, "data: '../elsewhere' is outside the repository."),
    "data by a link": (f"{ONE}data: linked\n", 3, "data: 'linked' is outside the repository."),
    "data of the machine": (f"{ONE}data: /usr\n", 3, "data: '/usr' is outside the repository."),
    "output outside": (f"{ONE}formats: [{{format: json, output: ../out.json}}]\n", 3, "'../out.json' is outside"),
    "output anywhere": (
        f"{ONE}formats: [{{format: json, output: /tmp/out.json}}]\n",
        3,
        "'/tmp/out.json' is outside",
    ),
    "output by a link": (f"{ONE}formats: [{{format: json, output: linked/o}}]\n", 3, "'linked/o' is outside"),
    "output into git": (f"{ONE}formats: [{{format: text, output: .git/hooks/pre-push}}]\n", 3, "or in the .git folder"),
    "in the long form": (
        "isolation: none\nassignments:\n- {assignment: relu-swap, submission: b.py}\n"
        "- assignment: single-neuron\n  submission: work.py\n  pass_mark: 10\n",
        1,
        "isolation: 'none'",
    ),
}


@pytest.fixture
def student(tmp_path, monkeypatch):
    """Make a repository with this configuration, a custom assignment and a link out, and change into it."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "assignment.yaml").write_text(ASSIGNMENT)
    folder = tmp_path / "repository"
    (folder / "own").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / "own" / "assignment.yaml").write_text(ASSIGNMENT)
    (folder / "own" / "reference.py").write_text(EVIL.format(mark=str(tmp_path / "mark")))
    (folder / "work.py").write_text("")
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    monkeypatch.chdir(folder)

    def make(text, name=".grader.yml"):
        from grader.support.places import ASSIGNMENTS

        bundled = os.path.relpath(ASSIGNMENTS / "single-neuron", folder)
        (folder / name).write_text(text.replace("BUNDLED", bundled))
        return folder / name

    return make


@pytest.mark.quick
@pytest.mark.parametrize(("text", "line", "message"), REFUSED.values(), ids=REFUSED)
def test_configuration_in_the_repository_is_refused(student, tmp_path, text, line, message):
    config = student(text)
    with pytest.raises(UsageError, match=re.escape(f".grader.yml:{line}: ")) as error_info:
        repository.plan(config)
    assert message in str(error_info.value)
    assert "run grader ci --trust-config." in str(error_info.value)
    assert not (tmp_path / "mark").exists()
    if message.startswith("pass_mark"):
        return
    with pytest.raises(UsageError, match="trust-config"):
        needs.extras(config)


@pytest.mark.quick
@pytest.mark.parametrize(("text", "line", "message"), REFUSED.values(), ids=REFUSED)
def test_trusted_configuration_in_the_repository_is_accepted(student, text, line, message):
    assert repository.plan(student(text), trusted=True).trusted


@pytest.mark.quick
def test_configuration_outside_the_repository_is_accepted(student, tmp_path):
    (tmp_path / "grading").mkdir()
    outside = tmp_path / "grading" / "grader.yml"
    outside.write_text(f"{ONE}isolation: medium\npass_mark: 10\nseed: 3\n")
    plan = repository.plan(outside)
    assert (plan.inside, plan.trusted) == (False, True)


@pytest.mark.quick
def test_higher_pass_mark_and_data_in_the_repository_are_allowed_and_reported(student):
    plan = repository.plan(student(f"{ONE}pass_mark: 90\ndata: own\nseed: 4\n"))
    assert repository.origin(plan) == (
        "The configuration is a file in this repository: everybody who can write to it can change the configuration. "
        "The seed of the configuration is ignored, so that nobody knows the test inputs in advance. "
        "The data of single-neuron are files in this repository, too. "
        "The pass mark of single-neuron is 90 % (the assignment says 70 %)."
    )


@pytest.mark.quick
def test_all_mistakes_are_reported_at_once(student):
    text, *_ = REFUSED["in the long form"]
    with pytest.raises(UsageError) as error_info:
        repository.plan(student(text.replace("relu-swap", "own")))
    assert [line.split(": ")[0].split(":")[-1] for line in error_info.value.lines()] == ["1", "3"]


@pytest.mark.quick
def test_links_and_folders_do_not_make_a_configuration_trusted(student, tmp_path, monkeypatch):
    (tmp_path / "elsewhere" / "x.yml").write_text("password: geheim\n")
    config = student(f"{ONE}isolation: none\n", "real.yml")
    (config.parent / ".grader.yml").symlink_to(tmp_path / "elsewhere" / "x.yml")
    with pytest.raises(UsageError, match=r"\.grader\.yml is a link to a file outside the repository") as error_info:
        repository.plan(config.with_name(".grader.yml"))
    assert "geheim" not in str(error_info.value)
    (tmp_path / "elsewhere" / "back.yml").symlink_to(config)
    with pytest.raises(UsageError, match="is weaker"):  # a link outside that points into the repository
        repository.plan(tmp_path / "elsewhere" / "back.yml")
    with pytest.raises(UsageError, match="is weaker"):
        repository.plan(config.parent / "own" / ".." / "real.yml")
    monkeypatch.chdir(config.parent / "own")  # the repository is larger than the current folder
    with pytest.raises(UsageError, match="is weaker"):
        repository.plan(config)


@pytest.mark.quick
def test_pipe_instead_of_a_configuration_is_refused(student):
    config = student("").with_name("pipe.yml")
    os.mkfifo(config)
    with pytest.raises(UsageError, match=r"pipe\.yml is not a regular file"):
        repository.plan(config)


@pytest.mark.quick
def test_seed_of_an_untrusted_configuration_is_ignored(student, monkeypatch):
    used = []
    monkeypatch.setattr(repository, "grade_task", lambda work, *_: used.append(work.seed) or pytest.skip("enough"))
    config = student(f"{ONE}seed: 4\n")
    for trusted in (False, True):
        with pytest.raises(pytest.skip.Exception):
            next(repository.grade_all(repository.plan(config, trusted=trusted)))
    assert used[0] != 4 and used[1] == 4
    assert CiFile.model_fields["seed"].default is None


def test_refused_configuration_exits_with_2_and_runs_nothing(student, ci, tmp_path):
    folder = student("assignment: own\nsubmission: work.py\n").parent
    result = ci(folder)
    assert (result.returncode, result.stdout) == (2, "")
    assert "may only use bundled assignments" in result.stderr
    assert not (tmp_path / "mark").exists()
