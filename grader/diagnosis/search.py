"""Finds the mutations that reproduce a submission's numbers, one mutation or two at once.

They must reproduce all results of all cases, so that they explain the numbers and are not a guess.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..assignment.formulas import Formula
from ..expected.mutant import Mutant
from ..expected.mutations import Mutations
from . import generated
from .catalogue import general_name
from .samples import Sample, alike, are_same

NOTHING = 1e-9  # of the correct number: a smaller unknown changes nothing
ENOUGH = 3  # numbers to find one number from them, and to confirm it
IGNORED = "argument-ignored"
ANOTHER_NUMBER = "another-constant"
LEAST_TELLING = "another-quantity"
MOST_NAMES = 3  # of bugs with the same numbers
ANY = 0.37  # any value for an unknown, to see which results it changes


@dataclass(frozen=True)
class Explanation:
    """Mutations that together give the answered numbers; ``factor`` is that of the convention."""

    mutants: tuple[Mutant, ...]
    factor: float

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the bugs without accepted conventions, each once; a kind of bug that has another one's general name is that one."""
        names = dict.fromkeys(mutant.bug.name for mutant in self.mutants if not mutant.bug.accepted)
        return tuple(name for name in names if general_name(name) == name or general_name(name) not in names)

    @property
    def size(self) -> int:
        """Return the number of changes of generated mutants; a declared bug has none."""
        return sum(len(mutant.changes) for mutant in self.mutants)


@dataclass(frozen=True)
class _Alone:
    """The effect of one mutant on the first case: the results that it changes, and the results that then equal the answers."""

    mutant: Mutant
    changed: frozenset[str]
    agreeing: frozenset[str]


def explanations(
    mutations: Mutations,
    function: str,
    samples: Sequence[Sample],
    factors: Sequence[float],
) -> list[Explanation]:
    """Return all simplest explanations; empty if no mutation matches.

    ``factors`` are those of the accepted conventions, including 1.
    """
    says_nothing = _is_one_number_everywhere(samples)
    for factor in factors:
        samples = _wrong_first(samples, factor)
        fixed_effects, fitted_effects = _alone(mutations, function, samples[0], factor)
        one = (
            _singles(fixed_effects, samples[0]),
            _singles(fitted_effects, samples[0]),
            generated.singles(mutations, function, samples[0], factor),
            _singles(_fitted(mutations, function, samples, factor), samples[0]),
            generated.of_one_kind(mutations, function, samples[0], factor),
        )
        two = (
            _on_conventions(mutations, function, samples[0], factor),
            _pairs(fixed_effects, fixed_effects, samples[0]),
            _pairs(fixed_effects, fitted_effects, samples[0]),
            _on_top(mutations, function, fixed_effects, samples[0], factor),
        )
        # A divisor of 5 is one bug, not a divisor of 10 together with a factor of 2.
        for candidates in one if _only_zeros(samples[0], factor) else (*one, *two):
            matches = [
                Explanation(mutants, factor)
                for mutants in candidates
                if not all(mutant.bug.accepted for mutant in mutants)
                and not any(_ignores_a_default(mutations, function, samples, mutant) for mutant in mutants)
                and not (says_nothing and any(_is_another_number(mutant) for mutant in mutants))
                and reproduces(mutations, function, samples, mutants, factor)
            ]
            if matches:
                most_names = 1 if all(_only_zeros(sample, factor) for sample in samples) else MOST_NAMES
                return _simplest(_of_this_shape(mutations, function, samples[0], matches), most_names)
    return _of_used_functions(mutations, function, samples)


def declared(mutations: Mutations, function: str, samples: Sequence[Sample]) -> list[Explanation]:
    """Return the explanations by one declared mutation without an unknown; empty if too many bugs explain the answers."""
    matches = [
        Explanation((mutant,), 1.0)
        for mutant in mutations.of(function)
        if mutant.bug.unknown is None
        and not mutant.bug.accepted
        and reproduces(mutations, function, samples, [mutant], 1.0)
    ]
    simplest = _simplest(matches) if matches else []
    return simplest if len(simplest) <= MOST_NAMES else []


def generated_pairs(
    mutations: Mutations, function: str, samples: Sequence[Sample], factors: Sequence[float]
) -> list[Explanation]:
    """Return the explanations by two generated mutants; empty if no pair explains them, or if the pairs have too many names."""
    for factor in factors:
        samples = _wrong_first(samples, factor)
        if _only_zeros(samples[0], factor):
            continue
        matches = [
            Explanation(mutants, factor)
            for mutants in generated.pairs(mutations, function, samples[0], factor)
            if reproduces(mutations, function, samples, mutants, factor)
        ]
        for one, other in [match.mutants for match in matches]:
            same = [generated.equal(mutations, function, samples[0], mutant) for mutant in (one, other)]
            for mutants in itertools.product([one, *same[0]], [other, *same[1]]):
                if mutants != (one, other) and reproduces(mutations, function, samples, mutants, factor):
                    matches.append(Explanation(mutants, factor))
        if matches:
            return _simplest(matches)
    return []


def generated_singles(mutations: Mutations, function: str, samples: Sequence[Sample]) -> list[Explanation]:
    """Return the explanations by one generated mutant without an unknown; empty if none or too many names explain the answers."""
    matches = [
        Explanation(mutants, 1.0)
        for mutants in generated.singles(mutations, function, samples[0], 1.0)
        if reproduces(mutations, function, samples, mutants, 1.0)
    ]
    return _simplest(matches) if matches else []


def single(mutations: Mutations, function: str, samples: Sequence[Sample]) -> Mutant | None:
    """Return one mutant without an unknown that alone gives all answers, or None. Declared ones come first."""
    ordered = _wrong_first(samples, 1.0)
    declared = ((mutant,) for mutant in mutations.of(function) if mutant.bug.unknown is None)  # conventions as well
    candidates = itertools.chain(declared, generated.singles(mutations, function, ordered[0], 1.0))
    return next((one for (one,) in candidates if reproduces(mutations, function, ordered, [one], 1.0)), None)


def _of_used_functions(mutations: Mutations, function: str, samples: Sequence[Sample]) -> list[Explanation]:
    """Return explanations by one mutation of a function that ``function`` uses.

    A training loop may compute the gradients itself, so that they are wrong only there.
    """
    if not mutations.is_program(function):
        return []
    effects = [
        effect
        for mutant in mutations.of_used(function)
        if mutant.bug.unknown is None
        and (effect := _effect(mutations, function, mutant, samples[0], 1.0)) is not None
        and effect.changed
    ]
    matches = [
        Explanation(mutants, 1.0)
        for mutants in _singles(effects, samples[0])
        if reproduces(mutations, function, samples, mutants, 1.0)
    ]
    return _simplest(matches) if matches else []


def _ignores_a_default(mutations: Mutations, function: str, samples: Sequence[Sample], mutant: Mutant) -> bool:
    """True if a number takes the place of an argument that has its default in all cases: another factor would look the same."""
    if mutant.bug.name != IGNORED or not mutant.changes:
        return False
    name, defaults = mutant.changes[0].before, mutations.defaults(function)
    return name in defaults and all(sample.inputs.get(name) == defaults[name] for sample in samples)


def _is_another_number(mutant: Mutant) -> bool:
    """True if a generated mutant has another number than the formula."""
    return mutant.is_generated and (mutant.bug.name == ANOTHER_NUMBER or bool(mutant.constants))


def _wrong_first(samples: Sequence[Sample], factor: float) -> list[Sample]:
    return sorted(samples, key=lambda sample: sample.is_right(factor))


def _fitted(mutations: Mutations, function: str, samples: Sequence[Sample], factor: float) -> Iterator[_Alone]:
    """Yield the effects of generated mutants whose unknown number was found, if several numbers depend on it."""
    for mutant in mutations.generated(function):
        if mutant.bug.unknown is None:
            continue
        completed = _with_unknown(mutations, function, mutant, samples[0], factor)
        effect = _effect(mutations, function, completed, samples[0], factor) if completed is not None else None
        if effect is not None:
            changed_names = effect.changed & samples[0].answered.keys()
            if sum(np.size(sample.answered[name]) for sample in samples for name in changed_names) >= ENOUGH:
                yield effect


def _is_one_number_everywhere(samples: Sequence[Sample]) -> bool:
    """True if all answers of several cases are the same number, which says nothing about the numbers of the formula."""
    arrays = [np.ravel(array) for sample in samples for array in sample.answered.values()]
    return len(samples) > 1 and all(array.size == 1 and array[0] == arrays[0][0] for array in arrays)


def _only_zeros(sample: Sample, factor: float) -> bool:
    """True if all wrong results are zero, since many pairs of bugs turn everything into zeros."""
    wrong = sample.answered.keys() - sample.agreeing(sample.right, factor)
    return not any(sample.answered[name].any() for name in wrong)


def changed_results(mutations: Mutations, function: str, mutant: Mutant, sample: Sample) -> list[str]:
    """Return the results that a mutant alone changes, in the order of the computation."""
    values = results(mutations, function, [mutant], sample.inputs)
    if values is None:
        return []
    return [
        name
        for name in mutations.order(function)
        if name in sample.right and not are_same(values[name], sample.right[name])
    ]


def _alone(mutations: Mutations, function: str, sample: Sample, factor: float) -> tuple[list[_Alone], list[_Alone]]:
    """Return the effects of single mutants: those without an unknown, and those whose unknown was found."""
    fixed_effects, fitted_effects = [], []
    for mutant in mutations.of(function):
        if mutant.bug.unknown is not None:
            completed = _with_unknown(mutations, function, mutant, sample, factor)
            if (
                completed is not None
                and (effect := _effect(mutations, function, completed, sample, factor)) is not None
            ):
                fitted_effects.append(effect)
        elif (effect := _effect(mutations, function, mutant, sample, factor)) is not None:
            fixed_effects.append(effect)
    return fixed_effects, fitted_effects


def _effect(mutations: Mutations, function: str, mutant: Mutant, sample: Sample, factor: float) -> _Alone | None:
    values = results(mutations, function, [mutant], sample.inputs)
    if values is None:
        return None
    changed_names = frozenset(name for name in sample.right if not are_same(values[name], sample.right[name]))
    # A mutant that changes nothing here may still change something in another case or together with another mutant.
    return _Alone(mutant, changed_names, frozenset(sample.agreeing(values, factor)))


def _on_conventions(mutations: Mutations, function: str, sample: Sample, factor: float) -> Iterator[tuple[Mutant, ...]]:
    """Yield an accepted convention together with a generated mutant that changes the results in this convention."""
    accepted = [mutant for mutant in mutations.of(function) if mutant.bug.accepted and not mutant.bug.mutation]
    for convention, mutant in itertools.product(accepted, mutations.generated(function) if accepted else ()):
        if mutant.bug.unknown is None and mutant.program is None:
            values = results(mutations, function, [convention, mutant], sample.inputs)
            if values is not None and sample.agreeing(values, factor) >= sample.answered.keys():
                yield (convention, mutant)


def _singles(effects: Iterable[_Alone], sample: Sample) -> Iterator[tuple[Mutant, ...]]:
    for effect in effects:
        if effect.agreeing >= sample.answered.keys():
            yield (effect.mutant,)


def _on_top(
    mutations: Mutations, function: str, fixed_effects: Sequence[_Alone], sample: Sample, factor: float
) -> Iterator[tuple[Mutant, ...]]:
    """Yield a mutant with an unknown together with one that changes the result from which the unknown is computed."""
    for mutant in mutations.of(function):
        if mutant.bug.unknown is None:
            continue
        affected_names = changed_results(mutations, function, mutant.with_constant(ANY), sample)
        unaffected_names = sample.answered.keys() - set(affected_names)
        for one in fixed_effects:
            if not affected_names or affected_names[0] not in one.changed or not unaffected_names <= one.agreeing:
                continue
            if one.mutant.steps.keys() & mutant.steps.keys():
                continue
            completed = _with_unknown(mutations, function, mutant, sample, factor, one.mutant)
            if completed is not None:
                yield (completed, one.mutant)


def _pairs(first: Sequence[_Alone], second: Sequence[_Alone], sample: Sample) -> Iterator[tuple[Mutant, ...]]:
    """Yield pairs that may reproduce the answers: a result that only one of them changes must be right with that one alone."""
    every = sample.answered.keys()
    pairs = itertools.combinations(first, 2) if first is second else itertools.product(first, second)
    for one, other in pairs:
        both = one.changed & other.changed
        if not (every - both - other.changed <= one.agreeing and every - both - one.changed <= other.agreeing):
            continue
        if not (one.changed and other.changed):
            continue
        if one.mutant.bug.options.keys() & other.mutant.bug.options.keys():
            continue
        if one.mutant.bug.options or not one.mutant.replaced & other.mutant.steps.keys():
            yield (one.mutant, other.mutant)
        elif not other.mutant.replaced & one.mutant.steps.keys():
            yield (other.mutant, one.mutant)


def reproduces(
    mutations: Mutations, function: str, samples: Sequence[Sample], mutants: Sequence[Mutant], factor: float
) -> bool:
    """True if these mutants together give all answers of all cases."""
    is_shown = False
    for sample in samples:
        if _agrees(mutations, function, sample, mutants, factor):
            is_shown = True
        elif not sample.is_right(factor):
            return False
        elif _fits(results(mutations, function, mutants, sample.inputs), sample):
            return False  # an answer may be correct only if the mutation cannot give arrays of this shape
    return is_shown


def _agrees(mutations: Mutations, function: str, sample: Sample, mutants: Sequence[Mutant], factor: float) -> bool:
    """True if the mutants give all answers of one case. For most mutants the first result already differs."""
    if len(mutants) == 1:
        values = results(mutations, function, mutants, sample.inputs)
        return values is not None and all(sample.agrees(name, values[name], factor) for name in sample.answered)
    try:
        with np.errstate(all="ignore"):
            return all(
                sample.agrees(name, value, factor)
                for name, value in mutations.each_result(function, mutants, dict(sample.inputs))
                if name in sample.answered
            )
    except Exception:  # its arrays do not fit here
        return False


def _fits(values: Mapping[str, Any] | None, sample: Sample) -> bool:
    return values is not None and all(
        np.size(values[name]) == 1 or np.squeeze(values[name]).shape == np.squeeze(right).shape
        for name, right in sample.right.items()
    )


def _with_unknown(
    mutations: Mutations, function: str, mutant: Mutant, sample: Sample, factor: float, *beside: Mutant
) -> Mutant | None:
    """Return the mutant with the number that reproduces the first result that depends on it, or None.

    The first result must depend on the number linearly; later results may depend on it in any way.
    """
    solution: float | None = None
    with np.errstate(all="ignore"):
        try:
            for (name, low), (_, high) in zip(
                *(
                    mutations.each_result(function, [mutant.with_constant(value), *beside], dict(sample.inputs))
                    for value in (0.0, 1.0)
                ),
                strict=True,
            ):
                if name not in sample.answered or name == sample.history or alike(low, high):
                    continue
                solution = _solution(low, high, sample.answered[name].astype(np.float64) / factor)
                break
        except Exception:  # its arrays do not fit here
            return None
    if solution is None or abs(solution) <= NOTHING or not _is_allowed(mutant, solution):
        return None
    return mutant.with_constant(solution)


def _solution(low: Any, high: Any, answer: Any) -> float | None:
    """Return the least-squares solution c of low + c * (high - low) = answer; None if the shapes differ."""
    start, slope, rest = np.ravel(low), np.ravel(high - low), np.ravel(answer)
    if rest.size != slope.size or not (np.isfinite(rest).all() and np.isfinite(slope).all()):
        return None
    return float((rest - start) @ slope / (slope @ slope))


def _is_allowed(mutant: Mutant, value: float) -> bool:
    if mutant.bug.only_if is None:
        return True
    with np.errstate(all="ignore"):
        return bool(Formula(mutant.bug.only_if)({str(mutant.bug.unknown): np.float64(value)}))


def results(
    mutations: Mutations, function: str, mutants: Sequence[Mutant], inputs: dict[str, Any]
) -> dict[str, Any] | None:
    """Return the results with these mutations; None if they cannot be computed, such as a missing transpose for most sizes."""
    return mutations.known_results(function, mutants, inputs)


def _of_this_shape(
    mutations: Mutations, function: str, sample: Sample, matches: Sequence[Explanation]
) -> Sequence[Explanation]:
    """Return the explanations that give arrays of the answered shapes, all if none does: one number equals an array that repeats it."""

    def has_the_shape(explanation: Explanation) -> bool:
        values = results(mutations, function, explanation.mutants, sample.inputs) or {}
        return all(np.squeeze(values[name]).shape == np.squeeze(array).shape for name, array in sample.answered.items())

    return [match for match in matches if has_the_shape(match)] or matches


def _simplest(matches: Sequence[Explanation], most_names: int = MOST_NAMES) -> list[Explanation]:
    """Return the explanations with the fewest bug names, one for each set of names, those with the fewest changes first.

    Of equal ones, those come last that only say that there is something else.
    An empty list if generated mutants with many names explain the numbers, since one of these names would be a guess.
    """
    by_names: dict[frozenset[str], Explanation] = {}
    for item in sorted(matches, key=lambda item: (item.size, LEAST_TELLING in item.names)):
        by_names.setdefault(frozenset(item.names), item)
    fewest = min(len(names) for names in by_names)
    simplest = [item for names, item in by_names.items() if len(names) == fewest]
    is_guess = len(simplest) > most_names and any(mutant.is_generated for item in simplest for mutant in item.mutants)
    return [] if is_guess else simplest
