"""Answers requests of the grader for variables, figures and training of a loaded submission."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import figures, models, recording

Namespace = dict[str, Any]


def variables(namespace: Namespace, names: list[str], rows: int) -> dict[str, Any]:
    """Return {name: {"type", "length", "value"}} of variables; arrays are cut after ``rows`` entries.

    The value of a Keras History is its dict of lists, the value of a Keras model its description.
    """
    return {name: _describe(namespace[name], rows) for name in names if name in namespace}


def describe_figures() -> list[dict[str, Any]]:
    """Return a description of each figure."""
    return figures.describe_all()


def describe_training(namespace: Namespace) -> list[dict[str, Any]]:
    """Return the recorded calls to fit, evaluate and predict."""
    return recording.records(namespace, models.describe)


def _describe(value: Any, rows: int) -> dict[str, Any]:
    described: dict[str, Any] = {"type": type(value).__name__[:80]}
    if models.is_model(value):
        return {**described, "model": True, "value": models.describe(value)}
    if not isinstance(value, dict) and isinstance(getattr(value, "history", None), dict):
        value = value.history
    if isinstance(value, dict):  # for example label: name; only strings can be keys on the channel
        value = {_key(key): _entry(item) for key, item in list(value.items())}
    value = _plain(value)
    if hasattr(value, "__array__") and not isinstance(value, np.ndarray | np.generic):
        value = np.asarray(value)  # a tensor, a column of a table
    value = _plain(value)
    if isinstance(value, list | tuple) and value and all(isinstance(item, str) for item in value):
        value = [str(item) for item in value]  # also for NumPy's strings
    try:
        described["length"] = len(value)
    except TypeError:
        described["length"] = None
    return {**described, "value": value[:rows] if isinstance(value, np.ndarray) and value.ndim else value}


def _key(key: Any) -> str:
    """Return the key of a dict as text, with Python's numbers in the place of NumPy's."""
    if isinstance(key, tuple):
        key = tuple(item.item() if isinstance(item, np.generic) else item for item in key)
    return str(key)


def _entry(item: Any) -> Any:
    """Return an entry of a dict; the keys of a dict in a dict are texts as well."""
    return {_key(key): _plain(value) for key, value in [*item.items()]} if type(item) is dict else _plain(item)


def _plain(value: Any) -> Any:
    """Return a set or an array of texts as a list, since the channel has neither, and any other value unchanged."""
    if type(value) is np.ndarray and value.dtype.kind in "UO":
        return value.tolist()
    return list(value) if isinstance(value, set | frozenset) else value
