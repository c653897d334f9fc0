"""``arguments_unchanged``: functions leave the arrays that they are given as they were."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..assignment import ArgumentsUnchangedCheck
from .context import Context, Outcome


def run(check: ArgumentsUnchangedCheck, context: Context) -> Outcome:
    """Call each function once and look at its arguments afterwards."""
    changed: dict[str, list[str]] = {}
    for function in check.functions_called:
        for case in context.cases([check.probe]):
            after = context.ask(function, case.inputs, give_back=True).arguments
            names = [name for name, now in after.items() if not _same(case.inputs.get(name), now)]
            if names:
                changed[function] = names
    if not changed:
        return Outcome(1.0, "No function changes its arguments.")
    sentence = "; ".join(f"`{function}` changes {', '.join(names)} in place" for function, names in changed.items())
    return Outcome(
        0.0,
        f"{sentence}: the caller's arrays are lost. Work on a copy, or write a = a - b for a -= b.",
        {"changed": changed},
    )


def _same(before: Any, now: Any) -> bool:
    if not isinstance(before, np.ndarray):
        return True
    return isinstance(now, np.ndarray) and now.shape == before.shape and np.array_equal(now, before)
