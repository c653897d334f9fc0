"""Judges pairs of network objects whose weights must be equal, or must have nothing in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...diagnosis import Findings, findings_of_check
from ...expected.probes import Case
from ...report.evidence import Evidence
from ...student.networks import ObjectsRun
from ...support.i18n import _
from ..outcome import Outcome
from . import network_names
from .networks import SAME, Judge

Pairs = Sequence[Sequence[str]]


def judged(judge: Judge, cases: Sequence[Case], runs: Sequence[ObjectsRun], equal: Pairs, different: Pairs) -> Outcome:
    """Return whether pairs of objects have equal weights before and after the calls, and others different ones."""
    for case, run in zip(cases, runs, strict=True):
        for one, other in equal:
            for attributes, when in ((run.before, _("after the construction")), (run.after, _("after the calls"))):
                first, second = (judge.layers(case, attributes, name).parameters for name in (one, other))
                if not np.allclose(first, second, rtol=SAME, atol=SAME):
                    sentence = _(
                        "Two objects of `{name}` that were made and called in the same way have different weights {when}."
                    )
                    text = sentence.format(name=judge.name, when=when)
                    bugs = findings_of_check("not-deterministic", judge.name)
                    return Outcome(0.0, text, Evidence(case=case.name), bugs)
        for one, other in different:
            layers = zip(*(judge.layers(case, run.after, name).layers for name in (one, other)), strict=True)
            for number, ((W, _b), (V, _c)) in enumerate(layers, start=1):
                sentence = _not_new(W, V)
                if sentence:
                    text = sentence.format(number=number, one=one, other=other)
                    calls = _("The calls: `{calls}`.").format(calls=judge.sequence.as_code())
                    bugs_of_pair = _bugs(judge, case, run, one, other)
                    return Outcome(0.0, f"{text} {calls}", Evidence(case=case.name), bugs_of_pair)
    return Outcome(1.0, _("The weights are equal where they have to be, and new elsewhere."))


def _not_new(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> str:
    """Return the sentence that says why the weights of two objects are not two sets of random numbers; "" if they are."""
    if not np.isfinite([one, other]).all():
        return _("The weights of layer {number} of `{one}` or `{other}` are NaN or infinite.")
    if not np.ptp(one) or not np.ptp(other):
        return _("All weights of layer {number} of `{one}` or `{other}` are the same number, not random numbers.")
    if np.allclose(one, other):
        return _(
            "`{one}` and `{other}` have the same weights in layer {number}, but each needs random numbers of its own."
        )
    return ""


def _bugs(judge: Judge, case: Case, run: ObjectsRun, one: str, other: str) -> Findings | None:
    """Return the mistake that a pair without random numbers of its own shows; None if it is not clear."""
    before, other_before = (judge.layers(case, run.before, name) for name in (one, other))
    first, second = (judge.layers(case, run.after, name) for name in (one, other))
    if not all(np.isfinite(each.parameters).all() for each in (before, other_before, first, second)):
        return None
    if any(not np.ptp(W) for each in (first, second) for W, _b in each.layers):
        return findings_of_check("units-start-alike", judge.name)
    if all(np.allclose(W, V) for (W, _b), (V, _c) in zip(first.layers, second.layers, strict=True)):
        begin_alike = all(
            np.allclose(W, V) for (W, _b), (V, _c) in zip(before.layers, other_before.layers, strict=True)
        )
        is_trained = not np.allclose(before.parameters, first.parameters)
        return network_names.of_same_weights(judge.sequence, one, other, begin_alike, is_trained)
    return None
