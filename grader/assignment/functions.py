"""Functions that a submission defines: their arguments and results."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from .base import Identifier, Name, StrictModel, checked_identifier, formerly


@dataclass(frozen=True)
class Argument:
    """One argument of a function. ``default`` is valid only if ``optional``."""

    name: str
    optional: bool
    default: Any = None


def _checked_signature(signature: str) -> str:
    parsed_signature(signature)
    return signature


Signature = Annotated[str, AfterValidator(_checked_signature)]
"""The arguments of a function as in Python, e.g. ``(X, w, b=0.0)``."""


class ReturnedFunction(StrictModel):
    """A function that another function returns, e.g. ``signature: (X)``, ``returns: [cost]``."""

    signature: Signature
    """The arguments of the returned function, as in a Python definition."""
    returns: list[Identifier] = Field(min_length=1)
    """The names of its results, in their order."""


class FunctionSpec(StrictModel):
    """A function that a submission defines, e.g. ``signature: (X, w, b=0.0)``, ``returns: [y_hat]``.

    A function with ``returns_function`` is called twice, ``CostOLS(target)(X)``. Its arguments are those of both calls, and
    its results are those of the second one.
    """

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["returns"]}, {"required": ["returns_function"]}]}
    )

    signature: Signature
    """The arguments as in a Python definition, e.g. ``(X, w, b=0.0)``."""
    returns: list[Identifier] = []
    """The names of the results, in their order."""
    returns_function: ReturnedFunction | None = None
    """The function that this function returns, instead of ``returns``; an object that can be called counts as well."""
    aliases: list[str] = []
    """Other names that the function may have in a submission."""
    history: str | None = None
    """The result with one entry per epoch, recorded before or after each update."""
    call_seconds: float | None = formerly("seconds", "call_seconds", None, gt=0, le=3600)
    """Time limit of one call instead of that of ``limits``, for a function that trains."""
    comes_from: dict[str, str] = formerly("handed_over", "comes_from", {})
    """{argument: function whose result it is}. A submission that returns this result as a column gets the argument as a
    column too."""
    bundled_as: list[str] = []
    """Argument names under which other submitted functions may take all results of this function together, as a dict or
    a tuple."""
    optional_inputs: list[str] = formerly("may_ask", "optional_inputs", [])
    """Further inputs of a probe that a submission may have parameters for."""
    optional_arguments: list[str] = formerly("may_omit", "optional_arguments", [])
    """Arguments that a submission may leave out."""
    alternatives: dict[str, str] = formerly("instead", "alternatives", {})
    """{argument: input that a submission may take instead of it}."""
    conventions: dict[Name, Annotated[float, Field(gt=0)]] = {}
    """Names of accepted common factors of all results."""
    written_as: dict[Identifier, Identifier] = {}
    """{argument: its name in the task}, for an argument that has the name of the result that replaces it."""
    optional_results: list[str] = formerly("may_leave_out", "optional_results", [])
    """Results that a submission need not return if it returns the others under known names."""
    tuples: list[Identifier] = []
    """Results that the task asks for as a tuple or a list of numbers, such as a shape, so that no note says they are accepted."""
    changes: dict[Identifier, Identifier] = {}
    """{result: the argument that has it after the call}, for a function that changes a Variable or an array in place."""
    shapes: dict[str, list[Annotated[int, Field(ge=0)] | str]] = {}
    """Shapes of the results if the reference is not called. A length may be a name in ``widths``."""
    widths: dict[str, Annotated[int, Field(ge=2)]] = {}
    """The widths that the task asks for, by name; a submission may have other widths."""
    entries: dict[str, Annotated[list[Identifier], Field(min_length=1)]] = {}
    """{argument or result: names of the arrays in it}, for one that is a list of arrays."""
    called: str = ""
    """The name in a submission, if it is not the name of this entry."""

    @model_validator(mode="after")
    def _lists_are_written_out(self) -> FunctionSpec:
        for names in (self.returns, self.optional_results) if self.entries else ():
            names[:] = [item for name in names for item in self.entry_names(name)]
        return self

    @model_validator(mode="before")
    @classmethod
    def _results_of_returned_function(cls, data: Any) -> Any:
        inner = data.get("returns_function") if isinstance(data, dict) else None
        if isinstance(inner, dict) and "returns" not in data:
            return {**data, "returns": inner.get("returns")}
        return data

    @model_validator(mode="after")
    def _has_results(self) -> FunctionSpec:
        if not self.returns:
            raise ValueError("give the names of the results, or the function that is returned, in returns_function.")
        if self.returns_function is not None:
            if self.returns != self.returns_function.returns:
                raise ValueError("give either returns or returns_function.")
            twice = [name for name, count in Counter(self._names).items() if count > 1]
            if twice:
                raise ValueError(f"{twice[0]} is an argument of both calls; give the two different names.")
        return self

    @cached_property
    def what_it_returns(self) -> FunctionSpec:
        """The declaration without the results that are in arguments after the call."""
        returns = [name for name in self.returns if name not in self.changes]
        return self.model_copy(update={"returns": returns}) if self.changes else self

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """The arguments in the order of the signature; those of a returned function come last. The arrays of a list take its
        place."""
        return self._arguments_of(self.signature) + self.later_arguments

    @cached_property
    def later_arguments(self) -> tuple[Argument, ...]:
        """The arguments of the returned function; none if the function returns its results."""
        return () if self.returns_function is None else self._arguments_of(self.returns_function.signature)

    def _arguments_of(self, signature: str) -> tuple[Argument, ...]:
        return tuple(
            argument
            for each in parsed_signature(signature)
            for argument in [Argument(name, False) for name in self.entries.get(each.name, [])] or [each]
        )

    def entry_names(self, name: str) -> list[str]:
        """Return the names of the arrays in a list, or the name itself if it is not a list."""
        return self.entries.get(name, [name])

    def result_names(self) -> list[str]:
        """Return the names of the results in their order; a list has its own name."""
        lists = {entry: name for name, entries in self.entries.items() for entry in entries}
        return list(dict.fromkeys(lists.get(name, name) for name in self.returns))

    def with_entries(self, results: Sequence[Any]) -> list[Any]:
        """Return the results with the arrays of each list in its place. Results that are not lists stay as they are."""
        names = self.result_names()
        if len(results) != len(names):
            return [*results]
        is_list = [
            name in self.entries and isinstance(item, list | tuple) for name, item in zip(names, results, strict=True)
        ]
        return [
            part for item, has_parts in zip(results, is_list, strict=True) for part in (item if has_parts else [item])
        ]

    @property
    def written(self) -> str:
        """The arguments of all calls as the task writes them, e.g. ``(target)(X)``."""
        signature = re.sub(r"\w+", lambda name: self.written_as.get(name[0], name[0]), self.signature)
        return signature + ("" if self.returns_function is None else self.returns_function.signature)

    @cached_property
    def each_call(self) -> tuple[FunctionSpec, ...]:
        """The declarations of the single calls: that of this function, then that of a function that it returns."""
        if self.returns_function is None:
            return (self,)
        later = OneCall(signature=self.returns_function.signature, returns=self.returns, of=self.written)
        return OneCall(signature=self.signature, returns=["function"], of=self.written), later

    @property
    def factors(self) -> list[float]:
        """Return the accepted common factors of all results: 1 and the factors of the conventions."""
        return [1.0, *self.conventions.values()]

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(argument.name for argument in self.arguments)

    def argument_names(self) -> list[str]:
        """Return the names of the arguments in the order of the signature."""
        return [*self._names]

    def inputs(self) -> list[str]:
        """Return the names of the arguments and of the further inputs that a submission may take."""
        return [*self.argument_names(), *self.optional_inputs]

    def sizes(self, widths: dict[str, int] | None = None) -> dict[str, tuple[int, ...]]:
        """Return ``shapes`` as {result: shape}; ``widths`` of a submission replace those of the task."""
        if not self.shapes:
            return {}
        lengths = self.widths | (widths or {})
        return {
            name: tuple(lengths[length] if isinstance(length, str) else length for length in shape)
            for name, shape in self.shapes.items()
        }

    def complete(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return {argument: value}: the arguments among ``inputs``, and the defaults of missing arguments."""
        return {
            argument.name: inputs.get(argument.name, argument.default)
            for argument in self.arguments
            if argument.name in inputs or argument.optional
        }


class OneCall(FunctionSpec):
    """One of the two calls of a function that returns a function; ``of`` has the arguments of both calls."""

    of: str

    @property
    def written(self) -> str:
        return self.of


def parsed_signature(signature: str) -> tuple[Argument, ...]:
    """Return the arguments of a signature; raises ValueError with a sentence about a mistake."""
    try:
        definition = ast.parse(f"def f{signature}: pass").body[0]
        assert isinstance(definition, ast.FunctionDef)
        plain = definition.args
        assert not (plain.posonlyargs or plain.kwonlyargs or plain.vararg or plain.kwarg)
        names = [checked_identifier(argument.arg) for argument in definition.args.args]
        defaults = [ast.literal_eval(default) for default in definition.args.defaults]
    except (SyntaxError, ValueError, AssertionError, RecursionError, MemoryError) as error:
        is_cut = signature.startswith("(") and ")" not in signature  # at the first comma
        advice = " Put it in quotes: inside { } a comma ends a value." if is_cut else ""
        raise ValueError(f"{signature!r} is not a Python signature like (X, w, b=0.0).{advice}") from error
    required = len(names) - len(defaults)
    return tuple(
        Argument(name, True, defaults[i - required]) if i >= required else Argument(name, False)
        for i, name in enumerate(names)
    )
