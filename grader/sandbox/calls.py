"""The functions that a submission defines, the instances that methods are called on, and the answers of calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, ClassVar

from . import observations

MAX_PARTS = 500  # parameters, or returned names, of one function


@dataclass(frozen=True)
class SubmittedFunction:
    """A function that the submission defines: (name, kind, has a default) of each parameter, and the returned names.

    A method has a class as its ``owner``; ``reads`` and ``stores`` are then attributes of its instance. Without an
    ``owner`` they are global variables.
    """

    name: str
    parameters: list[tuple[str, str, bool]]
    returns: list[str]
    owner: str = ""
    reads: list[str] = field(default_factory=list)
    stores: list[str] = field(default_factory=list)
    bindings: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What follows from these names, by question: most calls of a function ask the same."""

    @property
    def label(self) -> str:
        """The name as it appears in messages."""
        return f"{self.owner}.{self.name}" if self.owner else self.name


@dataclass(frozen=True)
class Instance:
    """The instance that a method is called on: of class ``owner``, constructed with the first of ``constructions`` that
    works, with these ``attributes`` set. ``fetch`` names the attributes to return after the call. Without an ``owner``
    the attributes are global variables of a function."""

    owner: str
    constructions: list[dict[str, Any]]
    attributes: dict[str, Any] = field(default_factory=dict)
    fetch: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Call:
    """One call of a function of the submission, or of a method of an ``instance``.

    ``give_back`` fetches the arguments after the call. ``keep`` leaves the result in the worker under this handle;
    :class:`~grader.worker.values.Kept` passes it to a later call, and ``on`` calls a method of it, or the result itself if
    ``function`` is empty (see :mod:`grader.worker.objects`). With ``describe`` the answer describes what is kept.
    With ``drive`` the result is a Keras callback, and what is kept is a training with it (:mod:`grader.worker.callbacks`).
    ``then`` has the arguments, positional and by keyword, of a further call of what the function returns; the answer is that
    of the further call. ``shown_as`` is the name of the function in messages. ``seconds`` replaces the usual time limit. ``seed`` sets
    the random numbers before the call. ``supply`` has values for global names; the submission gets those that it uses
    without a definition.
    """

    function: str
    positional: list[Any]
    keywords: dict[str, Any]
    give_back: bool = False
    keep: str = ""
    seconds: float | None = None
    instance: Instance | None = None
    seed: int | None = None
    supply: Mapping[str, Any] | None = None
    on: str = ""
    describe: bool = False
    shown_as: str = ""
    then: tuple[list[Any], dict[str, Any]] | None = None
    drive: bool = False

    @property
    def label(self) -> str:
        """The name of the function in messages."""
        if self.shown_as:
            return f"`{self.shown_as}`"
        owner = self.instance.owner if self.instance is not None else ""
        return f"`{owner}.{self.function}`" if owner else f"`{self.function}`"

    @property
    def content(self) -> dict[str, Any]:
        """The request to the worker, without arguments."""
        content: dict[str, Any] = {
            "function": self.function,
            "return_arguments": self.give_back,
            "keep": self.keep,
            "seed": self.seed,
        }
        content |= {"of": self.on} if self.on else {}
        content |= {"describe": True} if self.describe else {}
        content |= {"then": True} if self.then is not None else {}
        content |= {"drive": True} if self.drive else {}
        if self.instance is None:
            return content
        return content | ({"class": self.instance.owner} if self.instance.owner else {"globals": True})

    @property
    def arguments(self) -> list[Any]:
        """The positional arguments of the request: those of the further call, the state of the instance, those of the call."""
        positional = [] if self.then is None else [[*self.then]]
        if self.instance is not None:
            state = [self.instance.attributes, self.instance.fetch]
            positional.append([self.instance.constructions, *state] if self.instance.owner else state)
        return [*positional, *self.positional]

    @property
    def passed(self) -> list[Any]:
        """All arguments that were passed, in the order of ``Answer.arguments``."""
        positional, keywords = self.then or ([], {})
        return [*self.positional, *self.keywords.values(), *positional, *keywords.values()]

    def completed(self, answer: Answer) -> Answer:
        """Return the answer with all arguments after the call: the worker leaves out arrays that have not changed."""
        if not answer.arguments:
            return answer
        after = [old if new is None else new for old, new in zip(self.passed, answer.arguments, strict=False)]
        return replace(answer, arguments=after)


@dataclass(frozen=True)
class RoundCall:
    """One call of a round: arguments and results as :mod:`grader.worker.rounds` describes them."""

    function: str
    positional: list[Any]
    keywords: dict[str, Any]
    results: dict[str, tuple[int | str, ...]]


@dataclass(frozen=True)
class Rounds:
    """Calls that the worker makes ``count`` times, each with the results of those before it; ``values`` has the others.

    The value of the answer are the results of the last call by name. ``seconds`` limits the time of all calls together.
    """

    calls: Sequence[RoundCall]
    count: int
    values: dict[str, Any]
    seconds: float | None = None

    supply = None
    keywords: ClassVar[dict[str, Any]] = {}

    @property
    def label(self) -> str:
        """The names of the functions in messages."""
        return ", ".join(f"`{call.function}`" for call in self.calls)

    @property
    def content(self) -> dict[str, Any]:
        """The request to the worker, without arguments."""
        return {"rounds": {"rounds": self.count, "calls": [asdict(call) for call in self.calls]}}

    @property
    def arguments(self) -> list[Any]:
        """The positional arguments of the request."""
        return [self.values]

    def completed(self, answer: Answer) -> Answer:
        """Return the answer as it is: the arguments do not come back."""
        return answer


@dataclass(frozen=True)
class Answer:
    """The answer of a call: the returned value, the arguments after the call (if requested), and the attributes that
    were fetched from the instance."""

    value: Any
    arguments: list[Any]
    attributes: dict[str, Any]


def function_of(name: str, item: dict[str, Any]) -> SubmittedFunction:
    """Return a function as a worker describes it; raises ValueError, TypeError or KeyError for anything else."""
    if max(len(item[part]) for part in ("parameters", "returns", "reads", "stores")) > MAX_PARTS:
        raise ValueError("more parts than a worker reports")
    reads, stores = ([str(each) for each in item[part] if str(each).isidentifier()] for part in ("reads", "stores"))
    parameters = [(str(p), str(kind), bool(default)) for p, kind, default in item["parameters"]]
    return SubmittedFunction(name, parameters, [str(label) for label in item["returns"]], "", reads, stores)


def kept_function(name: str, answer: Any) -> SubmittedFunction | None:
    """Return the function that a worker has kept, as its answer describes it; None if the object cannot be called.

    ``name`` is that in messages. Raises ValueError, TypeError or KeyError for an answer that is no description.
    """
    call = answer["call"]
    return None if call is None else function_of(name, call)


def method_of(owner: str, name: str, item: observations.Method) -> SubmittedFunction:
    """Return a method as a worker describes it."""
    reads, stores = ([each for each in names if each.isidentifier()] for names in (item.reads, item.stores))
    return SubmittedFunction(name, item.parameters, item.returns, owner, reads, stores)
