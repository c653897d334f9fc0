"""The base classes of all kinds of checks; each kind is a module of ``grader/checks/``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from .base import DatasetName, Name, Scalar, StrictModel, Tolerance
from .classes import ClassSpec
from .declarations import Declarations
from .points import RubricItem, ScoreBand, Spread
from .sample import PointSample
from .sequences import ObjectSequence


@dataclass(frozen=True)
class Problem:
    """A sentence about something in a check of an ``assignment.yaml``; ``value`` is the text in its line of the file."""

    value: str
    sentence: str


def unknown(what: str, names: Iterable[str], allowed: Iterable[str]) -> Iterator[Problem]:
    """Yield a problem for each of the names that is not allowed. ``what`` is the kind of thing that they name."""
    allowed = list(allowed)
    for name in names:
        if name not in allowed:
            choice = f"allowed are {', '.join(allowed)}" if allowed else "there are none"
            yield Problem(name, f"'{name}' is not a known {what}; {choice}.")


@dataclass(frozen=True)
class ComparedFunction:
    """A function whose results a check compares with those of the reference, on probes with the results of ``given``.

    Each of ``changes`` replaces some inputs. ``results`` are the judged ones, None for all.
    """

    function: str
    probes: Sequence[str]
    tolerance: Tolerance
    given: Sequence[str] = ()
    changes: Sequence[Mapping[str, Scalar]] = ({},)
    results: Sequence[str] | None = None
    any_shape: bool = False


class Check(StrictModel):
    """One scored question about a submission; the base class of every kind.

    A kind declares its keys as fields, with ``kind: Literal["..."]`` among them, yields what is wrong with a check in
    :meth:`problems`, and judges a submission in :meth:`run`.
    """

    needs_reference: ClassVar[bool] = False
    """Whether an assignment with such a check has to name a reference."""
    judges_function: ClassVar[bool] = False
    """Whether passing means that the function is right, so that checks that build on it may trust it."""
    is_marked_by_hand: ClassVar[bool] = False
    """Whether a person gives the points, so that the check has no score until then. Its :meth:`run` calls nothing."""
    depends_on_layout: ClassVar[bool] = False
    """Whether another layout of the arrays can be the reason for not passing; the check is then run again in the other one."""
    depends_on_calls: ClassVar[tuple[str, ...] | None] = None
    """The calls that make what is judged, if that happens while the submission loads; a failed statement that has such a
    call makes the check *not gradable*."""
    depends_on_variables: ClassVar[bool] = True
    """With ``depends_on_calls``: whether a failed statement that changes one of :meth:`variables` matters as well."""

    judges_definitions: ClassVar[bool] = True
    """Whether a mistake is in the definitions of :meth:`functions` or :meth:`variables`, so that a report may mark one of them."""

    @property
    def needs_person(self) -> bool:
        """Whether a person gives the points of this check; by default those of all checks of its kind."""
        return self.is_marked_by_hand

    kind: str
    """The kind of check."""
    name: Name
    """The name in reports, in lower case with hyphens."""
    title: str = Field(min_length=1)
    """A short description of the check for students."""
    points: float = Field(ge=0)
    """The points of the check."""
    bonus: bool = False
    """The points are added to the full marks."""
    required: bool = False
    """A submission passes only if it passes this check, whatever its score is."""
    fresh: bool = False
    """Run in a new worker in which nothing was called before."""
    requires: list[Name] = []
    """Checks above this one; it is skipped if they fail."""
    visibility: Literal["open", "hidden", "instructor"] = "open"
    """The audience: students (``open``), students without evidence and only in the grading (``hidden``), or instructors."""
    hint: str = ""
    """A hint for students who fail the check, if no bug is found."""

    def run(self, context: Any) -> Any:
        """Judge a submission (:class:`~grader.checks.context.Context`); returns an Outcome.

        Raises CallError if the submission gives no answer, and NotGradable if the grader is the reason.
        """
        raise NotImplementedError

    def functions(self) -> Iterable[str]:
        """Return the submitted functions that this check calls."""
        return ()

    def called(self, function: str) -> str:
        """Return the name that students know for one of these functions."""
        return function

    def probe_names(self) -> Iterable[str]:
        """Return the probes that this check uses."""
        return ()

    def given_functions(self) -> Iterable[str]:
        """Return the functions whose results, computed by the reference on a probe, are inputs as well."""
        return ()

    def answered_functions(self) -> Iterable[str]:
        """Return the functions whose expected answers on its probes this check needs."""
        return [*self.functions(), *self.given_functions()] if [*self.probe_names()] else []

    def sequence(self, classes: Mapping[str, ClassSpec]) -> ObjectSequence | None:
        """Return the calls of methods that this check makes, which count as one function; raises SequenceError."""
        return None

    def named_inputs(self) -> Iterable[str]:
        """Return the inputs of probes that this check passes under their names to constructors and methods."""
        return ()

    def classes_judged(self) -> Iterable[str]:
        """Return the classes of the submission whose objects are compared with :meth:`functions` of the reference, if any."""
        return ()

    def numbers_of_objects(self, student: Any, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the numbers that objects of :meth:`classes_judged` show with these inputs; raises CallError."""
        return {}

    def compared_function(self) -> ComparedFunction | None:
        """Return the function that is compared with the reference on small inputs, too, to find the smallest that fail."""
        return None

    def compared_functions(self) -> Sequence[ComparedFunction]:
        """Return all such functions, in the order in which they are called."""
        compared = self.compared_function()
        return [] if compared is None else [compared]

    def variables(self) -> Iterable[tuple[str, str]]:
        """Return (name, type) of each submitted variable that this check reads; the type is "" if any is allowed."""
        return ()

    def own_inputs(self) -> Iterable[str]:
        """Return the inputs that this check sets itself, so that its probes need not have them."""
        return ()

    def loaded_variables(self) -> Iterable[tuple[str, str]]:
        """Return (name, type) of each variable that is judged with the value that it gets while the submission loads."""
        return self.variables()

    def changed_inputs(self) -> Mapping[str, Scalar]:
        """Return the inputs that this check changes, one at a time, each with its other value."""
        return {}

    def other_checks(self) -> Iterable[str]:
        """Return the names of other checks that this check reads or runs."""
        return ()

    def inputs_of_diagnosis(self, function: str, seed: int) -> Mapping[str, Any]:
        """Return inputs of a function that only the diagnosis of this check computes; {} for any other function."""
        return {}

    def derivatives(self) -> Iterable[tuple[str, str, str]]:
        """Return (objective, input, result) for each result that is a derivative of the objective by that input."""
        return ()

    def marking_scheme(self) -> Sequence[RubricItem]:
        """Return the entries by which a person gives the points."""
        return ()

    def accepts_empty(self) -> bool:
        """Return whether a submission without any content would pass; it then earns points only after another check."""
        return False

    def is_submitted(self, context: Any) -> bool:
        """Return whether a submission contains what this check is about, besides functions and variables."""
        return True

    def called_on_probes(self) -> Iterable[str]:
        """Return the functions that are called with the inputs of a probe, in their order."""
        return [*self.given_functions(), *self.functions()]

    def results_passed_on(self) -> Iterable[str]:
        """Return the functions whose results are inputs of the functions called after them."""
        return self.given_functions()

    def problems(self, assignment: Declarations) -> Iterator[Problem]:
        """Yield a problem for everything that this check needs but the assignment does not have."""
        yield from unknown("function", self.functions(), assignment.functions)
        yield from unknown("probe", self.probe_names(), assignment.probes)
        for name, type_name in self.variables():
            yield from unknown("variable", [name], assignment.variables)
            fitting = [other for other, item in assignment.variables.items() if type_name in ("", item.type)]
            yield from unknown(f"variable of the type {type_name}", [name], fitting)
        if self.needs_reference and assignment.reference is None:
            sentence = (
                f"'{self.name}' compares with a reference, but the file does not name one; add 'reference:' at the top."
            )
            yield Problem(self.name, sentence)
        yield from unknown("function", self.given_functions(), assignment.functions)
        yield from self._missing_inputs(assignment)

    def _missing_inputs(self, assignment: Declarations) -> Iterator[Problem]:
        """Yield a problem for each probe without an argument of a function that is called with it."""
        replacements = [assignment.probes[probe].fallback for probe in self.probe_names()]
        passed_on = set(self.results_passed_on())
        for probe in [*self.probe_names(), *(name for name in replacements if name)]:
            inputs = {*assignment.probes[probe].inputs, *self.own_inputs()}
            for name in self.called_on_probes():
                function = assignment.functions[name]
                missing = [item.name for item in function.arguments if not item.optional and item.name not in inputs]
                if missing:
                    sentence = f"the probe '{probe}' has no {' and '.join(missing)}, which {name} needs; add it."
                    yield Problem(probe, sentence)
                inputs.update(function.returns if name in passed_on else [])


class ProbedCheck(Check):
    """A check of one function on some probes."""

    needs_reference = True
    depends_on_layout = True

    function: str
    """The function that is called."""
    probes: list[str] = Field(min_length=1)
    """The probes whose inputs are used."""
    given: list[str] = []
    """Functions whose results are inputs too. The reference computes these results on the same probe, so an error in one
    submitted function does not make the next one look wrong."""
    tolerance: Tolerance = Tolerance()
    """The largest accepted error."""

    def functions(self) -> Iterable[str]:
        return (self.function,)

    def probe_names(self) -> Iterable[str]:
        return self.probes

    def given_functions(self) -> Iterable[str]:
        return self.given


class BandedCheck(Check):
    """A check of a value measured after training, judged in bands around the value of the reference."""

    dataset: DatasetName | Literal[""] = ""
    """The dataset of the images."""
    sample: PointSample | None = None
    """Instead of a dataset: points of two classes that a probe draws."""
    bands: list[ScoreBand] = Field(min_length=1)
    """The share of the points for each value."""
    reference: list[str] = []
    """Functions of the reference, ``(images, labels, seed) -> predict``."""
    spread: dict[Literal["real", "stand-in"], Spread] = {}
    """The values of these functions on the real data and on the stand-in; ``grader reference`` computes them again."""

    @model_validator(mode="after")
    def _one_source_of_data(self) -> BandedCheck:
        if bool(self.dataset) == (self.sample is not None):
            raise ValueError("a check of this kind has either a dataset or a sample; give one of them.")
        if self.sample is not None and (self.reference or any(band.deviations is not None for band in self.bands)):
            raise ValueError("with a sample, the bands have at_least and no reference; change the bands.")
        return self

    @model_validator(mode="after")
    def _bands_have_a_spread(self) -> BandedCheck:
        if any(band.deviations is not None for band in self.bands) and self.spread.keys() != {"real", "stand-in"}:
            raise ValueError("bands in deviations need the reference's spread on 'real' and 'stand-in'; give both.")
        if not any(band.share == 1 for band in self.bands):
            raise ValueError("no band has the share 1, so full marks are impossible; add one.")
        for unit in ("at_least", "deviations"):
            bands = [(getattr(band, unit), band.share) for band in self.bands if getattr(band, unit) is not None]
            shares = [share for _, share in sorted(bands, reverse=unit == "deviations")]
            if shares != sorted(set(shares)):
                raise ValueError(f"a better value of {unit} must give a larger share; correct the bands.")
        return self

    def probe_names(self) -> Iterable[str]:
        return [] if self.sample is None else [self.sample.probe]

    def called_on_probes(self) -> Iterable[str]:
        return ()

    def answered_functions(self) -> Iterable[str]:
        return ()  # they are judged by their accuracy

    def highest_accuracy(self, images: Literal["real", "stand-in"]) -> Iterable[float]:
        """Return the largest held-out accuracy that is plausible on these images; nothing if this check is not about it."""
        return ()

    def problems(self, assignment: Declarations) -> Iterator[Problem]:
        yield from super().problems(assignment)
        if self.sample is None:
            yield from unknown("dataset of this assignment", [self.dataset], assignment.datasets)
        elif self.sample.probe in assignment.probes:
            inputs = assignment.probes[self.sample.probe].inputs
            yield from unknown(f"input of the probe {self.sample.probe}", self.sample.inputs(), inputs)
        if assignment.reference is None and any("." not in name for name in self.reference):
            sentence = f"'{self.name}' names functions of a reference, but the file does not name its module; add 'reference:' at the top."
            yield Problem(self.name, sentence)
        taking = [name for name, function in assignment.functions.items() if function.arguments]
        yield from unknown("function with an argument", self.functions(), taking)
