"""A space of inputs like that of a layer of neurons, for the tests of the search."""

from __future__ import annotations

import numpy as np

from grader.assignment.probes import RandomInput
from grader.smallest.axes import axes_of
from grader.smallest.candidates import Space
from grader.smallest.domains import domain_of

DECLARED = {
    "X": RandomInput(random="normal", shape=[7, 3]),
    "y": RandomInput(random="choice", values=[0, 1], shape=[7]),
    "w": RandomInput(random="normal", shape=[3]),
    "b": RandomInput(random="normal"),
    "m": 7,
}


def space(declared=DECLARED, **values):
    """Return the space of a case with random values; ``values`` replace some of them."""
    random = np.random.RandomState(5)
    case = {}
    for name, item in declared.items():
        if name in values or not isinstance(item, RandomInput):
            case[name] = values.get(name, item)
        elif item.random == "normal":
            case[name] = random.standard_normal(item.shape) if item.shape else np.float64(random.standard_normal())
        else:
            case[name] = random.choice(np.array(item.values), item.shape)
    domains = {name: domain_of(item) for name, item in declared.items()}
    axes = axes_of(case, declared)
    return Space(case, domains, axes, list(axes.lengths))
