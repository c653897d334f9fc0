"""The training of a small network in this process, as the diagnosis asks it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from grader.assignment import load
from grader.checks.tools.small_network import SmallNetwork
from grader.expected.mutations import Mutations

EXERCISE = "gates"
TRAINED = "xor"
_mutations: list[Mutations] = []


class InThisProcess(SmallNetwork):
    """A small network whose functions are those of a source."""

    program: dict[str, Any]

    def outputs(self, seed, changes, rows=None):
        rows = self.rows if rows is None else rows
        return np.asarray(self.program["predict"](self._trained(seed, changes), rows), dtype=float).ravel()

    def forms(self, seed, changes):
        trained = self._trained(seed, changes)
        return trained if isinstance(trained, list | tuple | dict) else vars(trained)

    def _trained(self, seed, changes):
        values = {n: np.array(v, dtype=float) if isinstance(v, list) else v for n, v in changes.items()}
        return self.program["train_gate"](**{**self.inputs, **values, "seed": seed})


def small_network(source: str, check: str = TRAINED) -> InThisProcess:
    """Return the training of a source, with the inputs of a check of ``gates``."""
    assignment = load(EXERCISE)
    if not _mutations:
        _mutations.append(Mutations(assignment))
    context = SimpleNamespace(
        content=assignment.content, mutations=_mutations[0], generator=lambda purpose: np.random.default_rng(1)
    )
    spec = next(item for item in assignment.content.checks if item.name == check)
    inputs = {n: np.array(v, dtype=float) if isinstance(v, list) else v for n, v in spec.inputs.items()}
    network = InThisProcess(
        context, "train_gate", "predict", inputs, "seed", "X", [1, 2, 3, 4, 5], spec.network, spec.matters
    )
    program: dict[str, Any] = {}
    exec(source, program)
    object.__setattr__(network, "program", program)
    return network
