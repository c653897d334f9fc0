"""The submission of one student: calls of its functions, its variables, models, figures and training."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..assignment import Assignment
from ..assignment.given import Computed
from ..expected.cases import Cases
from ..expected.mutations import Mutations
from ..sandbox import observations
from ..sandbox.failures import CallError
from ..sandbox.loading import Cause
from ..sandbox.rebuilding import ModelData
from ..sandbox.session import Answer, Found, Instance, Session
from ..submission import Code
from ..support import arrays
from ..support.i18n import _, joined
from . import classes, misnamed, signatures
from .instances import Instances
from .layout import Manner
from .own_start import SEED, TAKES_ALL, OwnStart
from .own_start import arguments as own_arguments
from .steps import Steps

NOT_VALUES = ("module", "ZMQExitAutocall", "KerasLazyLoader")  # types of variables that are no student's result
SECONDS_TO_ASK = 2.0  # a submission again, to find its bugs
MAX_ROWS = 100  # of a variable; no check compares more


@dataclass(frozen=True)
class RawAnswer:
    """An answer in the submission's own layout: as it was returned, and by result name.

    ``parts`` are the results as they are in ``value``, in which lists of numbers are not yet arrays.
    """

    function: Found
    value: Any
    bound: dict[str, Any]
    parts: dict[str, Any]


@dataclass(frozen=True)
class FunctionCall:
    """A call of a submitted function: the inputs in its layout, what was made of them, and the answer."""

    function: Found
    laid_out: dict[str, Any]
    positional: list[Any]
    keywords: dict[str, Any]
    instance: Instance | None
    state: signatures.State
    answer: Answer


@dataclass(frozen=True)
class BoundAnswer:
    """What a submitted function gave: values by result name, in the layout of the task, the arguments that
    it changed in place, conventions that were accepted, and the answer as it came.

    ``lists`` are the results that came as a list of numbers.
    """

    values: dict[str, Any]
    changed: list[str]
    notes: list[str]
    raw: RawAnswer
    lists: tuple[str, ...] = ()


class Submitted:
    """One submission, loaded in the worker of a session."""

    def __init__(
        self,
        assignment: Assignment,
        code: Sequence[Code],
        session: Session,
        cases: Cases,
        mutations: Mutations,
        stepping: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """``stepping`` names the parameters of each function that has to return gradients, by result."""
        self.content = assignment.content
        self._assignment = assignment
        self.mutations = mutations
        self.cases = cases
        self.answer_count = 0  # of all calls so far
        self.code = code
        self._session = session
        self.own_starts: dict[str, OwnStart] = {}
        """By function: the parameters that a training function initialises itself."""
        self.manner = Manner(self)
        self.instances = Instances(self, session)
        self.steps = Steps(self, stepping or {})
        self._training: list[observations.RecordedCall] | None = None
        self.samples: dict[str, tuple[Any, Any]] = {}
        """By model: inputs for which it was called, and its answer."""

    @property
    def spent(self) -> float:
        """Seconds that loading and all calls have taken so far, as limits count them."""
        return self._session.spent

    @property
    def imported(self) -> list[str]:
        """The top-level modules that were imported when the submission had been loaded."""
        return self._session.modules

    def libraries(self) -> set[str]:
        """The packages that it has imported, or whose libraries it has mapped, so far, whatever it called them."""
        return {*self._session.modules, *self._session.libraries()}

    def find_variable(self, name: str) -> str | None:
        """The submission's own name of the variable ``name``: that, or an alias."""
        wanted = {name: self.content.variables[name].aliases}
        return next(iter(signatures.match(self._session.others, wanted, wanted)), None)

    def variable(self, name: str, rows: int = MAX_ROWS) -> observations.ObservedVariable:
        """A variable of the submission, arrays cut after ``rows``; raises CallError if it is missing."""
        found = self.find_variable(name)
        if found is None:
            others = {self.find_variable(other) for other in self.content.variables}  # what plays a part is not meant
            own = [
                other for other, kind in self._session.others.items() if kind not in NOT_VALUES and other not in others
            ]
            near = misnamed.similar(name, own)
            also = _("; found instead: {names}").format(names=", ".join(near)) if near else ""
            message = _("The variable `{name}` is missing: define it under this name at the top level{also}.")
            raise self._missing(name, self.content.variables[name].aliases, message.format(name=name, also=also))
        seen_ones = self._session.variables([found], rows)
        if found not in seen_ones:
            raise CallError(
                "protocol", _("The variable `{name}` was there after loading and is not any more.").format(name=name)
            )
        value = seen_ones[found].value
        if isinstance(value, np.ndarray) and value.ndim and len(value) > rows:
            raise CallError(
                "protocol", _("The variable `{name}` has another length each time it is looked at.").format(name=name)
            )
        return seen_ones[found]

    def model(self, name: str) -> observations.KerasModel:
        """A Keras model of the submission, described; raises CallError for anything else."""
        variable = self.keras_model(name)
        return self._session.validated(observations.MODEL, variable.value, _("Reading `{name}`").format(name=name))

    def keras_model(self, name: str) -> observations.ObservedVariable:
        """A variable of the submission that holds a Keras model; raises CallError for anything else."""
        variable = self.variable(name)
        if not variable.model:
            message = _("`{name}` is a value of the type {type}: it has to be a Keras model.").format(
                name=name, type=variable.type
            )
            raise CallError("failed", message)
        return variable

    def numbers(self, name: str) -> np.ndarray[Any, Any]:
        """The first entries of a variable that is an array of numbers; raises CallError for anything else."""
        value = self.variable(name).value
        array = arrays.array(value)
        if array is None or not array.ndim:
            raise CallError(
                "failed",
                _("`{name}` is {value}: it has to be an array of numbers.").format(
                    name=name, value=arrays.describe(value)
                ),
            )
        return array

    def figures(self) -> list[observations.Figure]:
        """What the submission drew, figure by figure."""
        return self._session.figures()

    def training(self) -> list[observations.RecordedCall]:
        """The recorded calls of fit, evaluate and predict."""
        if self._training is None:
            self._training = self._session.training()
        return self._training

    def predict(self, model: str, inputs: Any) -> Any:
        """What the submission's model predicts in its own worker; raises CallError."""
        found = self.find_variable(model)
        assert found is not None  # the caller has looked at it
        answer = self._session.predict(found, inputs)
        self.samples.setdefault(model, (inputs, answer))
        return answer

    def model_data(self, model: str) -> ModelData:
        """The submission's Keras model as data; raises CallError."""
        found = self.find_variable(model)
        assert found is not None  # the caller has looked at it
        return self._session.take_model(found)

    @property
    def level(self) -> str:
        """The level of isolation."""
        return self._session.level

    def call_in_task_layout(self, function: str, inputs: dict[str, Any], keep: str = "") -> Any:
        """Call a function with ``inputs`` as they are, in no layout but the task's; raises CallError.

        With ``keep`` the result stays in the worker, and ``Kept(keep)`` hands it to another call.
        """
        found = self._find(function)
        instance, state = self.instances.prepared(function, found, inputs, inputs)
        positional, keywords = signatures.bind_arguments(self.content, function, found, inputs, state=state)
        seconds = self.content.functions[function].seconds
        answer = self._session.call(
            found.name,
            positional,
            keywords,
            keep=keep,
            seconds=seconds,
            instance=instance,
            supply=self._supplied(inputs),
        )
        return answer.value

    def _supplied(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The assignment's values for names that loading could not reach, in a call with these inputs."""
        supplied: dict[str, Any] = {}
        for name in self._session.unbound:  # of few submissions
            value = self.content.globals[name]
            if isinstance(value, Computed) and value.length_of is not None:
                shape = np.shape(inputs.get(value.length_of, 0))
                if value.axis < len(shape):
                    supplied[name] = shape[value.axis]
            elif isinstance(value, Computed) and value.file is not None:
                supplied[name] = np.load(self._assignment.file(value.file), allow_pickle=False)
            else:
                supplied[name] = np.array(value, dtype=np.float64) if isinstance(value, list) else value
        return supplied

    def forget(self) -> None:
        """End the worker: the next call loads the submission again, as if none of its functions had been called."""
        self._session.close()

    def defines(self, function: str) -> bool:
        """Whether the submission has a function that plays the part of ``function``."""
        return self.instances.find(function) is not None

    def _find(self, function: str) -> Found:
        found = self.instances.find(function)
        if found is None:
            functions = self.instances.methods | self._session.functions
            message = misnamed.missing(self.content, function, functions, self._session.others, self.code)
            raise self._missing(function, self.content.functions[function].aliases, message)
        return found

    def excuse(self, variables: Iterable[tuple[str, str]], calls: Iterable[str]) -> Cause | None:
        """Why variables, or what some calls make, are not as the submission makes them; None where that is its own doing."""
        own = [name for variable, _type in variables if (name := self.find_variable(variable)) is not None]
        return self._session.causes.excuse([*own, *(f"{name}()" for name in calls)])

    def _missing(self, name: str, aliases: list[str], message: str) -> CallError:
        """What ends a check that needs ``name``: that it is not defined, or why a statement did not define it."""
        causes = self._session.causes
        lost = next(iter(signatures.match(causes.lost, [name], {name: aliases})), None)
        cause = causes.of(lost)
        if cause is None and not any(map(self.defines, self.content.functions)):
            cause = causes.first  # of a submission that defines nothing at all, whatever stopped it says more
        if cause is None:
            return CallError("failed", message)
        if lost is not None:
            message = _("`{name}` is not defined.").format(name=lost)
        return CallError(cause.status, f"{message} {cause.sentence}", place=cause.place)

    def call(
        self,
        function: str,
        inputs: dict[str, Any],
        watch_arguments: bool = False,
        shapes: dict[str, arrays.Shape] | None = None,
        seed: int | None = None,
        own_start: OwnStart | None = None,
    ) -> BoundAnswer:
        """Call the submission's ``function``; raises CallError if there is no answer.

        With ``seed`` the worker's random numbers begin anew.

        ``watch_arguments`` also fetches the arrays that were passed, to see whether they were changed.
        ``shapes`` are those of the results, by default the reference's on the same inputs.
        """
        declared = self.content.functions[function]
        in_place = set(declared.returns) <= set(declared.argument_names())
        if in_place and not self.defines(function):
            taken = self.steps.updated(function, inputs)
            if taken is not None:
                note = _("The step of `{function}` is taken by back-propagation: accepted.").format(function=function)
                return BoundAnswer(
                    taken, [], [note], RawAnswer(Found(function, [], []), None, self.manner.turned(taken), {})
                )
        asked = self.call_raw(function, inputs, watch_arguments or in_place, seed, own_start)
        found, answer = asked.function, asked.answer
        sent = [*asked.positional, *asked.keywords.values()]
        value, notes = answer.value, []
        if value is None and in_place and not signatures.same(sent, answer.arguments):
            value = signatures.merged(
                dict(zip(asked.keywords, answer.arguments[len(asked.positional) :], strict=False))
            )
            notes.append(
                _("`{function}` returns nothing and changes its arguments in place: accepted.").format(
                    function=found.label
                )
            )
        if shapes is None:
            shapes = self.shapes(function, inputs)
        turned = self.manner.turned_shapes(shapes)
        steps = self.steps.gradients(function, asked) if self.steps.returned(function, asked) else None
        try:
            if steps is None:
                bound = classes.bind_all_results(self.content, function, found, value, answer.attributes, turned)
        except CallError:
            steps = self.steps.gradients(function, asked)
            if steps is None:
                raise
        if steps is not None:
            bound = steps
            notes.append(self.steps.note(asked))
        lists = tuple(name for name, item in bound.items() if _is_list(item) and name != declared.history)
        parts = bound
        bound = {name: arrays.as_array(item) for name, item in parts.items()}
        lacking = [name for name in declared.returns if name not in bound]
        if lacking:
            sentence = _("`{function}` does not return {names}: accepted.")
            notes.append(sentence.format(function=found.label, names=joined(lacking)))
        value = signatures.merged(answer.attributes) if value is None else value
        changed = [
            name
            for name, given in asked.laid_out.items()
            for before, now in zip(sent, answer.arguments, strict=False)
            if before is given and isinstance(given, np.ndarray) and not np.array_equal(before, now)
        ]
        return BoundAnswer(self.manner.turned(bound), changed, notes, RawAnswer(found, value, bound, parts), lists)

    def call_raw(
        self,
        function: str,
        inputs: dict[str, Any],
        watch_arguments: bool = False,
        seed: int | None = None,
        own_start: OwnStart | None = None,
    ) -> FunctionCall:
        """Call the submission's ``function``, whatever it answers; raises CallError if it does not."""
        found = self._find(function)
        inputs = self.steps.inputs(function, inputs)
        watch_arguments = watch_arguments or self.steps.computes(function)
        laid_out = self.manner.laid_out(function, inputs)
        bundles = self.manner.bundles(function, found, laid_out)
        instance, state = self.instances.prepared(function, found, inputs, laid_out)
        handed = laid_out
        own_start = own_start or self.own_starts.get(function, TAKES_ALL)
        if own_start.parameters:
            if own_start.is_continuing:
                self.forget()
            handed = own_arguments(self.content, found, own_start, laid_out)
            state = signatures.State(state.bound, state.excused | own_start.parameters)
            seed = SEED if seed is None else seed
        positional, keywords = signatures.bind_arguments(self.content, function, found, handed, bundles, state)
        seconds = self.content.functions[function].seconds
        try:
            answer = self._session.call(
                found.name,
                positional,
                keywords,
                watch_arguments,
                seconds=seconds,
                instance=instance,
                seed=seed,
                supply=self._supplied(inputs),
            )
        except CallError as failure:
            if failure.raised.startswith("NameError:") and not self._session.causes.explains(failure):
                own = [*self._session.functions, *self._session.others]
                advice = misnamed.in_a_name_error(failure.raised, own) or _(
                    "A function can use only what it is given, and what the file defines as it loads."
                )
                raise CallError("error", f"{failure.message} {advice}", failure.raised, failure.place) from failure
            raise
        self.answer_count += 1
        return FunctionCall(found, laid_out, positional, keywords, instance, state, answer)

    def shapes(self, function: str, inputs: dict[str, Any]) -> dict[str, arrays.Shape]:
        """Return the shapes of the submission's results; {} if a single result needs none."""
        return self.cases.shapes(function, inputs, self.manner.widths)

    def find(self, function: str) -> Found | None:
        """Return the submission's function that plays the part of ``function``."""
        return self.instances.find(function)


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple) and isinstance(arrays.as_array(value), np.ndarray)
