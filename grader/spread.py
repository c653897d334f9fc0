"""Trains the reference over many seeds: what the bands of an assignment's trained checks come from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from . import datasets
from .assignment import Assignment
from .assignment.checks import BandedCheck, OverfittingCheck
from .checks import trained
from .datasets import Split
from .oracle import Oracle
from .statistics import Correct, gap, gap_reduction, mean

FEWEST = 10  # seeds that an assignment may state a spread of


def measure(assignment: Assignment, oracle: Oracle, folder: Path | None, seeds: int | None) -> Iterator[str]:
    """Yield a sentence for each trained check: what the reference reaches over ``seeds`` (None: as many as stated).

    Each function of the reference is trained once a seed, for all the checks that name it.
    """
    checks = [check for check in assignment.content.checks if isinstance(check, BandedCheck) and check.reference]
    models: dict[tuple[str, str, int], Correct] = {}
    for check in checks:
        budget = assignment.content.datasets[check.dataset]
        split = datasets.split(datasets.load(check.dataset, folder), budget.training, budget.held_out)
        kind = "stand-in" if split.stand_in else "real"
        stated = check.spread.get(kind)  # type: ignore[call-overload]
        count = seeds or (stated.seeds if stated else FEWEST)
        reached = []
        for seed in range(count):
            for function in check.reference:
                if (function, check.dataset, seed) not in models:
                    models[function, check.dataset, seed] = _train(oracle.live(function), split, seed)
            reached.append(_value(check, [models[name, check.dataset, seed] for name in check.reference]))
        yield _sentence(check, split, kind, reached)


def _train(function: Any, split: Split, seed: int) -> Correct:
    predict = function(split.x_train, split.y_train.ravel(), seed)
    right = [
        trained.classes(np.asarray(predict(images)), len(images), "The reference") == labels.ravel()
        for images, labels in ((split.x_train, split.y_train), (split.x_held_out, split.y_held_out))
    ]
    return Correct(*right)


def _value(check: BandedCheck, models: list[Correct]) -> float:
    if not isinstance(check, OverfittingCheck):
        return mean(models[0].held_out).value
    return gap(models[0]).value if check.less_than is None else gap_reduction(models[0], models[1]).value


def _sentence(check: BandedCheck, split: Split, kind: str, reached: list[float]) -> str:
    deviation = f", deviation: {np.std(reached, ddof=1):.4f}" if len(reached) > 1 else ""
    spread = f"{{seeds: {len(reached)}, mean: {np.mean(reached):.4f}{deviation}}}"
    lines = [f"{check.name}, {split.name} ({kind}): {spread}"]
    stated = check.spread.get(kind)  # type: ignore[call-overload]
    if stated is not None:
        bands = ", ".join(f"{100 * share:g} % from {value:.4f}" for value, share in trained.thresholds(check, split))
        lines.append(
            f"  stated {{seeds: {stated.seeds}, mean: {stated.mean}, deviation: {stated.deviation}}}; points: {bands}"
        )
    return "\n".join(lines)
