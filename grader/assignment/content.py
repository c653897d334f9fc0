"""The whole of an ``assignment.yaml``, and that all the names in it exist."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from .. import yamlfile
from .checks import (
    ArgumentsUsedCheck,
    BandedCheck,
    ChainCheck,
    Check,
    GeneralisationCheck,
    GradientsCheck,
    InitialisationCheck,
    ProbedCheck,
)
from .parts import Budget, DatasetName, Function, Layouts, Limits, Name, Part, Probe, Variable


class KnownWrong(Part):
    """A bundled wrong solution and the check at which it has to fall."""

    file: str
    fails: Name


class AssignmentFile(Part):
    """The whole of ``assignment.yaml``."""

    name: Name
    version: Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int | float) else value)]
    title: str
    task: str = "task.md"
    reference: str | None = None
    pass_mark: float = Field(60, ge=0, le=100)
    limits: Limits = Limits()
    forbidden_imports: list[str] = []
    allowed_imports: list[str] = []
    names: dict[str, list[str]] = {}
    datasets: dict[DatasetName, Budget] = {}
    functions: dict[str, Function] = {}
    variables: dict[str, Variable] = {}
    layouts: Layouts | None = None
    probes: dict[str, Probe] = {}
    checks: list[Check] = Field(min_length=1)
    solution: str = "solution.py"
    starters: list[str] = []
    known_wrong: list[KnownWrong] = []

    @model_validator(mode="after")
    def _names_exist(self) -> AssignmentFile:
        if sum(check.points for check in self.checks if not check.bonus) <= 0:
            raise ValueError("no check has points; give some.")
        if 0 < self.pass_mark <= 1:
            raise ValueError("pass_mark is in percent; write 60 for 60 %.")
        for name, function in self.functions.items():
            for alias in set(function.aliases) & self.functions.keys():
                raise yamlfile.MistakeAt(
                    ("functions", name), alias, f"'{alias}' is another function; remove the alias."
                )
            if function.history is not None:
                self._refuse_unknown(("functions", name), "history", [function.history], function.returns)
            self._refuse_unknown(("functions", name), "argument", function.handed_over, function.inputs())
            self._refuse_unknown(("functions", name), "function", function.handed_over.values(), self.functions)
            self._refuse_unknown(("functions", name), "argument", function.may_omit, function.argument_names())
            self._refuse_unknown(("functions", name), "argument", function.instead, function.argument_names())
            self._refuse_unknown(("functions", name), "input", function.instead.values(), self.all_names())
            self._refuse_unknown(("functions", name), "result", function.shapes, function.returns)
        if self.layouts is not None:
            asked = (self.layouts.shown_by, self.layouts.tried_on)
            self._refuse_unknown(("layouts",), "function", asked, self.functions)
            for names in self.layouts.transposed.values():
                self._refuse_unknown(("layouts", "transposed"), "name", names, self.all_names())
        for name, variable in self.variables.items():
            where = ("variables", name)
            self._refuse_unknown(where, "function", _named(variable.result_of), self.functions)
            self._refuse_unknown(where, "variable", variable.arguments.values(), self.variables)
            self._refuse_unknown(where, "data set of this assignment", _named(variable.part_of), self.datasets)
        self._refuse_unknown(("names",), "name", self.names, self.all_names())
        for name, probe in self.probes.items():
            self._refuse_unknown(("probes", name), "input", probe.inputs, self.all_names())
            self._refuse_unknown(("probes", name), "probe", [probe.instead] if probe.instead else [], self.probes)
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
        self._refuse_unknown(where, "variable", check.variables(), self.variables)
        if self.reference is None and [*check.probe_names()]:
            raise yamlfile.MistakeAt(
                where, check.name, f"'{check.name}' compares with a reference; name one at the top."
            )
        if isinstance(check, BandedCheck):
            self._refuse_unknown(where, "data set of this assignment", [check.dataset], self.datasets)
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
                    raise yamlfile.MistakeAt(where, str(value), f"{name}={value} is what the probe has; vary it.")
        if isinstance(check, GeneralisationCheck):
            self._refuse_unknown(where, "argument", [check.argument], self.functions[check.predict].argument_names())
        if isinstance(check, InitialisationCheck):
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
                    raise yamlfile.MistakeAt(where, probe, message)
                inputs.update(self.functions[name].returns if name in (*given, *chained) else [])

    def _refuse_unknown(self, where: yamlfile.Location, what: str, used: Iterable[str], known: Iterable[str]) -> None:
        known = list(known)
        for name in used:
            if name not in known:
                allowed = ", ".join(known) or "none"
                raise yamlfile.MistakeAt(where, name, f"'{name}' is no known {what}; allowed are {allowed}.")

    def all_names(self) -> list[str]:
        """The names of all arguments and results, in the order of the file."""
        names = [name for f in self.functions.values() for name in (*f.argument_names(), *f.returns, *f.may_ask)]
        return list(dict.fromkeys(names))


def _named(name: str | None) -> list[str]:
    return [] if name is None else [name]
