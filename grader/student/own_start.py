"""A training function that initialises parameters itself, and the arguments with which it is called then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..assignment.spec import AssignmentSpec
from ..sandbox.calls import SubmittedFunction
from ..support.similar_names import normal
from . import classes, signatures

SEED = 1  # of every call of a function that initialises parameters itself


@dataclass(frozen=True)
class OwnStart:
    """The parameters that a function initialises itself; it is called without them.

    ``is_continuing`` is True if its random numbers continue from call to call: each call then needs a new worker.
    """

    parameters: frozenset[str] = frozenset()
    is_continuing: bool = False


TAKES_ALL = OwnStart()


def arguments(
    content: AssignmentSpec, target: SubmittedFunction, own_start: OwnStart, laid_out: Mapping[str, Any]
) -> dict[str, Any]:
    """Return ``laid_out`` without the parameters of ``own_start``, and with sizes for the further parameters of ``target``."""
    unknown = unknown_parameters(content, target, laid_out)
    sizes = classes.sized(unknown, classes.layer_sizes(content, dict(laid_out)))
    return {name: value for name, value in laid_out.items() if name not in own_start.parameters} | sizes


def unknown_parameters(content: AssignmentSpec, target: SubmittedFunction, names: Iterable[str]) -> list[str]:
    """Return the required parameters of ``target`` that are not among ``names``."""
    bound = signatures.match([name for name, _, _ in target.parameters], names, content.aliases)
    required = [name for name, kind, default in target.parameters if not default and not kind.startswith("VAR_")]
    return [name for name in required if name not in bound and normal(name) not in signatures.SWITCHES]
