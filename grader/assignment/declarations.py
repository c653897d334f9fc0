"""The part of an assignment that checks refer to: functions, variables, probes and datasets. All names in it exist."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pydantic import Field, model_validator

from ..support import yaml_model
from . import expressions
from .base import DatasetName, Identifier, StrictModel, formerly
from .classes import START, Classes
from .functions import FunctionSpec
from .probes import FunctionInput, Probe, RandomInput
from .sequences import methods_of
from .variables import VariableSpec


class Layouts(StrictModel):
    """Other layouts of the arrays that a submission may use throughout.

    If a check does not pass in the layout that was detected, all functions are called in each layout, and the layout with
    the most correct functions counts.
    """

    detected_by: str = formerly("shown_by", "detected_by")
    """The function that decides the layout: it is the one in which its results have the declared ``shapes``."""
    confirmed_by: str = formerly("tried_on", "confirmed_by")
    """The function that decides if several layouts match: it is the first in which this function answers."""
    transposed: dict[str, list[str]]
    """{name of a layout: the arguments and results that are transposed in it}."""


class Budget(StrictModel):
    """The number of training images and held-out images of a dataset; by default all."""

    training: int | None = Field(None, ge=100)
    """The number of training images."""
    held_out: int | None = Field(None, ge=100)
    """The number of held-out images."""
    load_all: bool = formerly("whole", "load_all", False)
    """A submission can load all training images, and ``training`` is the number of images with which the grader calls its
    training function."""


class Declarations(StrictModel):
    """The part of ``assignment.yaml`` that checks refer to."""

    reference: str | None = None
    """The reference: a bundled module or a Python file of the folder."""
    aliases: dict[str, list[str]] = formerly("names", "aliases", {})
    """{argument or result: other names that it may have in a submission}; case and underscores do not count."""
    datasets: dict[DatasetName, Budget] = {}
    """The datasets that a submission may load, and how much of them."""
    functions: dict[Identifier, FunctionSpec] = {}
    """The functions that a submission defines."""
    classes: Classes = {}
    """The classes that a submission defines, for checks of the kind ``sequence``."""
    variables: dict[str, VariableSpec] = {}
    """The variables at the top level of a submission that checks read."""
    lists: dict[Identifier, Identifier] = {}
    """{argument or result that is a list of arrays: the name of an array in it}: with ``weights: W`` they are W1, W2, ..."""
    layouts: Layouts | None = None
    """Other layouts of the arrays that are accepted."""
    probes: dict[str, Probe] = {}
    """Named inputs with which functions are called."""

    @model_validator(mode="after")
    def _declared_names_exist(self) -> Declarations:
        for name, function in self.functions.items():
            others = [
                alias
                for other, item in self.functions.items()
                if other != name and (item.called or other) != (function.called or name)
                for alias in (other, *item.aliases)
            ]
            for alias in set(function.aliases) & set(others):
                message = f"'{alias}' is the name or alias of another function; remove the alias."
                raise yaml_model.YamlError(("functions", name), alias, message)
            if function.history is not None:
                self._refuse_unknown(("functions", name), "history", [function.history], function.returns)
            self._refuse_unknown(("functions", name), "argument", function.comes_from, function.inputs())
            self._refuse_unknown(("functions", name), "function", function.comes_from.values(), self.functions)
            for argument, other in function.comes_from.items():
                what = f"result of {other}"
                self._refuse_unknown(("functions", name), what, [argument], self.functions[other].returns)
            self._refuse_unknown(
                ("functions", name), "argument", function.optional_arguments, function.argument_names()
            )
            self._refuse_unknown(("functions", name), "argument", function.alternatives, function.argument_names())
            self._refuse_unknown(("functions", name), "input", function.alternatives.values(), self.all_names())
            self._refuse_unknown(("functions", name), "result", function.shapes, function.returns)
            self._refuse_unknown(("functions", name), "result", function.optional_results, function.returns)
            self._refuse_unknown(("functions", name), "result", function.tuples, function.returns)
            self._refuse_unknown(("functions", name), "result", function.changes, function.returns)
            self._refuse_unknown(("functions", name), "argument", function.changes.values(), function.argument_names())
            lengths = [length for shape in function.shapes.values() for length in shape if isinstance(length, str)]
            self._refuse_unknown(("functions", name), "width", lengths, function.widths)
        if self.layouts is not None:
            layout_functions = (self.layouts.detected_by, self.layouts.confirmed_by)
            self._refuse_unknown(("layouts",), "function", layout_functions, self.functions)
            shaped = [name for name, function in self.functions.items() if function.shapes]
            self._refuse_unknown(("layouts",), "function with shapes", [self.layouts.detected_by], shaped)
            for names in self.layouts.transposed.values():
                self._refuse_unknown(("layouts", "transposed"), "name", names, self.all_names())
        self._check_variables()
        self._check_classes()
        # With the former name of the key as well, for the line in a file that still has it.
        self._refuse_unknown(
            ("aliases", "names"), "name", self.aliases, [*self.all_names(), *self.lists, *self._entries()]
        )
        if not self.classes:  # otherwise the sequences name further inputs
            self._check_probes()
        return self

    def _check_probes(self, named: Collection[str] = ()) -> None:
        """Raise an error if a probe has an unknown input or width, or an unknown probe that replaces it.

        ``named`` are inputs that checks pass on under their names.
        """
        for name, probe in self.probes.items():
            if probe.each:  # otherwise it was written out
                message = "'each' needs lists of arrays, all with their structure right; add 'lists:' at the top."
                raise yaml_model.YamlError(("probes", name, "each"), "each", message)
            self._check_formulas(("probes", name), probe, named)
            functions = [value.own for value in probe.inputs.values() if isinstance(value, FunctionInput) and value.own]
            self._refuse_unknown(("probes", name), "function or class", functions, [*self.functions, *self.classes])
            draws = [value for value in probe.inputs.values() if isinstance(value, RandomInput)]
            lengths = [length for draw in draws for length in draw.shape if isinstance(length, str)]
            self._refuse_unknown(("probes", name), "width", lengths, self.widths())
            final = [other for other, item in self.probes.items() if item.fallback is None]
            self._refuse_unknown(("probes", name), "probe without its own 'fallback'", _named(probe.fallback), final)

    def _check_formulas(self, where: yaml_model.YamlPath, probe: Probe, named: Collection[str]) -> None:
        """Raise an error for an input that nothing uses, and for a formula that uses something else than inputs above it."""
        try:
            needs = probe.names_in_formulas()
        except expressions.Refused as error:
            raise ValueError(f"a formula in the probe {where[-1]} {error}.") from error
        helpers = {name for names in needs.values() for name in names}
        known_names = {*self.all_names(), *helpers, *named}
        for name in probe.inputs.keys() - known_names if self.classes else ():
            message = f"'{name}' is neither an argument of a function, constructor or method, nor named in a call; add it to a 'signature', or remove it."
            raise yaml_model.YamlError(where, name, message)
        self._refuse_unknown(where, "input", probe.inputs, [*self.all_names(), *named, *helpers & probe.inputs.keys()])
        above: list[str] = []
        for name in probe.inputs:
            self._refuse_unknown(where, "input above this one", needs.get(name, []), above)
            above.append(name)

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

    def _check_classes(self) -> None:
        above: list[str] = []
        for name, item in self.classes.items():
            others = [a for other, each in self.classes.items() if other != name for a in (other, *each.aliases)]
            for alias in set(item.aliases) & set(others):
                message = f"'{alias}' is the name or alias of another class; remove the alias."
                raise yaml_model.YamlError(("classes", name), alias, message)
            self._refuse_unknown(("classes", name), "class above this one", [item.like] if item.like else [], above)
            above.append(name)
            methods = [START, *methods_of(self.classes, name)]
            self._refuse_unknown(("classes", name, "steps"), f"method of {name}", item.steps, methods)

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

    def _entries(self) -> list[str]:
        """Return the names of all arrays in lists."""
        return [name for function in self.functions.values() for names in function.entries.values() for name in names]

    def written_name(self, function: str) -> str:
        """Return the name that a function has in a submission."""
        return self.functions[function].called or function

    def widths(self) -> dict[str, int]:
        """Return {name: width in the task} of the widths that functions declare."""
        return {name: width for function in self.functions.values() for name, width in function.widths.items()}

    def all_names(self) -> list[str]:
        """Return the names of all arguments and results in the order of the file."""
        names = [
            name for f in self.functions.values() for name in (*f.argument_names(), *f.returns, *f.optional_inputs)
        ]
        return list(dict.fromkeys([*names, *(name for item in self.classes.values() for name in item.names())]))


def _named(name: str | None) -> list[str]:
    return [] if name is None else [name]
