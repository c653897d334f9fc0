"""What a check works with: the submission to ask, the reference to compare with, the cases to try."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..assignment import Assignment
from ..assignment.check import ProbedCheck
from ..assignment.given import Computed
from ..checks.tools.starts import SEED, Starts
from ..checks.tools.steps import Steps
from ..datasets import Split
from ..diagnosis import Findings
from ..expected import probes
from ..expected.mutations import Mutations
from ..expected.probes import Case
from ..expected.reference import Oracle
from ..judging.compare import Comparison, list_note
from ..report.evidence import Picture
from ..sandbox import observations
from ..sandbox.failures import CallFailed
from ..sandbox.loading import Cause
from ..sandbox.rebuilding import ModelData, Rebuilder
from ..sandbox.session import Answer, Found, Instance, Session
from ..submission import Code
from ..support.i18n import _, joined, ngettext
from . import classes, misnamed, signatures
from .instances import Instances
from .layout import Manner

NOT_VALUES = ("module", "ZMQExitAutocall", "KerasLazyLoader")  # types of variables that are no student's result
SECONDS_TO_ASK = 2.0  # a submission again, to find its bugs
MAX_ROWS = 100  # of a variable; no check compares more


@dataclass(frozen=True)
class Outcome:
    """``share`` of the points, from 0 to 1, the sentence about it, numbers that bear it out, and the bug.

    ``spot`` is the place of a piece of code and a line in it, where the sentence is about that line.
    ``hint_fits`` says whether the check's own hint is about this: a hint about a formula is not about a result that is
    missing or of another type.
    ``diagnose`` adds the bug to an outcome. It may ask the submission again, which may change what that answers
    next, and is therefore called when all checks have been judged.
    """

    share: float
    message: str
    evidence: dict[str, Any] = field(default_factory=dict)
    bugs: Findings | None = None
    diagnose: Callable[[Outcome], Outcome] | None = None
    pictures: list[Picture] = field(default_factory=list)
    spot: tuple[str, int] | None = None
    hint_fits: bool = True


@dataclass(frozen=True)
class Raw:
    """An answer in the submission's own layout: as it was returned, and by result name.

    ``parts`` are the results as they are in ``value``, in which lists of numbers are not yet arrays.
    """

    function: Found
    value: Any
    bound: dict[str, Any]
    parts: dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A call of a submitted function: the inputs in its layout, what was made of them, and the answer."""

    function: Found
    laid_out: dict[str, Any]
    positional: list[Any]
    keywords: dict[str, Any]
    instance: Instance | None
    state: signatures.State
    answer: Answer


@dataclass(frozen=True)
class Result:
    """What a submitted function gave: values by result name, in the layout of the task, the arguments that
    it changed in place, conventions that were accepted, and the answer as it came.

    ``lists`` are the results that came as a list of numbers.
    """

    values: dict[str, Any]
    changed: list[str]
    notes: list[str]
    raw: Raw
    lists: tuple[str, ...] = ()


class Context:
    """One submission under one assignment, with one seed."""

    def __init__(
        self,
        assignment: Assignment,
        code: Sequence[Code],
        session: Session,
        oracle: Oracle,
        seed: int,
        splits: Mapping[str, Split] | None = None,
        rebuilder: Rebuilder | None = None,
    ) -> None:
        """``rebuilder`` lets models predict outside of the worker that runs student code."""
        self.content = assignment.content
        self._assignment = assignment
        self.mutations = Mutations(assignment)
        self.asked_of: dict[str, list[Any]] = {}  # by function: cases, right results and answers of the checks so far
        self.answered = 0  # calls of the submission's functions
        self.seconds_to_ask = SECONDS_TO_ASK  # what is left of that
        self.mistaken: set[str] = set()  # functions that failed in their own checks so far
        self.unwritten: set[str] = set()  # functions that are there and raise NotImplementedError
        self.found: list[Findings] = []  # in the checks so far: a later function may only pass them on
        self.code = code
        self.oracle = oracle
        self._session = session
        self._seed = seed
        self.rebuilder = rebuilder
        self._splits = dict(splits or {})
        self.manner = Manner(self)
        self.instances = Instances(self, session)
        self.steps = Steps(self)
        self.starts = Starts(self)
        self._training: list[observations.Call] | None = None
        self.predicted: dict[Any, Any] = {}  # of a model on a set of images, for all checks that need it
        self.sampled: dict[str, tuple[Any, Any]] = {}  # by model: inputs that it was asked, and its answer

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

    def split(self, dataset: str) -> Split:
        """The parts of a data set: what the submission was given, and what is held out from it."""
        return self._splits[dataset]

    @property
    def splits(self) -> dict[str, Split]:
        """The parts of all data sets of the assignment, by name."""
        return self._splits

    def labels(self) -> dict[str, np.ndarray[Any, Any]]:
        """The labels of the training images that the submission was given, int64 (n,), by data set."""
        return {name: split.y_train.ravel().astype(np.int64) for name, split in self._splits.items()}

    def find_variable(self, name: str) -> str | None:
        """The submission's own name of the variable ``name``: that, or an alias."""
        wanted = {name: self.content.variables[name].aliases}
        return next(iter(signatures.match(self._session.others, wanted, wanted)), None)

    def variable(self, name: str, rows: int = MAX_ROWS) -> observations.Variable:
        """A variable of the submission, arrays cut after ``rows``; raises CallFailed if it is missing."""
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
            raise CallFailed(
                "protocol", _("The variable `{name}` was there after loading and is not any more.").format(name=name)
            )
        value = seen_ones[found].value
        if isinstance(value, np.ndarray) and value.ndim and len(value) > rows:
            raise CallFailed(
                "protocol", _("The variable `{name}` has another length each time it is looked at.").format(name=name)
            )
        return seen_ones[found]

    def model(self, name: str) -> observations.Model:
        """A Keras model of the submission, described; raises CallFailed for anything else."""
        variable = self.keras_model(name)
        return self._session.validated(observations.MODEL, variable.value, _("Reading `{name}`").format(name=name))

    def keras_model(self, name: str) -> observations.Variable:
        """A variable of the submission that holds a Keras model; raises CallFailed for anything else."""
        variable = self.variable(name)
        if not variable.model:
            message = _("`{name}` is a value of the type {type}: it has to be a Keras model.").format(
                name=name, type=variable.type
            )
            raise CallFailed("failed", message)
        return variable

    def numbers(self, name: str) -> np.ndarray[Any, Any]:
        """The first entries of a variable that is an array of numbers; raises CallFailed for anything else."""
        value = self.variable(name).value
        array = observations.array(value)
        if array is None or not array.ndim:
            raise CallFailed(
                "failed",
                _("`{name}` is {value}: it has to be an array of numbers.").format(
                    name=name, value=signatures.describe(value)
                ),
            )
        return array

    def figures(self) -> list[observations.Figure]:
        """What the submission drew, figure by figure."""
        return self._session.figures()

    def training(self) -> list[observations.Call]:
        """The recorded calls of fit, evaluate and predict."""
        if self._training is None:
            self._training = self._session.training()
        return self._training

    def predict(self, model: str, inputs: Any) -> Any:
        """What the submission's model predicts in its own worker; raises CallFailed."""
        found = self.find_variable(model)
        assert found is not None  # the caller has looked at it
        answer = self._session.predict(found, inputs)
        self.sampled.setdefault(model, (inputs, answer))
        return answer

    def model_data(self, model: str) -> ModelData:
        """The submission's Keras model as data; raises CallFailed."""
        found = self.find_variable(model)
        assert found is not None  # the caller has looked at it
        return self._session.take_model(found)

    @property
    def level(self) -> str:
        """The level of isolation."""
        return self._session.level

    def generator(self, purpose: str) -> np.random.Generator:
        """Random numbers of this grading's seed, which nobody knows, for a purpose of their own."""
        return np.random.default_rng([self._seed, *purpose.encode()])

    def call(self, function: str, inputs: dict[str, Any], keep: str = "") -> Any:
        """Call a function with ``inputs`` as they are, in no layout but the task's; raises CallFailed.

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

    def _missing(self, name: str, aliases: list[str], message: str) -> CallFailed:
        """What ends a check that needs ``name``: that it is not defined, or why a statement did not define it."""
        causes = self._session.causes
        lost = next(iter(signatures.match(causes.lost, [name], {name: aliases})), None)
        cause = causes.of(lost)
        if cause is None and not any(map(self.defines, self.content.functions)):
            cause = causes.first  # of a submission that defines nothing at all, whatever stopped it says more
        if cause is None:
            return CallFailed("failed", message)
        if lost is not None:
            message = _("`{name}` is not defined.").format(name=lost)
        return CallFailed(cause.status, f"{message} {cause.sentence}", place=cause.place)

    def cases(
        self, probe_names: Sequence[str], given: Sequence[str] = (), widths: dict[str, int] | None = None
    ) -> list[Case]:
        """The cases of some probes, drawn from this grading's seed, with the task's widths or with ``widths``.

        The reference's results of the functions ``given`` join the inputs.
        """
        cases = probes.cases(self.content, list(probe_names), self._seed, widths)
        for function in given:
            cases = [Case(case.name, case.inputs | self.oracle.results(function, case.inputs)) for case in cases]
        return cases

    def ask(
        self,
        function: str,
        inputs: dict[str, Any],
        watch_arguments: bool = False,
        shapes: dict[str, signatures.Shape] | None = None,
        seed: int | None = None,
    ) -> Result:
        """Call the submission's ``function``; raises CallFailed if there is no answer.

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
                return Result(taken, [], [note], Raw(Found(function, [], []), None, self.manner.turned(taken), {}))
        asked = self.asked(function, inputs, watch_arguments or in_place, seed)
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
        except CallFailed:
            steps = self.steps.gradients(function, asked)
            if steps is None:
                raise
        if steps is not None:
            bound = steps
            notes.append(self.steps.note(asked))
        lists = tuple(name for name, item in bound.items() if _is_list(item) and name != declared.history)
        parts = bound
        bound = {name: signatures.as_array(item) for name, item in parts.items()}
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
        return Result(self.manner.turned(bound), changed, notes, Raw(found, value, bound, parts), lists)

    def asked(
        self, function: str, inputs: dict[str, Any], watch_arguments: bool = False, seed: int | None = None
    ) -> Asked:
        """Call the submission's ``function``, whatever it answers; raises CallFailed if it does not."""
        found = self._find(function)
        inputs = self.steps.inputs(function, inputs)
        watch_arguments = watch_arguments or self.steps.computes(function)
        laid_out = self.manner.laid_out(function, inputs)
        bundles = self.manner.bundles(function, found, laid_out)
        instance, state = self.instances.prepared(function, found, inputs, laid_out)
        handed, drawn = laid_out, self.starts.drawn(function)
        if drawn:
            handed = self.starts.handed(function, found, laid_out)
            state = signatures.State(state.bound, state.excused | drawn)
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
        except CallFailed as failure:
            if failure.raised.startswith("NameError:") and not self._session.causes.explains(failure):
                own = [*self._session.functions, *self._session.others]
                advice = misnamed.in_a_name_error(failure.raised, own) or _(
                    "A function can use only what it is given, and what the file defines as it loads."
                )
                raise CallFailed("error", f"{failure.message} {advice}", failure.raised, failure.place) from failure
            raise
        self.answered += 1
        return Asked(found, laid_out, positional, keywords, instance, state, answer)

    def places(self, functions: Sequence[str], case: Case) -> list[tuple[str, str]]:
        """The (argument, input in its place) that the functions may be asked with, beginning with none."""
        declared = [self.content.functions[name].instead for name in functions]
        known = [(place, other) for item in declared for place, other in item.items() if other in case.inputs]
        return [("", ""), *known]

    def examples(self, function: str) -> list[Case]:
        """Cases for ``function``, from the first check or probe that suits it, and from the one that replaces it."""
        for check in self.content.checks:
            if isinstance(check, ProbedCheck) and check.function == function:
                probe, given = check.probes[0], check.given
                break
        else:
            needed = {argument.name for argument in self.content.functions[function].arguments if not argument.optional}
            names = [name for name, probe in self.content.probes.items() if needed <= probe.inputs.keys()]
            if not names:
                return []
            probe, given = names[0], []
        instead = self.content.probes[probe].instead
        return [self.cases([name], given)[0] for name in (probe, instead) if name]

    def shapes(self, function: str, inputs: dict[str, Any]) -> dict[str, signatures.Shape]:
        """The shapes of a submission's results; a single one needs none to be told apart."""
        declared = self.content.functions[function]
        if declared.shapes or len(declared.returns) == 1:
            return declared.sizes(self.manner.widths)
        shapes = {name: item.shape for name, item in self.oracle.results(function, inputs).items()}
        if declared.history is not None:  # the reference's is one entry longer
            shapes[declared.history] = (shapes[declared.history][0] - 1,)
        return shapes


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple) and isinstance(signatures.as_array(value), np.ndarray)


def number_of_cases(count: int) -> str:
    """E.g. ``3 cases``."""
    return ngettext("{count} case", "{count} cases", count).format(count=count)


class Verdict:
    """Collects comparisons over cases: each result of the function is right in all cases, or is not."""

    def __init__(self, function: str, notes: Sequence[str] = (), lists: Iterable[str] = ()) -> None:
        """``notes`` are accepted conventions, said whatever the outcome; ``lists`` are results that came as lists."""
        self._function = function
        self._given_notes = list(notes)
        self._right: dict[str, bool] = {}
        self._first: tuple[str, dict[str, Any], bool] | None = None
        self._cases = 0
        self._wrong_in: dict[str, int] = {}
        self._notes = list(notes)
        self._noted: set[str] = set()
        self._lists = dict.fromkeys(lists)
        self._of_another_form: set[str] = set()  # results of another type or shape

    def add(self, case: str, comparisons: dict[str, Comparison]) -> None:
        """Take in the comparisons of one case."""
        for name, comparison in comparisons.items():
            self._right[name] = self._right.get(name, True) and comparison.problem is None
            if comparison.problem is not None:
                self._wrong_in.setdefault(name, self._cases)
                if not comparison.of_numbers:
                    self._of_another_form.add(name)
            if comparison.problem and self._first is None:
                sentence = _("`{function}`, case '{case}': {problem}")
                told = sentence.format(function=self._function, case=case, problem=comparison.problem)
                self._first = (told, {"case": case, **comparison.evidence}, comparison.of_numbers)
            if comparison.note and name not in self._noted and comparison.note not in self._notes:
                self._noted.add(name)
                self._notes.append(comparison.note)
        self._cases += 1

    @property
    def wrong_in(self) -> dict[str, int]:
        """For each wrong result, which of the cases is the first that shows it, counted from 0."""
        return dict(self._wrong_in)

    def note(self, sentences: Sequence[str], lists: Iterable[str] = ()) -> None:
        """Take in conventions that were accepted in one case, and the results that came as lists."""
        self._notes += [sentence for sentence in sentences if sentence not in self._notes]
        self._lists |= dict.fromkeys(lists)

    @property
    def notes(self) -> list[str]:
        """The accepted conventions so far, but for lists."""
        return list(self._notes)

    @property
    def lists(self) -> list[str]:
        """The results that came as lists."""
        return list(self._lists)

    def _with_lists(self, notes: list[str]) -> list[str]:
        """The notes, and one about lists: not of a result that was refused for its form."""
        accepted = [name for name in self._lists if name not in self._of_another_form]
        return [*notes, list_note(accepted)] if accepted else notes

    @property
    def right(self) -> dict[str, bool]:
        """For each result, whether it is right in all cases so far."""
        return dict(self._right)

    @property
    def share(self) -> float:
        """The part of the results that is right in all cases."""
        return sum(self._right.values()) / len(self._right)

    def outcome(self, praise: str, all_or_nothing: bool = False) -> Outcome:
        """The outcome so far; ``praise`` is the sentence where everything is right.

        Otherwise each result that is right earns its part, unless ``all_or_nothing``.
        """
        if self._first is None:
            notes = self._with_lists(self._notes)
            return Outcome(1.0, " ".join([praise, *notes]), {"notes": notes} if notes else {})
        message, evidence, of_numbers = self._first
        right = [name for name, is_right in self._right.items() if is_right]
        if right:
            message += " " + _("Right: {names}.").format(names=", ".join(right))
        notes = self._with_lists(self._given_notes)
        if notes:
            message = " ".join([message, *notes])
            evidence = {**evidence, "notes": notes}
        share = 0.0 if all_or_nothing else len(right) / len(self._right)
        return Outcome(share, message, evidence, hint_fits=of_numbers)
