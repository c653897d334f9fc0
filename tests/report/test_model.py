"""Tests of the report's model and its JSON."""

from __future__ import annotations

import json

import pytest

from grader.report.model import Environment, Report

from .made import report

pytestmark = pytest.mark.quick


def with_checks(**update):
    original = report()
    return original.model_copy(update={"checks": [check.model_copy(update=update) for check in original.checks]})


def test_json_is_read_back():
    document = report().to_json()
    assert Report.model_validate_json(document).to_json() == document


def test_unprintable_characters_are_escaped_in_json():
    text = report(name="a\u202eb").to_json()
    assert "\u202e" not in text
    assert json.loads(text)["submission"]["path"].startswith("a\u202eb")


def test_infinite_numbers_are_null_in_json():
    assert '"seconds": null' in report().model_copy(update={"seconds": float("inf")}).to_json()


def test_empty_lists_of_a_diagnosis_are_left_out():
    diagnosis = report().checks[1].diagnosis
    assert list(json.loads(diagnosis.model_dump_json(by_alias=True))) == ["bug", "title", "where", "also", "or"]
    alone = diagnosis.model_copy(update={"also": [], "alternatives": []})
    assert list(json.loads(alone.model_dump_json(by_alias=True))) == ["bug", "title", "where"]


def test_engine_is_left_out_if_no_notebook_was_executed():
    environment = Environment(python="3.12", numpy="2.0", tensorflow=None, device="cpu", data=None)
    assert "engine" not in environment.model_dump()
    assert environment.model_copy(update={"engine": "shell"}).model_dump()["engine"] == "shell"


def test_problem_is_the_shared_reason_of_an_ungraded_report():
    ungraded = with_checks(status="not_gradable", score=None, message="No worker could be started.")
    assert ungraded.problem() == "No worker could be started."
    assert report().problem() is None


def test_stand_ins_are_the_datasets_without_real_data():
    data = "mnist: stand-in, 20 training images; cifar10: cifar10.npz, 20 training images; fashion_mnist: stand-in, 9 images"
    environment = report().environment
    assert environment.model_copy(update={"data": data}).stand_ins() == ["mnist", "fashion_mnist"]
    assert environment.model_copy(update={"data": None}).stand_ins() == []
