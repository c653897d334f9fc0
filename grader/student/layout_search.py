"""Finds the layout of a submission by calls of its functions."""

from __future__ import annotations

from typing import Any

from ..assignment.base import Tolerance
from ..expected.cases import Cases
from ..expected.probes import Case, replaced
from ..judging.compare import common_factor, compare_results
from ..sandbox.failures import CallError
from ..support import arrays
from . import signatures
from .answers import PlannedCall
from .layout import TASK_LAYOUT, best_layout, detect_layout, layouts_of, ways_to_call
from .submitted import Submitted

CORRECT, FITTING, ANSWERED = 4.0, 2.0, 1.0  # the evidence of one function for a layout


def in_detected_layout(student: Submitted) -> Submitted:
    """Return the submission in the layout in which its functions work."""
    spec = student.content.layouts
    if spec is None:
        return student
    layout = detect_layout(
        layouts_of(student.content),
        student.content.functions[spec.detected_by].shapes,
        lambda: student.in_layout(TASK_LAYOUT).call(PlannedCall(spec.detected_by, {})).values,
        lambda layout: student.in_layout(layout).example(spec.confirmed_by) is not None,
    )
    return student.in_layout(layout)


def in_best_layout(student: Submitted, cases: Cases) -> tuple[Submitted, bool]:
    """Return the submission in the layout with the most correct functions, and True if another layout fits equally well.

    For a check that fails: one function alone may be wrong in the right layout, or right in the wrong one.
    """
    candidates = ways_to_call(student.content, student.layout, bool(student.instances.methods))
    if len(candidates) == 1:
        return student, False
    hopeless: set[str] = set()  # functions that hang, or that end the worker
    best, is_undecided = best_layout(candidates, lambda layout: _evidence(student.in_layout(layout), cases, hopeless))
    student.forget()
    return student.in_layout(best), is_undecided


def _evidence(student: Submitted, cases: Cases, hopeless: set[str]) -> float:
    """Return the evidence of all functions for the layout; functions that are ``hopeless`` are not called again."""
    total = 0.0
    compared = {name for check in student.content.checks if check.needs_reference for name in check.functions()}
    for function, declared in student.content.functions.items():
        if function in hopeless or declared.call_seconds is not None or not student.defines(function):
            continue
        if function not in compared and not declared.shapes:
            continue  # the reference does not have it, as a function of random numbers
        try:
            total += _evidence_of(student, cases, function)
        except CallError:
            hopeless.add(function)
    return total


def _evidence_of(student: Submitted, cases: Cases, function: str) -> float:
    """Return the evidence of one function for the layout; raises CallError if it must not be called again."""
    declared, best = student.content.functions[function], 0.0
    for case in cases.examples(function) if declared.arguments else [Case("", {})]:
        shapes = student.shapes(function, case.inputs)
        for argument, other in cases.replacements([function], case):
            try:
                answer = student.call(PlannedCall(function, replaced(case.inputs, argument, other), shapes=shapes))
            except CallError as failure:
                if failure.status not in ("error", "failed"):
                    raise
                continue
            best = max(best, _fit(student, cases, function, case, answer.values))
    return best


def _fit(student: Submitted, cases: Cases, function: str, case: Case, values: dict[str, Any]) -> float:
    """Return the evidence of one answer."""
    declared = student.content.functions[function]
    if declared.shapes:
        return CORRECT if signatures.widths_in(values, declared.shapes) is not None else ANSWERED
    expected = {name: item for name, item in cases.expected(function, case.inputs).items() if name in values}
    compared = compare_results(values, expected, Tolerance(), declared.history)
    share = sum(item.problem is None for item in compared.values()) / max(len(compared), 1)
    if share == 1 or (declared.history is None and common_factor(values, expected) is not None):
        return CORRECT
    shapes = {name: arrays.shape_of(item) or () for name, item in expected.items() if name != declared.history}
    return FITTING + share if arrays.have_shapes(values, shapes) else ANSWERED
