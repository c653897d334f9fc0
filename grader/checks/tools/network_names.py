"""Finds the name of a mistake in a network class: from its answers, or from weights that should be equal or different."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from ...assignment.sequences import ObjectSequence
from ...diagnosis import Findings, declared, find, findings_of_check
from ...diagnosis.samples import Sample
from ...expected.mutant import Mutant
from ..context import Context
from . import network_mistakes

CLASSES = (0, 1)


def of_answers(
    context: Context, function: str, samples: Sequence[Sample], carried: Sequence[Mutant] = ()
) -> Findings | None:
    """Return the mistake that explains all answers, alone or together with an accepted convention; None without one.

    ``carried`` are mistakes of other functions, see :mod:`network_mistakes`. Classes 0 and 1 tell little, because many mistakes give the other class: only a declared mistake explains them.
    """
    if all(np.isin(right, CLASSES).all() for sample in samples for right in sample.right.values()):
        findings = declared(context.mutations, function, samples)
    else:
        findings = find(context.content, context.mutations, function, samples)
    return findings or network_mistakes.with_convention(context.mutations, function, samples, carried)


def of_same_weights(
    sequence: ObjectSequence, one: str, other: str, begin_alike: bool, is_trained: bool
) -> Findings | None:
    """Return the mistake if all weights of two objects are equal after the calls, but should not be; None if it is not clear.

    Either one argument of the constructor has no effect, or one further method that was called. ``begin_alike`` says that the
    weights were equal before the calls, and ``is_trained`` that calls changed them: otherwise the training may have no effect.
    """
    if not begin_alike:
        return None
    first, second = sequence.objects[one], sequence.objects[other]
    differing = [name for name in first.arguments if first.arguments[name] != second.arguments.get(name)]
    calls = [Counter(call.method for call in sequence.calls if call.on == name) for name in (one, other)]
    further = [*((calls[0] - calls[1]) + (calls[1] - calls[0])).elements()]
    if len(differing) == 1:
        return findings_of_check("argument-ignored", differing[0]).of(first.class_name)
    if not differing and len(further) == 1 and is_trained:
        return findings_of_check("state-not-reset", f"{first.class_name}.{further[0]}")
    return None
