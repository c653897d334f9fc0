"""Plans calls that are made in several rounds inside the worker, if the way of all their arguments and results is plain.

It is plain if each argument is an input or an array of an earlier answer, unchanged and perhaps in a list, tuple or
dictionary, and if each result is an array at the same place in what a function returns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..sandbox.calls import RoundCall, Rounds
from . import result_places
from .answers import BoundAnswer, PreparedCall
from .result_places import Path


def rounds_of(
    calls: Sequence[tuple[PreparedCall, BoundAnswer]], values: Mapping[str, Any], count: int
) -> Rounds | None:
    """Return ``count`` rounds of prepared calls, each with the answer of an equal call; None if their way is not plain.

    ``values`` are all inputs and results before the first round, by name; the arguments of the calls are among them.
    """
    names = _Names(values)
    planned = []
    for prepared, answer in calls:
        call = prepared.call
        if call.instance is not None or call.then is not None or call.seed is not None or call.supply:
            return None
        try:
            positional = [names.argument(item) for item in call.positional]
            keywords = {name: names.argument(item) for name, item in call.keywords.items()}
            results = {name: _path(answer, name) for name in answer.values}
        except LookupError:
            return None
        planned.append(RoundCall(call.function, positional, keywords, results))
    seconds = [prepared.call.seconds for prepared, _answer in calls]
    return Rounds(planned, count, names.used, None if None in seconds else min(filter(None, seconds)))


class _Names:
    """Finds the name of each argument, and collects the values that are arguments."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._names = {id(value): name for name, value in values.items() if isinstance(value, np.ndarray)}
        self.used: dict[str, Any] = {}

    def argument(self, value: Any) -> Any:
        """Return an argument as :mod:`grader.worker.rounds` describes it; raises LookupError for an unknown array."""
        if isinstance(value, np.ndarray):
            name = self._names[id(value)]
        elif isinstance(value, dict):
            return {"dict": {key: self.argument(item) for key, item in value.items()}}
        elif isinstance(value, list | tuple):
            return {type(value).__name__: [self.argument(item) for item in value]}
        else:
            name = f"={len(self.used)}"  # not the name of a value
        self.used[name] = value
        return name


def _path(answer: BoundAnswer, name: str) -> Path:
    """Return the path to a result in the returned value; raises LookupError if the result is not an array in it."""
    result = answer.values[name]
    if isinstance(result, np.ndarray):
        for path, part in result_places.parts(answer.raw.value):
            if part is result:
                return path
    raise LookupError
