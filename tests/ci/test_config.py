"""``.grader.yml``: a short and a long form, and every mistake with its line."""

from __future__ import annotations

import jsonschema
import pytest
import yaml

from grader import yamlfile
from grader.ci.config import CiFile, Written
from grader.errors import UsageError
from grader.report.schema import schema

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
        return yamlfile.load(tmp_path / ".grader.yml", CiFile)

    return run


def test_both_forms_say_the_same(read):
    short, long = read(SHORT), read(LONG)
    assert short.assignments[0].written() == long.assignments[0].written() == [Written(format="junit")]
    exclude = {"assignments": {0: {"formats"}}}
    assert short.model_dump(exclude=exclude) == long.model_dump(exclude=exclude)
    for text in (SHORT, LONG):
        jsonschema.Draft202012Validator(schema("ci")).validate(yaml.safe_load(text))


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("assignments: []\n", 1, "assignments is []"),
        ("seed: 1\n", 1, "assignments is missing; add it."),
        ("assignment: a\nsubmission: /etc\n", 2, "'/etc' is not a path inside the repository"),
        ("assignment: a\nsubmission: ../b.py\n", 2, "'../b.py' is not a path inside the repository"),
        ("assignment: a\nsubmission: b.py\npass_mark: 0.6\n", 3, "it is in percent; write 60 for 60 %."),
        ("assignment: a\nsubmission: b.py\npass_mark: 101\n", 3, "pass_mark is 101"),
        ("assignment: a\nsubmission: b.py\nformats: [pdf]\n", 3, "is 'pdf'; allowed are 'text', 'json'"),
        ("assignment: a\nsubmission: b.py\npassmark: 3\n", 3, "passmark is not a known key"),
        ("assignments:\n  - assignment: a\n", 2, "assignments.0.submission is missing"),
        ("assignment: a\nassignments: [{assignment: b, submission: c.py}]\n", 1, "assignment is not a known key"),
    ],
)
def test_a_mistake_has_its_line(read, text, line, said):
    with pytest.raises(UsageError) as caught:
        read(text)
    assert f".grader.yml:{line}: " in str(caught.value)
    assert said in str(caught.value)
