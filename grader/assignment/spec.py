"""The model of an ``assignment.yaml``. It also checks that all names in the file exist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from ..support import yaml_model
from . import expressions
from .base import Budget, DatasetName, Draw, Function, Identifier, Layouts, Limits, Name, Part, Policy, Probe, Variable
from .bugs import Bug, Steps
from .checks import (
    AccuracyCheck,
    ArgumentsUsedCheck,
    BandedCheck,
    BaseCheck,
    ChainCheck,
    Check,
    FiguresCheck,
    GeneralisationCheck,
    GradientsCheck,
    InitialisationCheck,
    ProbedCheck,
    SourceCheck,
)
from .given import Computed, FileName, Global, PackageName


class KnownWrong(Part):
    """A known-wrong solution, the check that it must fail, and the bug that this check must name."""

    file: str
    fails: Name
    bug: Name | None = None


class AssignmentFile(Part):
    """The contents of an ``assignment.yaml``."""

    name: Name
    version: Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int | float) else value)]
    title: str
    task: str = "task.md"
    reference: str | None = None
    pass_mark: float = Field(60, ge=0, le=100)
    limits: Limits = Limits()
    grading: Policy = Policy()
    forbidden_imports: list[str] = []
    allowed_imports: list[str] = []
    names: dict[str, list[str]] = {}
    packages: list[PackageName] = []
    files: list[FileName] = []
    globals: dict[Identifier, Global] = {}
    datasets: dict[DatasetName, Budget] = {}
    functions: dict[Identifier, Function] = {}
    variables: dict[str, Variable] = {}
    layouts: Layouts | None = None
    probes: dict[str, Probe] = {}
    steps: dict[str, Steps] = {}
    bugs: list[Bug] = []
    hints: Literal[1, 2, 3] = 2
    checks: list[Check] = Field(min_length=1)
    solution: str = "solution.py"
    starters: list[str] = []
    known_wrong: list[KnownWrong] = []

    @model_validator(mode="after")
    def _names_exist(self) -> AssignmentFile:
        if sum(check.points for check in self.checks if not check.bonus) <= 0:
            raise ValueError("no check has points; give points to at least one.")
        if 0 < self.pass_mark <= 1:
            raise ValueError("pass_mark is a percentage; write 60 for 60 %.")
        for name, function in self.functions.items():
            others = [
                alias for other, item in self.functions.items() if other != name for alias in (other, *item.aliases)
            ]
            for alias in set(function.aliases) & set(others):
                message = f"'{alias}' is the name or alias of another function; remove the alias."
                raise yaml_model.MistakeAt(("functions", name), alias, message)
            if function.history is not None:
                self._refuse_unknown(("functions", name), "history", [function.history], function.returns)
            self._refuse_unknown(("functions", name), "argument", function.handed_over, function.inputs())
            self._refuse_unknown(("functions", name), "function", function.handed_over.values(), self.functions)
            for argument, other in function.handed_over.items():
                what = f"result of {other}"
                self._refuse_unknown(("functions", name), what, [argument], self.functions[other].returns)
            self._refuse_unknown(("functions", name), "argument", function.may_omit, function.argument_names())
            self._refuse_unknown(("functions", name), "argument", function.instead, function.argument_names())
            self._refuse_unknown(("functions", name), "input", function.instead.values(), self.all_names())
            self._refuse_unknown(("functions", name), "result", function.shapes, function.returns)
            self._refuse_unknown(("functions", name), "result", function.may_leave_out, function.returns)
            lengths = [length for shape in function.shapes.values() for length in shape if isinstance(length, str)]
            self._refuse_unknown(("functions", name), "width", lengths, function.widths)
        if self.layouts is not None:
            asked = (self.layouts.shown_by, self.layouts.tried_on)
            self._refuse_unknown(("layouts",), "function", asked, self.functions)
            shaped = [name for name, function in self.functions.items() if function.shapes]
            self._refuse_unknown(("layouts",), "function with shapes", [self.layouts.shown_by], shaped)
            for names in self.layouts.transposed.values():
                self._refuse_unknown(("layouts", "transposed"), "name", names, self.all_names())
        self._check_given()
        self._check_variables()
        self._refuse_unknown(("names",), "name", self.names, self.all_names())
        for name, probe in self.probes.items():
            self._refuse_unknown(("probes", name), "input", probe.inputs, self.all_names())
            draws = [value for value in probe.inputs.values() if isinstance(value, Draw)]
            lengths = [length for draw in draws for length in draw.shape if isinstance(length, str)]
            self._refuse_unknown(("probes", name), "width", lengths, self.widths())
            final = [other for other, item in self.probes.items() if item.instead is None]
            self._refuse_unknown(("probes", name), "probe without its own 'instead'", _named(probe.instead), final)
        for index, check in enumerate(self.checks):
            self._check_exists(("checks", index), check, [other.name for other in self.checks[:index]])
        self._refuse_unknown(("steps",), "function", self.steps, self.functions)
        for index, bug in enumerate(self.bugs):
            self._check_bug(("bugs", index), bug)
        self._check_expressions()
        every = [check.name for check in self.checks]
        for index, wrong in enumerate(self.known_wrong):
            self._refuse_unknown(("known_wrong", index), "check", [wrong.fails], every)
        return self

    def asked_on_probes(self, checks: Sequence[BaseCheck] | None = None) -> list[str]:
        """Return the functions for which ``checks`` (by default all) need expected answers on probes."""
        found: dict[str, None] = {}
        for check in self.checks if checks is None else checks:
            if [*check.probe_names()]:
                given = check.given if isinstance(check, ProbedCheck | ChainCheck) else []
                found |= dict.fromkeys([*check.functions(), *given])
        return [*found]

    def _check_exists(self, where: yaml_model.Location, check: Check, above: list[str]) -> None:
        """Raise an error unless everything that a check names exists."""
        if check.name in above:
            message = f"two checks have the name '{check.name}'; rename one of them."
            raise yaml_model.MistakeAt(where, check.name, message)
        self._refuse_unknown(where, "check above this one", check.requires, above)
        self._refuse_unknown(where, "function", check.functions(), self.functions)
        self._refuse_unknown(where, "probe", check.probe_names(), self.probes)
        closed = [other.name for other in self.checks if other.visibility != "open"]
        if check.visibility == "open":
            self._refuse_unknown(where, "check that students can run", check.requires, set(above) - set(closed))
        bonus = [other.name for other in self.checks if other.bonus]
        self._refuse_unknown(where, "check without bonus points", check.requires, set(above) - set(bonus))
        for name, wanted in check.variables():
            self._refuse_unknown(where, "variable", [name], self.variables)
            fitting = [other for other, variable in self.variables.items() if wanted in ("", variable.type)]
            self._refuse_unknown(where, f"variable of the type {wanted}", [name], fitting)
        if self.reference is None and [*check.probe_names()]:
            raise yaml_model.MistakeAt(
                where,
                check.name,
                f"'{check.name}' compares with a reference, but the file does not name one; add 'reference:' at the top.",
            )
        if isinstance(check, BandedCheck):
            self._check_trained(where, check)
        rules = check.rules if isinstance(check, SourceCheck) else []
        for rule, about in (("leakage", "test data"), ("labels", "labels of a dataset")):
            if rule in rules and not self.datasets:
                raise yaml_model.MistakeAt(
                    where,
                    check.name,
                    f"the rule {rule} is about {about}, but the file names no datasets; add 'datasets:'.",
                )
        if isinstance(check, FiguresCheck):
            titled = [panel.images for panel in check.panels if panel.images and panel.titles]
            known = [name for name in self.variables if self.origin(name) is not None]
            self._refuse_unknown(where, "variable with images of a dataset, which titles need", titled, known)
        if isinstance(check, GradientsCheck):
            self._refuse_unknown(where, "result", check.parameters, self.functions[check.function].returns)
            for probe in check.probes:
                known = [*self.probes[probe].inputs, *self.functions[check.function].argument_names()]
                self._refuse_unknown(where, "input", check.parameters.values(), known)
        if isinstance(check, ArgumentsUsedCheck):
            self._refuse_unknown(where, "argument", check.vary, self.functions[check.function].argument_names())
            usual = {argument.name: argument.default for argument in self.functions[check.function].arguments}
            for name, value in check.vary.items():
                if self.probes[check.probe].inputs.get(name, usual[name]) == value:
                    raise yaml_model.MistakeAt(
                        where, str(value), f"{name}={value} is also the value in the probe; choose another value."
                    )
        if isinstance(check, GeneralisationCheck):
            self._refuse_unknown(where, "argument", [check.argument], self.functions[check.predict].argument_names())
            if check.targets is not None:
                for probe in check.probes:
                    self._refuse_unknown(where, "input", [check.targets], self.probes[probe].inputs)
        if isinstance(check, InitialisationCheck):
            free = [name for name, function in self.functions.items() if not function.arguments]
            self._refuse_unknown(where, "function without arguments", [check.function], free)
            self._refuse_unknown(where, "result with a shape", check.spread, self.functions[check.function].shapes)
        given = check.given if isinstance(check, ProbedCheck | ChainCheck) else []
        self._refuse_unknown(where, "function", given, self.functions)
        called = [check.train] if isinstance(check, GeneralisationCheck) else [*given, *check.functions()]
        chained = check.functions() if isinstance(check, ChainCheck) else []
        instead = [self.probes[probe].instead for probe in check.probe_names()]
        for probe in [*check.probe_names(), *(name for name in instead if name)]:
            inputs = set(self.probes[probe].inputs)
            for name in called:
                lacking = [a.name for a in self.functions[name].arguments if not a.optional and a.name not in inputs]
                if lacking:
                    message = f"the probe '{probe}' has no {' and '.join(lacking)}, which {name} needs; add it."
                    raise yaml_model.MistakeAt(where, probe, message)
                inputs.update(self.functions[name].returns if name in (*given, *chained) else [])

    def _check_bug(self, where: yaml_model.Location, bug: Bug) -> None:
        """Raise an error unless the function of a bug and the steps that it replaces exist."""
        self._refuse_unknown(where, "function", [bug.function], self.functions)
        steps = self.steps.get(bug.function, {})
        if bug.instead:
            known = [*steps, *self.functions[bug.function].inputs()] if isinstance(steps, dict) else []
            replaced = [name for variant in bug.variants() for name in variant]
            self._refuse_unknown(where, f"step or input of {bug.function}", replaced, known)
        if bug.options and not bug.mutation and not isinstance(steps, str):
            message = f"options are only for steps that are a Python function, but {bug.function} has none."
            raise yaml_model.MistakeAt(where, bug.name, message)

    def _check_expressions(self) -> None:
        """Raise an error if an expression uses a forbidden Python function, or if calls would never end."""
        inputs = [name for probe in self.probes.values() for name in probe.inputs]
        known = {*self.functions, *self.all_names(), *inputs}
        formulas = {name: list(steps.values()) for name, steps in self.steps.items() if isinstance(steps, dict)}
        found: list[tuple[yaml_model.Location, str, set[str | None]]] = [
            *((("steps", name), text, {*self.steps[name]}) for name, texts in formulas.items() for text in texts),
            *(
                (("bugs", i), text, {bug.unknown, *self.steps.get(bug.function, ())})
                for i, bug in enumerate(self.bugs)
                for text in bug.expressions()
            ),
        ]
        for where, text, own in found:
            for name in expressions.examine(text).names:
                if expressions.is_missing(name) and name not in known | own:
                    raise yaml_model.MistakeAt(where, text, f"{text!r} {expressions.not_allowed(repr(name))}.")
        calls = {name: Counter[str]() for name in formulas}
        for name, texts in formulas.items():
            for text in texts:
                calls[name].update(expressions.examine(text).calls)
        for name in formulas:
            if _all_calls(name, calls, {}) > expressions.MAX_CALLS:
                message = f"the steps of {name} call other functions more than {expressions.MAX_CALLS} times; use fewer calls."
                raise yaml_model.MistakeAt(("steps", name), name, message)

    def _check_given(self) -> None:
        """Raise an error if students would get a secret file, or if a value depends on an unknown input."""
        hidden = {"assignment.yaml", self.solution, self.reference, *(wrong.file for wrong in self.known_wrong)}
        for name in self.files:
            if name in hidden or name.split("/")[0] == "answers":
                raise yaml_model.MistakeAt(("files",), name, f"students must not see '{name}'; remove it from files.")
        for name, value in self.globals.items():
            if isinstance(value, Computed) and value.length_of is not None:
                inputs = {asked for probe in self.probes.values() for asked in probe.inputs}
                self._refuse_unknown(("globals", name), "input of a probe", [value.length_of], sorted(inputs))
            elif isinstance(value, Computed) and value.file is not None and value.file in hidden:
                raise yaml_model.MistakeAt(
                    ("globals", name), value.file, f"students must not see '{value.file}'; use another file."
                )

    def _check_variables(self) -> None:
        above: list[str] = []
        for name, variable in self.variables.items():
            where = ("variables", name)
            others = [a for other, item in self.variables.items() if other != name for a in (other, *item.aliases)]
            for alias in set(variable.aliases) & set(others):
                raise yaml_model.MistakeAt(
                    where, alias, f"'{alias}' is the name or alias of another variable; remove the alias."
                )
            self._refuse_unknown(where, "function", _named(variable.result_of), self.functions)
            if variable.result_of is not None:
                arguments = self.functions[variable.result_of].argument_names()
                self._refuse_unknown(where, f"argument of {variable.result_of}", variable.arguments, arguments)
            self._refuse_unknown(where, "variable above this one", variable.arguments.values(), above)
            self._refuse_unknown(where, "dataset of this assignment", _named(variable.part_of), self.datasets)
            above.append(name)

    def _check_trained(self, where: yaml_model.Location, check: BandedCheck) -> None:
        self._refuse_unknown(where, "dataset of this assignment", [check.dataset], self.datasets)
        if self.reference is None and any("." not in name for name in check.reference):
            raise yaml_model.MistakeAt(
                where,
                check.name,
                f"'{check.name}' names functions of a reference, but the file does not name its module; add 'reference:' at the top.",
            )
        taking = [name for name, function in self.functions.items() if function.arguments]
        self._refuse_unknown(where, "function with an argument", check.functions(), taking)
        if isinstance(check, AccuracyCheck) and check.train is not None and check.predict is not None:
            asked = self.functions[check.train].argument_names()
            self._refuse_unknown(where, f"argument of {check.train}", [check.images, check.labels], asked)
            asked = self.functions[check.predict].argument_names()
            needed = [check.images, self.functions[check.train].returns[0]]
            self._refuse_unknown(where, f"argument of {check.predict}", needed, asked)

    def only_to_validate(self) -> set[str]:
        """Return the files that only ``grader validate`` reads: the solution and the known-wrong solutions.

        A file that is also a starter, the reference or a program of the steps is not included.
        """
        paths = [*self.steps.values(), *(bug.mutation for bug in self.bugs)]
        programs = {f"{path.rpartition('.')[0].replace('.', '/')}.py" for path in paths if isinstance(path, str)}
        needed = {self.task, self.reference, *self.starters, *self.files, *programs}
        return {self.solution, *(wrong.file for wrong in self.known_wrong)} - needed

    def origin(self, variable: str) -> tuple[str, DatasetName] | None:
        """Return the variable and the dataset that the entries of ``variable`` come from; None if not declared."""
        declared = self.variables[variable]
        if declared.part_of is not None:
            return variable, declared.part_of
        return self.origin(next(iter(declared.arguments.values()))) if declared.arguments else None

    def _refuse_unknown(self, where: yaml_model.Location, what: str, used: Iterable[str], known: Iterable[str]) -> None:
        known = list(known)
        for name in used:
            if name not in known:
                allowed = f"allowed are {', '.join(known)}" if known else "there are none"
                raise yaml_model.MistakeAt(where, name, f"'{name}' is not a known {what}; {allowed}.")

    def widths(self) -> dict[str, int]:
        """Return {name: width in the task} of the widths that functions declare."""
        return {name: width for function in self.functions.values() for name, width in function.widths.items()}

    def all_names(self) -> list[str]:
        """Return the names of all arguments and results in the order of the file."""
        names = [name for f in self.functions.values() for name in (*f.argument_names(), *f.returns, *f.may_ask)]
        return list(dict.fromkeys(names))


def _all_calls(function: str, calls: dict[str, Counter[str]], known: dict[str, int]) -> int:
    """Return how many functions run for one result of ``function``: itself and all direct and indirect calls."""
    if function not in known:
        known[function] = 1  # ends the recursion for functions that call each other; Python stops those at run time
        known[function] += sum(
            times * _all_calls(name, calls, known)
            for name, times in calls.get(function, {}).items()
            if name in calls and name != function
        )
    return known[function]


def _named(name: str | None) -> list[str]:
    return [] if name is None else [name]
