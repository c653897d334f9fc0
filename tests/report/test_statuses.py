"""Tests of the table of statuses."""

from typing import get_args

import pytest

from grader.notebook import inline
from grader.report import html, markdown, terminal
from grader.report.statuses import STATUSES, Ending, Group, Status


def test_table_has_every_status_in_its_order():
    assert tuple(STATUSES) == get_args(Status)


def test_a_call_can_only_end_with_a_status():
    assert {*get_args(Ending)} < {*get_args(Status)}


def test_spelling_is_a_contract():
    assert " ".join(STATUSES) == (
        "passed partial failed error timeout memory output crashed protocol skipped not_gradable"
    )


@pytest.mark.parametrize(
    "signs",
    [html.ICONS, markdown.MARKS, terminal.COLOURS, inline.ICONS],
    ids=["html", "markdown", "terminal", "inline"],
)
def test_each_format_has_a_sign_for_each_group(signs):
    assert {*signs} == {*get_args(Group)} == {properties.group for properties in STATUSES.values()}


def test_findings_are_the_statuses_that_cost_points():
    findings = {status for status, properties in STATUSES.items() if properties.is_finding}
    assert findings == {*STATUSES} - {"passed", "skipped", "not_gradable"}
    assert {status for status, properties in STATUSES.items() if properties.is_wrong_answer} == {"partial", "failed"}
    assert {status for status, properties in STATUSES.items() if properties.is_fine} == {"passed", "skipped"}


def test_a_status_that_ends_the_worker_is_counted_as_failed():
    ending = {status: properties.group for status, properties in STATUSES.items() if properties.ends_worker}
    assert ending == {"timeout": "failed", "memory": "failed", "crashed": "failed"}
