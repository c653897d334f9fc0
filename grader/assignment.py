"""``assignment.yaml`` as models: what an exercise asks for, and how each answer is judged.

An assignment is a folder. Bundled ones are found by name, others by their path. All mistakes in the
YAML are reported with file and line (:mod:`grader.yamlfile`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, field_validator, model_validator

from . import yamlfile
from .errors import UsageError

PACKAGE = Path(__file__).resolve().parent
# Installed, the two folders lie inside the package; in a checkout, beside it.
BUNDLED = PACKAGE / "bundled" if (PACKAGE / "bundled").is_dir() else PACKAGE.parent
ASSIGNMENTS = BUNDLED / "assignments"
REFERENCE = BUNDLED / "reference"

Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class Part(BaseModel):
    """Base of all models of the file: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Limits(Part):
    """What one submission may use. Seconds are wall-clock time; each call of a function has its own,
    and all of them together have ``total_seconds``.
    """

    load_seconds: float = Field(20, gt=0, le=3600)
    call_seconds: float = Field(10, gt=0, le=3600)
    total_seconds: float = Field(120, gt=0, le=36000)
    memory_mb: int = Field(1024, ge=64, le=65536)
    processes: int = Field(64, ge=8, le=4096)
    open_files: int = Field(256, ge=64, le=65536)
    disk_mb: int = Field(64, ge=1, le=65536)
    output_kb: int = Field(1024, ge=1, le=65536)


@dataclass(frozen=True)
class Argument:
    """One argument of a function; ``default`` means something only where ``optional``."""

    name: str
    optional: bool
    default: Any = None


class Function(Part):
    """A function that a submission defines, e.g. ``signature: (X, w, b=0.0)``, ``returns: [y_hat]``.

    ``history`` names the result with one entry an epoch, taken before or after each update.
    ``handed_over`` maps an argument to the function whose result it is: if a submission returns that
    as a column, it gets the argument as a column too.
    """

    signature: str
    returns: list[str] = Field(min_length=1)
    aliases: list[str] = []
    history: str | None = None
    handed_over: dict[str, str] = {}
    _arguments: tuple[Argument, ...] = PrivateAttr(default=())

    @field_validator("signature")
    @classmethod
    def _parses(cls, signature: str) -> str:
        _parse_signature(signature)
        return signature

    def model_post_init(self, context: Any, /) -> None:
        self._arguments = _parse_signature(self.signature)

    @property
    def arguments(self) -> tuple[Argument, ...]:
        """The arguments in the order of the signature."""
        return self._arguments

    def argument_names(self) -> list[str]:
        """The names of the arguments, in the order of the signature."""
        return [argument.name for argument in self._arguments]

    def complete(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return those of ``inputs`` that are arguments, and the defaults of the arguments left out."""
        return {
            argument.name: inputs.get(argument.name, argument.default)
            for argument in self._arguments
            if argument.name in inputs or argument.optional
        }


def _parse_signature(signature: str) -> tuple[Argument, ...]:
    try:
        definition = ast.parse(f"def f{signature}: pass").body[0]
        assert isinstance(definition, ast.FunctionDef)
        plain = definition.args
        assert not (plain.posonlyargs or plain.kwonlyargs or plain.vararg or plain.kwarg)
        names = [argument.arg for argument in definition.args.args]
        defaults = [ast.literal_eval(default) for default in definition.args.defaults]
    except (SyntaxError, ValueError, AssertionError) as error:
        raise ValueError(f"{signature!r} is not a Python signature like (X, w, b=0.0).") from error
    required = len(names) - len(defaults)
    return tuple(
        Argument(name, True, defaults[i - required]) if i >= required else Argument(name, False)
        for i, name in enumerate(names)
    )


class Draw(Part):
    """Random numbers, float64, drawn anew for every seed."""

    draw: Literal["normal", "uniform", "choice"]
    shape: list[Annotated[int, Field(ge=0)]] = []
    scale: float = 1.0
    low: float = 0.0
    high: float = 1.0
    of: list[float] = [0.0, 1.0]


Scalar = bool | int | float
Constant = Scalar | list[Scalar] | list[list[Scalar]]


def _rectangular(value: Any) -> Any:
    """Refuse rows of different lengths."""
    if isinstance(value, list) and len({len(row) if isinstance(row, list) else -1 for row in value}) > 1:
        raise ValueError("rows of different lengths; make them equal.")
    return value


Rows = Annotated[list[list[float]], Field(min_length=1), AfterValidator(_rectangular)]


class Probe(Part):
    """Named inputs. ``times`` repeats the random ones with fresh numbers."""

    times: int = Field(1, ge=1, le=100)
    inputs: dict[str, Annotated[Draw | Constant, AfterValidator(_rectangular)]]


class Tolerance(Part):
    """Largest error accepted, relative to the largest expected entry, and absolute.

    The default leaves room for float32 inside a function that returns Python numbers, about 1e-6, and
    none for four printed digits.
    """

    relative: float = Field(1e-5, gt=0, lt=1)
    absolute: float = Field(1e-9, gt=0)


class BaseCheck(Part):
    """What every check has, whatever its kind."""

    name: Name
    title: str = Field(min_length=1)
    points: float = Field(ge=0)
    requires: list[Name] = []
    visibility: Literal["open", "hidden", "instructor"] = "open"
    hint: str = ""

    def functions(self) -> Iterable[str]:
        """The submitted functions that this check calls."""
        return ()

    def probe_names(self) -> Iterable[str]:
        """The probes that this check uses."""
        return ()


class ProbedCheck(BaseCheck):
    """A check of one function on some probes."""

    function: str
    probes: list[str] = Field(min_length=1)
    tolerance: Tolerance = Tolerance()

    def functions(self) -> Iterable[str]:
        return (self.function,)

    def probe_names(self) -> Iterable[str]:
        return self.probes


class ValuesCheck(ProbedCheck):
    """The results equal the reference's."""

    kind: Literal["values"]


class GradientsCheck(ProbedCheck):
    """The results are the derivatives of ``objective`` (a function of the reference).

    ``parameters`` maps each result to the argument that it is the derivative by, e.g. ``dw: w``.
    """

    kind: Literal["gradients"]
    objective: str
    parameters: dict[str, str] = Field(min_length=1)


class TrajectoryCheck(ProbedCheck):
    """A training loop ends at the same parameters as the reference, by the same history."""

    kind: Literal["trajectory"]


class GeneralisationCheck(BaseCheck):
    """Trained on the probe, the submission classifies ``inputs`` that it has not seen as ``labels``."""

    kind: Literal["generalisation"]
    train: str
    predict: str
    probes: list[str] = Field(min_length=1)
    argument: str
    inputs: Rows
    labels: list[int] = Field(min_length=1)
    threshold: float = 0.5

    @model_validator(mode="after")
    def _as_many_labels_as_inputs(self) -> GeneralisationCheck:
        if len(self.labels) != len(self.inputs):
            raise ValueError(f"{len(self.inputs)} inputs and {len(self.labels)} labels; give as many.")
        return self

    def functions(self) -> Iterable[str]:
        return (self.train, self.predict)

    def probe_names(self) -> Iterable[str]:
        return self.probes


class ArgumentsUsedCheck(BaseCheck):
    """Changing each argument in ``vary`` changes the result, and as it changes the reference's."""

    kind: Literal["arguments_used"]
    function: str
    probe: str
    vary: dict[str, Scalar] = Field(min_length=1)
    tolerance: Tolerance = Tolerance()

    def functions(self) -> Iterable[str]:
        return (self.function,)

    def probe_names(self) -> Iterable[str]:
        return (self.probe,)


class ArgumentsUnchangedCheck(BaseCheck):
    """Arrays that are passed to the functions are the same after the call."""

    kind: Literal["arguments_unchanged"]
    functions_called: list[str] = Field(min_length=1, alias="functions")
    probe: str

    def functions(self) -> Iterable[str]:
        return self.functions_called

    def probe_names(self) -> Iterable[str]:
        return (self.probe,)


class SourceCheck(BaseCheck):
    """The source imports none of the assignment's ``forbidden_imports``."""

    kind: Literal["source"]


Check = Annotated[
    ValuesCheck
    | GradientsCheck
    | TrajectoryCheck
    | GeneralisationCheck
    | ArgumentsUsedCheck
    | ArgumentsUnchangedCheck
    | SourceCheck,
    Field(discriminator="kind"),
]


class KnownWrong(Part):
    """A bundled wrong solution and the check at which it has to fall."""

    file: str
    fails: Name


class AssignmentFile(Part):
    """The whole of ``assignment.yaml``."""

    name: Name
    version: str
    title: str
    task: str = "task.md"
    reference: str
    pass_mark: float = Field(60, ge=0, le=100)
    limits: Limits = Limits()
    forbidden_imports: list[str] = []
    names: dict[str, list[str]] = {}
    functions: dict[str, Function] = Field(min_length=1)
    probes: dict[str, Probe] = {}
    checks: list[Check] = Field(min_length=1)
    solution: str = "solution.py"
    starters: list[str] = []
    known_wrong: list[KnownWrong] = []

    @model_validator(mode="after")
    def _names_exist(self) -> AssignmentFile:
        for name, function in self.functions.items():
            if function.history is not None:
                self._refuse_unknown(("functions", name), "history", [function.history], function.returns)
            self._refuse_unknown(("functions", name), "argument", function.handed_over, function.argument_names())
            self._refuse_unknown(("functions", name), "function", function.handed_over.values(), self.functions)
        self._refuse_unknown(("names",), "name", self.names, self.all_names())
        for name, probe in self.probes.items():
            self._refuse_unknown(("probes", name), "input", probe.inputs, self.all_names())
        for index, check in enumerate(self.checks):
            self._check_exists(("checks", index), check, [other.name for other in self.checks[:index]])
        every = [check.name for check in self.checks]
        for index, wrong in enumerate(self.known_wrong):
            self._refuse_unknown(("known_wrong", index), "check", [wrong.fails], every)
        return self

    def _check_exists(self, where: yamlfile.Location, check: Check, above: list[str]) -> None:
        """Raise a mistake unless all that a check names is there."""
        if check.name in above:
            message = f"two checks are called '{check.name}'; check names are unique."
            raise yamlfile.MistakeAt(where, check.name, message)
        self._refuse_unknown(where, "required check (one above it)", check.requires, above)
        self._refuse_unknown(where, "function", check.functions(), self.functions)
        self._refuse_unknown(where, "probe", check.probe_names(), self.probes)
        if isinstance(check, GradientsCheck):
            function = self.functions[check.function]
            self._refuse_unknown(where, "result", check.parameters, function.returns)
            self._refuse_unknown(where, "argument", check.parameters.values(), function.argument_names())
        if isinstance(check, ArgumentsUsedCheck):
            self._refuse_unknown(where, "argument", check.vary, self.functions[check.function].argument_names())
        if isinstance(check, GeneralisationCheck):
            self._refuse_unknown(where, "argument", [check.argument], self.functions[check.predict].argument_names())
        called = [check.train] if isinstance(check, GeneralisationCheck) else check.functions()
        for probe in check.probe_names():
            for called_name in called:
                needed = [a.name for a in self.functions[called_name].arguments if not a.optional]
                lacking = [name for name in needed if name not in self.probes[probe].inputs]
                if lacking:
                    message = f"the probe '{probe}' has no {' and '.join(lacking)}, which {called_name} needs; add it."
                    raise yamlfile.MistakeAt(where, probe, message)

    def _refuse_unknown(self, where: yamlfile.Location, what: str, used: Iterable[str], known: Iterable[str]) -> None:
        known = list(known)
        for name in used:
            if name not in known:
                allowed = ", ".join(known) or "none"
                raise yamlfile.MistakeAt(where, name, f"'{name}' is no known {what}; allowed are {allowed}.")

    def all_names(self) -> list[str]:
        """The names of all arguments and results, in the order of the file."""
        names = [name for f in self.functions.values() for name in (*f.argument_names(), *f.returns)]
        return list(dict.fromkeys(names))


class Assignment:
    """A folder with its ``assignment.yaml``, ready to grade by."""

    def __init__(self, folder: Path, content: AssignmentFile) -> None:
        self.folder = folder
        self.content = content

    @property
    def name(self) -> str:
        return self.content.name

    def file(self, name: str) -> Path:
        """Return a file of the folder; raises UsageError if it is missing."""
        path = self.folder / name
        if not path.is_file():
            raise UsageError(f"{self.folder / 'assignment.yaml'}: names '{name}', which is not in the folder.")
        return path

    def reference_file(self) -> Path:
        """Return the reference module: one of the folder, else a bundled one of that name."""
        own = self.folder / self.content.reference
        if own.is_file():
            return own
        bundled = REFERENCE / f"{self.content.reference}.py"
        if bundled.is_file():
            return bundled
        raise UsageError(
            f"{self.folder / 'assignment.yaml'}: the reference '{self.content.reference}' is neither a file of "
            f"the folder nor a bundled one; allowed are {', '.join(sorted(p.stem for p in REFERENCE.glob('[a-z]*.py')))}."
        )


def bundled_names() -> list[str]:
    """The names of the assignments that come with the grader."""
    return sorted(path.parent.name for path in ASSIGNMENTS.glob("*/assignment.yaml"))


def load(name_or_folder: str) -> Assignment:
    """Return the bundled assignment of that name, or the one in that folder; raises UsageError."""
    bundled = ASSIGNMENTS / name_or_folder
    if name_or_folder in bundled_names():
        folder = bundled
    else:
        folder = Path(name_or_folder)
        if folder.name == "assignment.yaml":
            folder = folder.parent
        if not (folder / "assignment.yaml").is_file():
            raise UsageError(
                f"There is no assignment '{name_or_folder}': use one of {', '.join(bundled_names())}, "
                "or a folder with an assignment.yaml."
            )
    return Assignment(folder.resolve(), yamlfile.load(folder / "assignment.yaml", AssignmentFile))
