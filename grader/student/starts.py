"""Training with its own start: a submission that initialises the parameters inside its training function.

Such a function does not take initial parameters. Instead it is called without training (0 epochs, a learning rate of 0)
with a fixed seed, and its initial parameters are read from the answer. The reference then begins with the same
parameters. A start alone earns no points: gradient descent must move the parameters far enough for a comparison.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from ..assignment.base import Tolerance
from ..expected.cases import Cases
from ..expected.probes import Case
from ..judging.compare import all_agree, compare_results
from ..judging.wrong_answer import WrongAnswer
from ..sandbox.failures import CallError
from ..support import arrays
from ..support.i18n import _, joined
from . import signatures, together
from .answers import BoundAnswer, PlannedCall
from .layout import WIDEST
from .own_start import TAKES_ALL, OwnStart, unknown_parameters
from .signatures import names_of_epochs_and_rate
from .submitted import Submitted

Values = dict[str, Any]
Call = Callable[[Values], Values]
AWAY = 0.5  # distance of a second start from the given one
MOVES = 10  # tolerances; a smaller movement cannot be distinguished from rounding
LESS = 0.5  # times the cost after one epoch: the highest final cost of a training that has learnt something
# Names of parameters for a size or a seed.
SIZE = re.compile(r"(?i)^n(um)?_|^(n|d|h)$|hid|size|dim|feat|input|unit|neuron|node|layer|seed|random|rng|state")
MOST_SECONDS = 2.0  # for loading again before each call


class _Unreadable(Exception):
    """The start cannot be read; the text is the reason."""


class _Changing(_Unreadable):
    """The same call has another start each time."""


@dataclass(frozen=True)
class Trained:
    """A call of a training loop: the case with its start, the correct results from this start, and the answer."""

    case: Case
    expected: Values
    result: BoundAnswer


class Starts:
    """The parameters with which a submission starts its training if it initialises them itself."""

    def __init__(self, student: Submitted, cases: Cases) -> None:
        self._student = student
        self._cases = cases
        self._content = student.content
        self._known: dict[str, OwnStart] = {}  # by function, once it is known
        self._problems: dict[str, str] = {}  # by function: why its start cannot be read

    def own_names(self, function: str) -> frozenset[str]:
        """Return the parameters that ``function`` initialises itself, as far as this is known."""
        return self._known.get(function, TAKES_ALL).parameters

    def of(self, student: Submitted) -> Starts:
        """Return the same starts for the same submission in another layout."""
        other = copy.copy(self)
        other._student = student
        return other

    def _remember(self, function: str, own_start: OwnStart) -> None:
        self._known[function] = own_start
        self._student.assume_start(function, own_start)

    def train_all(self, function: str, cases: Sequence[Case], tolerance: Tolerance) -> list[Trained]:
        """Call a training loop for each case like :meth:`train`; raises CallError."""
        trained: list[Trained] = []
        while len(trained) < len(cases) and self._known.get(function) != TAKES_ALL:
            trained.append(self.train(function, cases[len(trained)], tolerance))
        rest = cases[len(trained) :]
        expected = [self._expected(function, case.inputs) for case in rest]
        results = together.call_all(self._student, [PlannedCall(function, case.inputs) for case in rest])
        return [*trained, *map(Trained, rest, expected, results)]

    def train(self, function: str, case: Case, tolerance: Tolerance) -> Trained:
        """Call a training loop from the start of the case, or from its own start; raises CallError."""
        if not self.own_names(function):
            expected = self._expected(function, case.inputs)
            try:
                result = self._student.call(PlannedCall(function, case.inputs))
            except CallError as failure:
                if not failure.is_a_mistake or not self._find_out(function, case.inputs):
                    raise
            else:
                history = self._content.functions[function].history
                compared = compare_results(result.values, expected, tolerance, history)
                if all_agree(compared):
                    if function not in self._known:
                        self._remember(function, TAKES_ALL)
                    return Trained(case, expected, result)
                if not self._find_out(function, case.inputs):
                    return Trained(case, expected, result)
        case = self.with_own_start(function, case)
        return Trained(
            case, self._expected(function, case.inputs), self._student.call(PlannedCall(function, case.inputs))
        )

    def with_own_start(self, function: str, case: Case) -> Case:
        """Return the case with the own start of ``function``, or unchanged if the function takes its parameters as arguments.

        Raises CallError with status ``failed`` if the start cannot be read, or if nothing can be learnt from it.
        """
        own_names = self.own_names(function)
        if not own_names:
            return case
        if function in self._problems:
            raise WrongAnswer(self._problems[function])
        try:
            start = self._read(function, self._known[function], case.inputs)
        except _Unreadable as reason:
            raise WrongAnswer(self._unread(function, str(reason))) from reason
        inputs = {**case.inputs, **{name: start[name] for name in own_names}}
        if not any(self._moved(function, inputs).values()):
            raise WrongAnswer(self._still(function, own_names))
        return Case(case.name, inputs)

    def _expected(self, function: str, inputs: Values) -> Values:
        return dict(self._cases.expected(function, inputs))

    def require_movement(self, function: str, before: Sequence[Case], trained: Sequence[Trained]) -> None:
        """Raise CallError if a parameter does not move from its own start in any case, but moves from the given starts.

        ``before`` are the cases as the assignment has them.
        """
        if not self.own_names(function):
            return
        own, from_given = set[str](), set[str]()
        for case, call in zip(before, trained, strict=True):
            own |= {name for name, moves in self._moved(function, call.case.inputs).items() if moves}
            from_given |= {name for name, moves in self._moved(function, case.inputs).items() if moves}
        if from_given - own:
            raise WrongAnswer(self._still(function, from_given - own))

    def has_learnt(self, function: str, inputs: Values, trained: Values) -> bool:
        """True if training from the function's own start has clearly lowered the correct cost since its first epoch.

        Such training has not learnt if its start already is the trained answer. Always True for a function without its
        own start.
        """
        declared = self._content.functions[function]
        epochs, _rate = names_of_epochs_and_rate(declared.argument_names())
        if not self.own_names(function) or declared.history is None:
            return True
        first = self._student.call(
            PlannedCall(function, {**inputs, epochs: 1}, shapes=self._shapes(function, inputs))
        ).values
        try:
            before, after = (self._cost(function, {**inputs, epochs: 0}, values) for values in (first, trained))
        except (TypeError, ValueError):  # the trained parameters are not arrays of numbers, or their shapes do not fit
            return False
        return bool(after < LESS * before)

    def is_on_path(self, function: str, case: Case, trained: Values) -> bool:
        """True if training from the submission's own start ends with the correct parameters."""
        if not self.own_names(function):
            return False
        history = self._content.functions[function].history
        return all_agree(compare_results(trained, self._expected(function, case.inputs), Tolerance(), history))

    def notes(self, function: str) -> list[str]:
        """Return the sentence about a function with its own start."""
        own_names = self.own_names(function)
        if not own_names or function in self._problems:
            return []
        sentence = _(
            "`{function}` initialises {names} itself, and the reference starts from the same values: accepted."
        )
        return [sentence.format(function=self._label(function), names=joined(self._in_order(function, own_names)))]

    def _find_out(self, function: str, inputs: Values) -> bool:
        """Return True if ``function`` initialises some parameters itself: those that do not depend on the arguments."""
        if function in self._known:
            return bool(self.own_names(function))
        free = self._free(function)
        if not free:
            self._remember(function, TAKES_ALL)
            return False
        others = {name: np.asarray(inputs[name], dtype=np.float64)[()] + AWAY for name in free if name in inputs}
        pair = (inputs, {**inputs, **others})
        trial = OwnStart(free)
        try:
            try:
                names = self._alike(free, partial(self._read, function, trial), *pair)
            except _Changing:  # a generator that is made while the submission is loaded continues from call to call
                trial = OwnStart(free, is_continuing=True)
                names = self._alike(free, partial(self._read, function, trial), *pair)
            self._remember(function, replace(trial, parameters=names))
        except _Unreadable as reason:
            trial = OwnStart(free)
            self._remember(function, trial)
            self._remember(function, OwnStart(self._without_reading(function, trial, *pair)))
            if self.own_names(function):
                self._problems[function] = self._unread(function, str(reason))
        except CallError:  # it hangs, for example
            self._remember(function, trial)
            raise
        return bool(self.own_names(function))

    def _without_reading(self, function: str, trial: OwnStart, inputs: Values, other: Values) -> frozenset[str]:
        """Return the parameters that do not depend on the arguments, judged by the parameters after training.

        If the same call gives other values each time, return those that no attribute or global variable holds.
        """
        free = trial.parameters

        def end(inputs: Values) -> Values:
            shapes = self._shapes(function, inputs)
            values = self._student.call(PlannedCall(function, inputs, shapes=shapes, start=trial)).values
            return {name: arrays.numbers(values.get(name)) for name in free}

        try:
            return self._alike(free, end, inputs, other)
        except _Changing:
            call = self._student.call_raw(PlannedCall(function, inputs, start=trial))
            return free - set(call.state.bound.values())
        except CallError as failure:
            if not failure.is_a_mistake:
                raise
            return frozenset()

    def _alike(self, names: frozenset[str], call: Call, inputs: Values, other: Values) -> frozenset[str]:
        """Return the parameters that are the same for two starts; raises _Changing if the same call gives other values each time."""
        one, again, last = call(inputs), call(inputs), call(other)
        if not _same(one, again, names):
            raise _Changing(
                _(
                    "each call starts from other values, although the random numbers are seeded before the call; use np.random"
                )
            )
        return frozenset(name for name in names if _same(one, last, [name]))

    def _free(self, function: str) -> frozenset[str]:
        """Return the parameters that ``function`` returns and does not take as arguments."""
        declared = self._content.functions[function]
        epochs, _rate = names_of_epochs_and_rate(declared.argument_names())
        target = self._student.find(function)
        if declared.history is None or not epochs or target is None:
            return frozenset()
        unknown = unknown_parameters(self._content, target, declared.argument_names())
        if any(kind.startswith("VAR_") for _, kind, _ in target.parameters) or not all(map(SIZE.search, unknown)):
            return frozenset()  # a parameter with another name may take a start
        bound = signatures.match(
            [name for name, _, _ in target.parameters], declared.argument_names(), self._content.aliases
        ).values()
        return frozenset(name for name in declared.returns if name in declared.argument_names() and name not in bound)

    def _read(self, function: str, own_start: OwnStart, inputs: Values) -> Values:
        """Return the parameters of ``function`` before any training; raises _Unreadable.

        The learning rate is 0 too, so that a loop with one epoch too many still returns its start. If a loop fails
        without an epoch, calls with 1 and 2 epochs at the rate 0 are used, if they give the same parameters.
        """
        declared = self._content.functions[function]
        epochs, rate = names_of_epochs_and_rate(declared.argument_names())
        ways: list[list[Values]] = [[{epochs: 0}]]
        if rate:
            ways = [[{epochs: 0, rate: 0.0}], *ways, [{epochs: 1, rate: 0.0}, {epochs: 2, rate: 0.0}]]
        reason = ""
        for way in ways:
            try:
                one, *others = [self._start(function, own_start, {**inputs, **change}) for change in way]
            except CallError as failure:
                if failure.status not in ("error", "failed"):
                    raise
                reason = reason or failure.message
                continue
            if all(_same(one, other, one) for other in others):
                return one
        sentence = _("called with 0 epochs, it gives no answer: {reason}")
        raise _Unreadable(sentence.format(reason=reason.rstrip(".")))

    def _start(self, function: str, own_start: OwnStart, inputs: Values) -> Values:
        """Return the parameters that a call returns, in the shapes of the task; raises CallError, or _Unreadable for other shapes."""
        spent = self._student.spent
        shapes = self._shapes(function, inputs)
        values = self._student.call(PlannedCall(function, inputs, shapes=shapes, start=own_start)).values
        if own_start.is_continuing and self._student.spent - spent > MOST_SECONDS:
            raise _Unreadable(_("its random numbers continue from call to call"))
        start = {}
        for name in self._content.functions[function].returns:
            if name not in inputs:
                continue
            array = arrays.numbers(values[name]) if name in values else None
            array = None if array is None else arrays.in_layout(np.asarray(array), np.shape(inputs[name]))
            if array is None or array.ndim != np.ndim(inputs[name]) or max(array.shape, default=1) > WIDEST:
                sentence = _("its initial {name} is {value}")
                raise _Unreadable(sentence.format(name=name, value=arrays.describe(values.get(name))))
            if not np.isfinite(array).all():
                raise _Unreadable(_("its initial {name} has entries that are NaN or infinite").format(name=name))
            start[name] = array[()]
        return start

    def _moved(self, function: str, inputs: Values) -> dict[str, bool]:
        """Return for each parameter whether gradient descent from there moves it measurably."""
        try:
            ends = self._expected(function, inputs)
        except (TypeError, ValueError, IndexError) as error:
            raise WrongAnswer(
                self._unread(function, _("the shapes of its initial parameters do not fit each other and the data")),
            ) from error
        moves_by_name = {}
        for name in (name for name in ends if name in inputs):
            start, end = np.asarray(inputs[name]), np.asarray(ends[name])
            if start.shape != end.shape:
                raise WrongAnswer(
                    self._unread(function, _("{name} changes its shape during training").format(name=name))
                )
            scale = max(float(np.abs(values).max(initial=0.0)) for values in (start, end))
            least = MOVES * (Tolerance().absolute + Tolerance().relative * scale)
            moves_by_name[name] = bool(np.abs(end - start).max(initial=0.0) > least)
        return moves_by_name

    def _cost(self, function: str, inputs: Values, values: Values) -> float:
        declared = self._content.functions[function]
        parameters = {
            name: np.reshape(np.asarray(values[name], dtype=np.float64), np.shape(inputs[name]))
            if np.size(values[name]) == np.size(inputs[name])
            else np.asarray(values[name], dtype=np.float64)
            for name in declared.returns
            if name in inputs
        }
        return float(np.ravel(self._expected(function, {**inputs, **parameters})[str(declared.history)])[0])

    def _shapes(self, function: str, inputs: Values) -> dict[str, arrays.Shape]:
        """Return the shapes of the given parameters, which distinguish results without a known name."""
        return {name: np.shape(inputs[name]) for name in self._content.functions[function].returns if name in inputs}

    def _label(self, function: str) -> str:
        target = self._student.find(function)
        return function if target is None else target.label

    def _in_order(self, function: str, names: frozenset[str] | set[str]) -> list[str]:
        return [name for name in self._content.functions[function].returns if name in names]

    def _unread(self, function: str, reason: str) -> str:
        sentence = _(
            "`{function}` initialises {names} itself. The initial values could not be read, so its training cannot be compared: {reason}. Take {names} as arguments, or return the initial values if the number of epochs is 0."
        )
        names = joined(self._in_order(function, self.own_names(function)))
        return sentence.format(function=self._label(function), names=names, reason=reason)

    def _still(self, function: str, names: frozenset[str] | set[str]) -> str:
        sentence = _(
            "`{function}` initialises {names} with values that gradient descent hardly changes, so no training can be observed: use small random numbers."
        )
        return sentence.format(function=self._label(function), names=joined(self._in_order(function, names)))


def _same(one: Values, other: Values, names: Any) -> bool:
    """True if all these values are the same numbers."""
    return all(
        np.shape(one[name]) == np.shape(other[name]) and bool(np.all(np.asarray(one[name]) == np.asarray(other[name])))
        for name in names
    )
