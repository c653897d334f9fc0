"""A line of the log names an exception and its place, but quotes nothing that it says."""

from __future__ import annotations

import io
import json
import logging

import pytest

from grader.service import logs
from grader.support.errors import InternalFailure, NotGradable


@pytest.fixture
def lines():
    """A logger, and a function that returns the lines that it has written."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLines())
    log = logging.Logger("grader.test")
    log.addHandler(handler)
    return log, lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_exception_is_named_without_its_message(lines):
    log, written = lines
    try:
        raise ValueError("W = [[0.2519375]]\nof ada")
    except ValueError as error:
        log.exception("The grader failed on %s", "abc")
        log.warning("%s: %s", "abc", error)
    first, second = written()
    assert (first["message"], first["error"]) == ("The grader failed on abc", "ValueError")
    assert first["frames"][0].endswith("test_exception_is_named_without_its_message")
    assert second["message"] == "abc: ValueError"
    assert "0.2519375" not in json.dumps([first, second])


def test_sentences_of_the_grader_are_kept_unless_they_may_have_hidden_inputs(lines):
    log, written = lines
    log.warning("%s", NotGradable("There is no isolation."))
    log.warning("%s", InternalFailure("The inputs are 0.25"))
    assert [line["message"] for line in written()] == ["NotGradable: There is no isolation.", "InternalFailure"]


def test_line_has_the_fields_of_its_record(lines):
    log, written = lines
    log.info("a request", extra={logs.FIELDS: {"status": 200}})
    assert written()[0]["status"] == 200
    assert written()[0]["level"] == "info"
