"""One mistake counts once: a later function is judged by the consequences of the submission's own earlier ones.

Examiners call this "error carried forward". If a function failed in its own check, functions that use it give other
numbers than the reference. The assignment's ``steps`` are then computed with the submission's own function instead of
the correct one, and a later function that agrees with this contains no further mistake.

The submission is called only with inputs, never with an expected result. A training loop needs hundreds of such calls. If
a declared mutation gives all answers of the own function, the loop is first compared with this mutation, without calls:
an agreement proves that it contains no further mistake. Two conditions prevent functions that do
nothing from earning points for each other: a result that should vary must vary, and training must change every parameter
and lower the correct cost.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from ...assignment.base import Tolerance
from ...assignment.check import ProbedCheck
from ...expected.mutant import Mutant
from ...expected.probes import Case, ProbeInputs, digest_of
from ...judging.compare import Comparison, all_agree, compare_results
from ...student.answers import PlannedCall
from ...student.signatures import names_of_epochs_and_rate
from ...support import arrays
from ...support.errors import NotGradable
from ...support.i18n import _, joined
from ..context import Context
from ..outcome import Verdict
from . import explaining
from .attempts import Chained, Probed, Tried

Values = dict[str, Any]
Way = Callable[[Values], Values | None]
ALONG = 1 - 1e-6  # the cosine between two steps in the same direction
MOST_CALLS = 5000  # of the submission's functions for one case
MOST_ENTRIES = 10_000  # of the arguments of a call whose results are kept


class _Unusable(Exception):
    """The submission's own function returns values that cannot be used for computing."""


def of_tried(check: Probed, context: Context, function: str, attempt: Tried) -> Tried:
    """Return the attempt judged by the consequences of the submission's own functions, if that is better."""
    own = mistaken(context, function)
    if attempt.verdict.share == 1 or not own:
        return attempt
    followed = [carried(context, function, case.inputs) for case in attempt.cases]
    if any(values is None for values in followed):
        return attempt
    right = [context.mutations.results(function, [], case.inputs) for case in attempt.cases]
    names = [name for name in attempt.expected[0] if _is_telling(name, followed, right)]
    best = attempt
    for factor in context.content.functions[function].factors:
        expected = [
            {**judged, **context.student.layout.turned({name: factor * values[name] for name in names})}
            for judged, values in zip(attempt.expected, followed, strict=True)
            if values is not None
        ]
        verdict = Verdict(function, [*attempt.verdict.notes, note(context, own)], attempt.verdict.lists)
        for case, answered, expectation in zip(attempt.cases, attempt.answered, expected, strict=True):
            verdict.add(case.name, compare_results(answered, expectation, check.tolerance, inputs=case.inputs.values()))
        if verdict.share > best.verdict.share:
            best = Tried(verdict, attempt.fits, attempt.cases, attempt.answered, expected)
    return best


def of_attempts(check: Probed, context: Context, function: str, best: Tried) -> tuple[list[Tried], list[Tried]]:
    """Return those of ``best`` and its others with the largest share: as answered, and as judged by consequences."""
    attempted = [best, *best.others]
    judged = [of_tried(check, context, function, attempt) for attempt in attempted]
    share = max(attempt.verdict.share for attempt in judged)
    indices = [index for index, attempt in enumerate(judged) if attempt.verdict.share == share]
    return [attempted[index] for index in indices], [judged[index] for index in indices]


def of_training(
    check: ProbedCheck, context: Context, answers: Sequence[tuple[Case, Values, Values]], so_far: Verdict
) -> Verdict | None:
    """Return the verdict on a training loop by the consequences of the submission's own functions; None if it does not agree.

    ``answers`` are cases, expected results and answers; ``so_far`` has the accepted conventions. A loop whose single epoch
    is wrong has already lost points for that: here it must only repeat this epoch.
    """
    function = check.function
    own = {function} if function in context.log.mistaken_functions else mistaken(context, function)
    if not own:
        return None
    for way in ways(context, function, own):
        comparisons = _comparisons(check, context, answers, way)
        if comparisons == []:
            return None
        if comparisons is not None:
            verdict = Verdict(function, [*so_far.notes, note(context, own)], so_far.lists)
            for (case, _right, _answered), compared in zip(answers, comparisons, strict=True):
                verdict.add(case.name, compared)
            return verdict
    return None


def _comparisons(
    check: ProbedCheck, context: Context, answers: Sequence[tuple[Case, Values, Values]], way: Way
) -> list[dict[str, Comparison]] | None:
    """Return the comparisons of all cases with the results of ``way``; None if one does not agree, [] if it has not learned."""
    declared = context.content.functions[check.function]
    all_inputs = [declared.complete(case.inputs) for case, _right, _answered in answers]
    epochs, _rate = names_of_epochs_and_rate(declared.argument_names())
    comparisons: dict[int, dict[str, Comparison]] = {}
    # One case that does not agree is enough, so the cases with the fewest calls come first.
    for index in sorted(range(len(answers)), key=lambda index: float(all_inputs[index].get(epochs, 0))):
        _case, right, answered = answers[index]
        expected = way(all_inputs[index])
        if expected is None:
            return None
        comparisons[index] = compare_results(
            answered, expected, check.tolerance, declared.history, all_inputs[index].values()
        )
        if not all_agree(comparisons[index]):
            return None
        if not learns(context, check.function, all_inputs[index], right, expected, way):
            return []
    return [comparisons[index] for index in range(len(answers))]


def explain(context: Context, function: str, case: Case, right: Values, answered: Values) -> bool:
    """True if a training loop agrees with the submission's own functions, and learned during training."""
    history = context.content.functions[function].history
    for way in ways(context, function, mistaken(context, function)):
        followed = way(case.inputs)
        if followed is not None and all_agree(compare_results(answered, followed, Tolerance(), history)):
            return learns(context, function, case.inputs, right, followed, way)
    return False


def ways(context: Context, function: str, own: set[str]) -> Iterator[Way]:
    """Yield functions from inputs to the results of ``function`` with the wrong functions ``own``, the fastest first.

    The first one uses mutations, the last one calls the submission. The first one that agrees with the answers counts: the
    others can only give the same numbers. If ``function`` is one of its own wrong functions, it is only repeated for one
    epoch at a time.
    """
    mutants = explaining.mutants(context, own)
    if mutants and function in own:
        yield lambda inputs: _iterated(context, function, inputs, mutants)
    elif mutants and context.mutations.has_steps(function):
        yield lambda inputs: _mutated(context, function, inputs, mutants)
    if function in own:
        yield lambda inputs: _iterated(context, function, inputs)
    else:
        yield lambda inputs: carried(context, function, inputs)


def of_chain(check: Chained, context: Context, attempt: Tried) -> Tried:
    """Return the attempt judged by the consequences of the submission's own functions before the last, if it agrees.

    The last function of a chain makes the step; a mistake in it is not a consequence.
    """
    *before, last = check.functions_called
    own = (context.log.mistaken_functions & set(before)).union(
        *(mistaken(context, name) for name in check.functions_called)
    )
    if attempt.verdict.share == 1 or last in context.log.mistaken_functions or not own:
        return attempt
    factors = [context.content.functions[name].factors for name in check.functions_called]
    for combination in itertools.product(*factors):
        notes, lists = [*attempt.verdict.notes, note(context, own)], attempt.verdict.lists
        verdict = Verdict("`, `".join(check.functions_called), notes, lists)
        ends = []
        for case, right, answered in zip(attempt.cases, attempt.expected, attempt.answered, strict=True):
            end = _chained(context, check, case, own, combination)
            if end is None or not moves(case.inputs, context.student.layout.turned(right), end):
                return attempt
            ends.append(context.student.layout.turned(end))
            verdict.add(case.name, compare_results(answered, ends[-1], check.tolerance, inputs=case.inputs.values()))
        if verdict.share == 1:
            return Tried(verdict, attempt.fits, attempt.cases, attempt.answered, ends)
    return attempt


def mistaken(context: Context, function: str) -> set[str]:
    """Return the functions that ``function`` uses, directly or indirectly, and that do not give the numbers of the task.

    They failed in their own checks, or follow a convention that was accepted.
    """
    return context.mutations.uses_in_all(function) & {*context.log.mistaken_functions, *context.log.conventions}


def carried(context: Context, function: str, inputs: Values) -> Values | None:
    """Return the results of the steps of ``function`` with the submission's own wrong functions; None if that is impossible."""
    own = mistaken(context, function)
    if not own or not context.mutations.has_steps(function):
        return None
    inputs = context.content.functions[function].complete(inputs) | inputs
    calls = itertools.count()
    steps = context.mutations.with_own({name: _as_function(context, name, calls) for name in own})
    return _computed(lambda: steps.results(function, [], inputs))


def learns(context: Context, function: str, inputs: Values, right: Values, reached: Values, way: Way) -> bool:
    """True if training changes all parameters that the reference changes, and lowers the correct cost.

    The first epoch may also be a longer or shorter step along that of the reference: a sum in place of a mean is too long, and
    many such steps may diverge. ``way`` has led to the values ``reached``.
    """
    declared = context.content.functions[function]
    epochs, _rate = names_of_epochs_and_rate(declared.argument_names())
    if declared.history is None or not epochs:
        return moves(inputs, right, reached)
    start = {**declared.complete(inputs), epochs: 0}
    end = start | {name: value for name, value in reached.items() if name in start}
    costs = [_computed(partial(context.mutations.results, function, [], point)) for point in (start, end)]
    before, after = (float(values[declared.history][0]) if values else np.nan for values in costs)
    if not _moved(inputs, right, reached):
        return False
    if after < before:
        return True
    first_epoch = {**declared.complete(inputs), **inputs, epochs: 1}
    right_end = _computed(partial(context.mutations.results, function, [], first_epoch))
    own_end = reached if inputs.get(epochs) == 1 else way(first_epoch)
    return bool(right_end and own_end) and _along(first_epoch, right_end or {}, own_end or {}) > ALONG


def _moved(inputs: Values, right: Values, reached: Values) -> bool:
    """True if all parameters that the reference changes have changed."""
    parameters = [name for name in right if name in inputs]
    if any(np.size(reached[name]) != np.size(right[name]) for name in parameters):
        return False
    moved_by = [
        {name for name in parameters if (np.ravel(end[name]) != np.ravel(inputs[name])).any()}
        for end in (right, reached)
    ]
    return moved_by[0] <= moved_by[1]


def moves(inputs: Values, right: Values, reached: Values) -> bool:
    """True if a step changes the parameters that the reference changes, together in the reference's direction."""
    if not _moved(inputs, right, reached):
        return False
    return _along(inputs, right, reached) > 0


def _along(inputs: Values, right: Values, reached: Values) -> float:
    """Return the cosine between the steps of all parameters and those of the reference; NaN without a step."""
    names = [name for name in right if name in inputs]
    steps = [
        np.concatenate([np.ravel(end[name]).astype(np.float64) - np.ravel(inputs[name]) for name in names])
        for end in (right, reached)
    ]
    with np.errstate(all="ignore"):
        return float(steps[0] @ steps[1] / np.linalg.norm(steps[0]) / np.linalg.norm(steps[1]))


def note(context: Context, own: set[str]) -> str:
    """Return the sentence about the functions that were used for judging."""
    if own & context.log.mistaken_functions:
        sentence = _("Judged by the results of your own {functions}: a mistake counts once.")
    else:
        sentence = _("Judged by the results of your own {functions}, which follow an accepted convention.")
    return sentence.format(functions=joined(f"`{name}`" for name in sorted(own)))


def _is_telling(name: str, followed: Sequence[Values | None], right: Sequence[Values]) -> bool:
    """True if a result has the expected shapes, and varies where the expected one varies."""
    pairs = [
        (np.asarray(values[name]), np.asarray(expected[name]))
        for values, expected in zip(followed, right, strict=True)
        if values
    ]
    if not all(one.shape == other.shape and np.isfinite(one).all() for one, other in pairs):
        return False
    one, other = (np.concatenate([np.ravel(pair[side]) for pair in pairs]) for side in (0, 1))
    return bool(np.ptp(one) > 0 or not np.ptp(other) > 0)


def _mutated(context: Context, function: str, inputs: Values, mutants: Sequence[Mutant]) -> Values | None:
    """Return the results of the steps of ``function`` with mutations."""
    complete_inputs = ProbeInputs(context.content.functions[function].complete(inputs) | inputs)
    return context.mutations.known_results(function, mutants, complete_inputs)


def _iterated(
    context: Context, function: str, inputs: Values, mutants: Sequence[Mutant] | None = None
) -> Values | None:
    """Return the result of many calls of a training loop for one epoch, as one call for all epochs.

    The submission's loop is called, or the correct one with ``mutants``.
    """
    declared = context.content.functions[function]
    history_name = declared.history
    epochs, _rate = names_of_epochs_and_rate(declared.argument_names())
    if context.starts.own_names(function):  # it would start again with each call
        return None
    if history_name is None or not epochs or not context.mutations.has_steps(function):
        return None
    if not 1 < inputs[epochs] <= MOST_CALLS:
        return None

    def step(state: Values) -> Values:
        if mutants is None:
            return _own_results(context, function, state)
        return context.mutations.results(function, mutants, state)

    def compute() -> Values:
        state = {**inputs, epochs: 1}
        losses: list[float] = []
        for _epoch in range(int(inputs[epochs])):
            results = step({name: state[name] for name in declared.argument_names()})
            history = np.ravel(results.pop(history_name))
            losses += history[1 if losses and len(history) > 1 else 0 :].tolist()
            state |= results
        # One entry for each epoch, from before or after it: the reference's history has both ends.
        losses += losses[-1:] * (int(inputs[epochs]) + 1 - len(losses))
        return {**{name: state[name] for name in results}, history_name: np.array(losses)}

    return _computed(compute)


def _chained(context: Context, check: Chained, case: Case, own: set[str], factors: Sequence[float]) -> Values | None:
    """Return the end of the chain with the submission's own functions and, for the others, the steps with these factors."""
    if not all(map(context.mutations.has_steps, check.functions_called)):
        return None
    steps = context.mutations.with_own({name: _as_function(context, name, itertools.count()) for name in own})

    def compute() -> Values:
        state = dict(case.inputs)
        for _step in range(check.steps):
            for name, factor in zip(check.functions_called, factors, strict=True):
                if name in own:
                    results = _own_results(context, name, state)
                else:
                    results = {key: factor * value for key, value in steps.results(name, [], state).items()}
                state |= results
        return results

    return _computed(compute)


def _as_function(context: Context, function: str, calls: itertools.count[int]) -> Callable[..., Any]:
    """Return the submission's own function as a function that the steps can call."""
    declared = context.content.functions[function]

    def call(*arguments: Any) -> Any:
        if next(calls) >= MOST_CALLS:
            raise _Unusable
        inputs = declared.complete(dict(zip(declared.argument_names(), arguments, strict=False)))
        results = tuple(_own_results(context, function, inputs).values())
        return results[0] if len(results) == 1 else results

    return call


def _own_results(context: Context, function: str, inputs: Values) -> Values:
    """Return the submission's results as float64 arrays in the expected shapes; raises _Unusable or CallError.

    A call with the same inputs is not repeated: a loop calls a function several times in an epoch, and other loops begin
    at the same point.
    """
    is_small = sum(np.size(value) for value in inputs.values()) <= MOST_ENTRIES
    key = (function, context.student.layout, digest_of(inputs)) if is_small else None
    results = context.log.own_results.get(key) if key is not None else None
    if results is None:
        results = _called(context, function, inputs)
        if key is not None:
            context.log.own_results.add(key, results, sum(array.nbytes for array in results.values()))
    return {name: array.copy() for name, array in results.items()}


def _called(context: Context, function: str, inputs: Values) -> Values:
    shapes = context.mutations.shapes(function, inputs)
    history = context.content.functions[function].history
    answered = context.student.call(PlannedCall(function, inputs, shapes=shapes)).values
    results = {}
    for name, shape in shapes.items():
        array = arrays.numbers(answered[name]) if name in answered else None
        if array is None or (array.size != math.prod(shape) and name != history):
            raise _Unusable
        results[name] = np.asarray(array, dtype=np.float64) if name == history else array.reshape(shape)
    return results


def _computed(compute: Callable[[], Values]) -> Values | None:
    try:
        with np.errstate(all="ignore"):
            return compute()
    except NotGradable:
        raise
    except Exception:  # the submission's own function gives no answer, or its arrays have wrong shapes
        return None
