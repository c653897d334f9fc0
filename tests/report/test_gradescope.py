"""Tests of Gradescope's results.json: known keys and correct sums."""

from __future__ import annotations

import json

import jsonschema
import pytest

# gradescope/autograder_samples, docs/specs.md
SIMPLE = ["text", "html", "simple_format", "md", "ansi"]


SEEN = ["hidden", "visible", "after_due_date", "after_published"]


GRADESCOPE_TEST = {
    "type": "object",
    "properties": {
        "score": {"type": "number"},
        "max_score": {"type": "number"},
        "status": {"enum": ["passed", "failed"]},
        "name": {"type": "string"},
        "name_format": {"enum": SIMPLE},
        "number": {"type": "string"},
        "output": {"type": "string"},
        "output_format": {"enum": SIMPLE},
        "tags": {"type": "array", "items": {"type": "string"}},
        "visibility": {"enum": SEEN},
        "extra_data": {},
    },
    "additionalProperties": False,
}


GRADESCOPE = {
    "type": "object",
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "number"},
        "output": {"type": "string"},
        "output_format": {"enum": SIMPLE},
        "test_output_format": {"enum": SIMPLE},
        "test_name_format": {"enum": SIMPLE},
        "visibility": {"enum": SEEN},
        "stdout_visibility": {"enum": SEEN},
        "extra_data": {},
        "tests": {"type": "array", "items": GRADESCOPE_TEST},
        "leaderboard": {"type": "array"},
    },
    "additionalProperties": False,
}


def test_gradescope_has_only_known_keys_and_correct_sums(report, rendered):
    document = json.loads(rendered("gradescope"))
    jsonschema.validate(document, GRADESCOPE)
    if report.score is None:
        assert not {"score", "tests"} & document.keys()
    else:
        assert document["score"] == report.score
        assert sum(test["score"] for test in document["tests"]) == pytest.approx(report.score)
        assert sum(test["max_score"] for test in document["tests"]) == pytest.approx(report.max_score)
