"""Statements of a submission: their order, and those that the next worker leaves out."""

from __future__ import annotations

import json

import pytest

from grader.sandbox.failures import BROKEN, EXITED, CallError
from grader.sandbox.load_progress import MOST_RESTARTS, CellOutputs, LoadProgress

pytestmark = pytest.mark.quick

TIMEOUT = CallError("timeout", "it took too long")


@pytest.mark.parametrize("message", [[1, 1], [0, 5], [1, "2"], [2], None, [True, 3], [1, -1]])
def test_statements_come_in_order(message):
    progress = LoadProgress()
    assert progress.begin([1, 0])
    assert progress.begin([1, 1])
    assert not progress.begin(message)
    assert (progress.begun, progress.last_cell) == ((1, 1), 1)


def test_last_statement_is_left_out_of_the_next_load():
    progress = LoadProgress()
    progress.begin([0, 3])
    progress.note_late((0, 2))
    assert progress.leave_out_last(TIMEOUT, is_last_time=False, number_of_cells=1)
    assert progress.left_out == {(0, 2): "timeout", (0, 3): "timeout"}
    assert progress.request() == {"left_out": [(0, 2), (0, 3)], "ends_at": []}
    assert not progress.leave_out_last(TIMEOUT, is_last_time=False, number_of_cells=1)  # it is left out already


def test_later_cells_are_left_out_the_last_time():
    progress = LoadProgress()
    progress.begin([2, 1])
    assert progress.leave_out_last(TIMEOUT, is_last_time=True, number_of_cells=4)
    assert [*progress.left_out] == [(2, 1), (3, 0), (4, 0)]
    assert progress.request()["ends_at"] == [(2, 1)]
    progress.begin([2, 2])
    assert not progress.leave_out_last(TIMEOUT, is_last_time=False, number_of_cells=4)


def test_number_of_restarts_is_limited():
    progress = LoadProgress()
    for number in range(1, MOST_RESTARTS + 1):
        assert progress.stopped_at is None
        progress.begin([0, number])
        assert progress.leave_out_last(TIMEOUT, is_last_time=False, number_of_cells=1)
    assert progress.stopped_at == (0, MOST_RESTARTS)


@pytest.mark.parametrize("failure", [CallError("error", "x"), CallError("crashed", "x", BROKEN)])
def test_other_failures_leave_nothing_out(failure):
    progress = LoadProgress()
    progress.begin([0, 1])
    assert not progress.leave_out_last(failure, is_last_time=False, number_of_cells=1)


def test_program_ends_at_a_statement_that_exits():
    progress = LoadProgress()
    progress.begin([0, 1])
    assert progress.leave_out_last(CallError("crashed", "x", EXITED), is_last_time=False, number_of_cells=1)
    assert progress.request()["ends_at"] == [(0, 1)]


def outputs_of(text):
    return memoryview(json.dumps([{"output_type": "stream", "name": "stdout", "text": text}]).encode())


def test_outputs_of_a_cell_are_kept_once():
    outputs = CellOutputs(output_kb=1)
    outputs.add(1, 1, outputs_of("hello"), "Loading")
    assert outputs.by_cell[1][0]["text"] == "hello"
    for number, cell in ((1, 1), (2, 3), (True, 1), ("2", 2)):
        with pytest.raises(CallError, match="wrote into the grader's channel"):
            outputs.add(number, cell, outputs_of("again"), "Loading")


def test_size_of_outputs_is_limited():
    outputs = CellOutputs(output_kb=1)
    with pytest.raises(CallError, match="wrote into the grader's channel"):
        outputs.add(1, 1, outputs_of("x" * outputs.room), "Loading")
