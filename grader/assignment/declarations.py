"""The part of an assignment that checks refer to: functions, variables, probes and datasets. All names in it exist."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import model_validator

from ..support import yaml_model
from .base import Budget, DatasetName, Draw, FunctionSpec, Identifier, Layouts, Probe, StrictModel, VariableSpec


class Declarations(StrictModel):
    """The part of ``assignment.yaml`` that checks refer to."""

    reference: str | None = None
    names: dict[str, list[str]] = {}
    datasets: dict[DatasetName, Budget] = {}
    functions: dict[Identifier, FunctionSpec] = {}
    variables: dict[str, VariableSpec] = {}
    layouts: Layouts | None = None
    probes: dict[str, Probe] = {}

    @model_validator(mode="after")
    def _declared_names_exist(self) -> Declarations:
        for name, function in self.functions.items():
            others = [
                alias for other, item in self.functions.items() if other != name for alias in (other, *item.aliases)
            ]
            for alias in set(function.aliases) & set(others):
                message = f"'{alias}' is the name or alias of another function; remove the alias."
                raise yaml_model.YamlError(("functions", name), alias, message)
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
        self._check_variables()
        self._refuse_unknown(("names",), "name", self.names, self.all_names())
        for name, probe in self.probes.items():
            self._refuse_unknown(("probes", name), "input", probe.inputs, self.all_names())
            draws = [value for value in probe.inputs.values() if isinstance(value, Draw)]
            lengths = [length for draw in draws for length in draw.shape if isinstance(length, str)]
            self._refuse_unknown(("probes", name), "width", lengths, self.widths())
            final = [other for other, item in self.probes.items() if item.instead is None]
            self._refuse_unknown(("probes", name), "probe without its own 'instead'", _named(probe.instead), final)
        return self

    def _check_variables(self) -> None:
        above: list[str] = []
        for name, variable in self.variables.items():
            where = ("variables", name)
            others = [a for other, item in self.variables.items() if other != name for a in (other, *item.aliases)]
            for alias in set(variable.aliases) & set(others):
                raise yaml_model.YamlError(
                    where, alias, f"'{alias}' is the name or alias of another variable; remove the alias."
                )
            self._refuse_unknown(where, "function", _named(variable.result_of), self.functions)
            if variable.result_of is not None:
                arguments = self.functions[variable.result_of].argument_names()
                self._refuse_unknown(where, f"argument of {variable.result_of}", variable.arguments, arguments)
            self._refuse_unknown(where, "variable above this one", variable.arguments.values(), above)
            self._refuse_unknown(where, "dataset of this assignment", _named(variable.part_of), self.datasets)
            above.append(name)

    def origin(self, variable: str) -> tuple[str, DatasetName] | None:
        """Return the variable and the dataset that the entries of ``variable`` come from; None if not declared."""
        declared = self.variables[variable]
        if declared.part_of is not None:
            return variable, declared.part_of
        return self.origin(next(iter(declared.arguments.values()))) if declared.arguments else None

    def _refuse_unknown(
        self, where: yaml_model.YamlPath, what: str, names: Iterable[str], known_names: Iterable[str]
    ) -> None:
        known_names = list(known_names)
        for name in names:
            if name not in known_names:
                choices = f"allowed are {', '.join(known_names)}" if known_names else "there are none"
                raise yaml_model.YamlError(where, name, f"'{name}' is not a known {what}; {choices}.")

    def widths(self) -> dict[str, int]:
        """Return {name: width in the task} of the widths that functions declare."""
        return {name: width for function in self.functions.values() for name, width in function.widths.items()}

    def all_names(self) -> list[str]:
        """Return the names of all arguments and results in the order of the file."""
        names = [name for f in self.functions.values() for name in (*f.argument_names(), *f.returns, *f.may_ask)]
        return list(dict.fromkeys(names))


def _named(name: str | None) -> list[str]:
    return [] if name is None else [name]
