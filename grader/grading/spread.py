"""Trains the reference with many seeds, to find the spread for the bands of an assignment's trained checks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .. import datasets
from ..assignment import Assignment
from ..assignment.check import BandedCheck
from ..checks.overfitting import OverfittingCheck
from ..checks.tools import predictions
from ..datasets import Split
from ..expected.author import Program
from ..expected.reference import Oracle
from ..judging.statistics import Correct, Losses, gap, mean, relative_reduction
from ..support.errors import UsageError

FEWEST = 10  # the smallest number of seeds for a spread in an assignment


def measure(assignment: Assignment, oracle: Oracle, folder: Path | None, seeds: int | None) -> Iterator[str]:
    """Yield a sentence for each trained check with the reference's spread over ``seeds`` (None: as many as stated).

    Each function of the reference is trained once per seed, for all checks that name it.
    """
    checks = [check for check in assignment.content.checks if isinstance(check, BandedCheck) and check.reference]
    models: dict[tuple[str, str, int], tuple[Correct, Losses | None]] = {}
    for check in checks:
        assert check.dataset  # a check with a reference has one
        budget = assignment.content.datasets[check.dataset]
        split = datasets.split(datasets.load(check.dataset, folder), budget.training, budget.held_out)
        kind = "stand-in" if split.stand_in else "real"
        stated_spread = check.spread.get(kind)  # type: ignore[call-overload]
        count = seeds or (stated_spread.seeds if stated_spread else FEWEST)
        values = []
        for seed in range(count):
            for function in check.reference:
                if (function, check.dataset, seed) not in models:
                    models[function, check.dataset, seed] = _train(oracle.program(function), split, seed)
            values.append(_value(check, [models[name, check.dataset, seed] for name in check.reference]))
        yield _sentence(check, split, kind, values)


def _train(function: Program, split: Split, seed: int) -> tuple[Correct, Losses | None]:
    predict = function.trained(split.x_train, split.y_train.ravel(), seed)
    answers = [np.asarray(predict(images)) for images in (split.x_train, split.x_held_out)]
    right = [
        predictions.classes(answer, len(answer), "The reference") == labels.ravel()
        for answer, labels in zip(answers, (split.y_train, split.y_held_out), strict=True)
    ]
    scores = [predictions.scores(answer, len(answer)) for answer in answers]
    return Correct(*right), predictions.losses_of(scores[0], split.y_train, scores[1], split.y_held_out)


def _value(check: BandedCheck, models: list[tuple[Correct, Losses | None]]) -> float:
    first, losses = models[0]
    if not isinstance(check, OverfittingCheck):
        return mean(first.held_out).value
    if check.less_than is None:
        return gap(first).value
    other_losses = models[1][1]
    if losses is None or other_losses is None:
        raise UsageError(f"The references of '{check.name}' must return scores of classes, not only classes.")
    return relative_reduction(losses, other_losses).value


def _sentence(check: BandedCheck, split: Split, kind: str, values: list[float]) -> str:
    deviation = f", deviation: {np.std(values, ddof=1):.4f}" if len(values) > 1 else ""
    spread = f"{{seeds: {len(values)}, mean: {np.mean(values):.4f}{deviation}}}"
    lines = [f"{check.name}, {split.name} ({kind}): {spread}"]
    stated_spread = check.spread.get(kind)  # type: ignore[call-overload]
    if stated_spread is not None:
        bands = ", ".join(
            f"{100 * share:g} % from {value:.4f}" for value, share in predictions.thresholds(check, split)
        )
        lines.append(
            f"  stated {{seeds: {stated_spread.seeds}, mean: {stated_spread.mean}, deviation: {stated_spread.deviation}}}; points: {bands}"
        )
    return "\n".join(lines)
