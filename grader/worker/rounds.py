"""Makes the same calls in several rounds, each call with the results of those before it, which do not leave the worker.

The calls of a round are ::

    {"function": "update", "positional": [...], "keywords": {...}, "results": {"w": [0], "b": [1]}}

An argument is the name of a value, or ``{"list": [...]}``, ``{"tuple": [...]}`` or ``{"dict": {...}}`` with arguments in it.
Each result has the path that leads to it in what the function returns: indices and keys. It is an array, and is the value
of its name from then on.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def run(namespace: dict[str, Any], plan: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Return the results of the last call by name; raises TypeError if a result is not an array.

    A function gets copies of all arrays, as if they had come from the grader.
    """
    results: dict[str, Any] = {}
    for _round in range(plan["rounds"]):
        for call in plan["calls"]:
            positional = [_argument(item, values) for item in call["positional"]]
            keywords = {name: _argument(item, values) for name, item in call["keywords"].items()}
            answer = namespace[call["function"]](*positional, **keywords)
            results = {name: _array(answer, path) for name, path in call["results"].items()}
            values |= results
    return results


def _argument(item: Any, values: dict[str, Any]) -> Any:
    if isinstance(item, str):
        value = values[item]
        return value.copy() if isinstance(value, np.ndarray) else value
    [(kind, items)] = item.items()
    if kind == "dict":
        return {key: _argument(each, values) for key, each in items.items()}
    return (tuple if kind == "tuple" else list)([_argument(each, values) for each in items])


def _array(answer: Any, path: list[int | str]) -> np.ndarray[Any, Any]:
    for step in path:
        answer = getattr(answer, str(step)) if hasattr(answer, "_asdict") else answer[step]
    if type(answer) is not np.ndarray:
        raise TypeError("a result is not an array")
    return answer.copy()
