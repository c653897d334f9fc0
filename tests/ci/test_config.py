"""Tests of ``.grader.yml``: the short and the long form, and mistakes with their lines."""

from __future__ import annotations

import jsonschema
import pytest
import yaml

from grader.ci.config import CiFile, ReportFile
from grader.cli.schemas import schema
from grader.support import yaml_model
from grader.support.errors import UsageError

pytestmark = pytest.mark.quick

SHORT = "assignment: single-neuron\nsubmission: work/*.ipynb\npass_mark: 70\nformats: [junit]\nseed: 3\n"
LONG = """
seed: 3
assignments:
  - assignment: single-neuron
    submission: work/*.ipynb
    pass_mark: 70
    formats: [{format: junit}]
"""


@pytest.fixture
def read(tmp_path):
    def run(text):
        (tmp_path / ".grader.yml").write_text(text)
        return yaml_model.load(tmp_path / ".grader.yml", CiFile)

    return run


def test_short_and_long_form_are_equivalent(read):
    short, long = read(SHORT), read(LONG)
    assert short.assignments[0].report_files() == long.assignments[0].report_files() == [ReportFile(format="junit")]
    exclude = {"assignments": {0: {"formats"}}}
    assert short.model_dump(exclude=exclude) == long.model_dump(exclude=exclude)
    for text in (SHORT, LONG):
        jsonschema.Draft202012Validator(schema("ci")).validate(yaml.safe_load(text))


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("assignments: []\n", 1, "assignments is []"),
        ("seed: 1\n", 1, "assignments is missing; add it."),
        ("assignment: a\nsubmission: /etc\n", 2, "'/etc' is not a path inside the repository"),
        ("assignment: a\nsubmission: ../b.py\n", 2, "'../b.py' is not a path inside the repository"),
        ("assignment: a\nsubmission: b.py\npass_mark: 0.6\n", 3, "it must be in percent; write 60 for 60 %."),
        ("assignment: a\nsubmission: b.py\npass_mark: 101\n", 3, "pass_mark is 101"),
        ("assignment: a\nsubmission: b.py\nformats: [pdf]\n", 3, "is 'pdf'; allowed are 'text', 'json'"),
        ("assignment: a\nsubmission: b.py\npassmark: 3\n", 3, "passmark is not a known key"),
        ("assignments:\n  - assignment: a\n", 2, ": submission is missing"),
        ("assignment: a\nassignments: [{assignment: b, submission: c.py}]\n", 1, "assignment is not a known key"),
    ],
)
def test_mistake_is_reported_with_its_line(read, text, line, message):
    with pytest.raises(UsageError) as error_info:
        read(text)
    assert f".grader.yml:{line}: " in str(error_info.value)
    assert message in str(error_info.value)


MANY = """\
assignment: single_neuron
submission: ../x.ipynb
passmark: 60
isolation: full
data: nowhere
formats: [pdf, {format: sarif, output: ''}]
"""


def test_all_mistakes_are_reported_at_once_with_their_keys(read):
    with pytest.raises(UsageError) as error_info:
        read(MANY)
    assert [line.split(".grader.yml:")[1] for line in error_info.value.lines()] == [
        "1: assignment: there is no assignment 'single_neuron'. Did you mean single-neuron?",
        "2: submission: '../x.ipynb' is not a path inside the repository; give the path from the top of the repository.",
        "3: passmark is not a known key; remove it or correct its spelling. Did you mean pass_mark?",
        "4: isolation is 'full'; allowed are 'strong', 'medium' or 'none'.",
        "5: data: there is no folder 'nowhere' next to the configuration file; correct the path, or remove the key.",
        "6: an entry of formats is 'pdf'; allowed are 'text', 'json', 'junit', 'gradescope', 'classroom', 'sarif' or 'markdown'.",
        "6: output is ''; string should have at least 1 character.",
    ]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("assignment: single-neuron\n", 1, "submission is missing; add it."),
        ("submission: a.py\npass_mark: 50\n", 1, "assignment is missing; add it."),
        (
            "assignments:\n  - assignment: relu-swap\n    submission: a.py\n  - assignment: x\n",
            4,
            "submission is missing",
        ),
        ("assignments: {assignment: single-neuron, submission: a.py}\n", 1, "assignments must be a list"),
        (
            "- assignment: single-neuron\n  submission: a.py\n",
            1,
            "it is a list; put the list under the key assignments",
        ),
        ("", 1, "it is empty; give the exercise"),
        (
            "assignment: week1/perceptron\nsubmission: a.py\n",
            1,
            "there is no assignment 'week1/perceptron'. Use one of activations, ",
        ),
        ("assignment: Single Neuron\nsubmission: a.py\n", 1, "Did you mean single-neuron?"),
        ("assignment: single-neuron\nsubmission: week1\\a.py\n", 2, "contains a backslash; write / between folders."),
        ("assignment: single-neuron\nsubmision: a.py\n", 2, "Did you mean submission?"),
        ("assignmnt: single-neuron\nsubmision: a.py\n", 1, "Did you mean assignment?"),
        ("assignments:\n  - single-neuron\n", 2, "an entry of assignments must be a mapping of keys to values."),
        ("assignment:\nsubmission: a.py\n", 1, "assignment is empty; write its value after the colon."),
        ("assignment: single-neuron\nsubmission: a.py\nformats: junit\n", 3, "formats must be a list"),
        ("assignment: single-neuron\nsubmission: a.py\nseed: seven\n", 3, "seed is 'seven'"),
    ],
)
def test_each_mistake_says_what_to_write(read, text, line, message):
    with pytest.raises(UsageError) as error_info:
        read(text)
    assert any(f".grader.yml:{line}: " in each and message in each for each in error_info.value.lines()), (
        error_info.value
    )
    assert "assignments.0" not in str(error_info.value)


def test_conflict_markers_in_the_configuration_are_reported(read):
    with pytest.raises(UsageError, match=r"git conflict markers \(the first in line 2\)"):
        read("submission: a.py\n<<<<<<< HEAD\nassignment: a\n=======\nassignment: b\n>>>>>>> main\n")


def test_misspelt_key_is_not_also_reported_as_missing(read):
    text = "assignments:\n  - {assignmnt: relu-swap, submission: a.py}\n  - {assignment: relu-swap}\n"
    with pytest.raises(UsageError) as error_info:
        read(text)
    first, second = error_info.value.lines()
    assert ":2: assignmnt is not a known key" in first and ":3: submission is missing" in second
