"""The bugs that an ``assignment.yaml`` declares: how a mistake changes the numbers, and the texts about it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from . import expressions
from .base import Identifier, Name, Scalar, StrictModel, formerly


def _is_expression(text: str) -> str:
    try:
        expressions.examine(text)
    except expressions.Refused as error:
        raise ValueError(f"{text[:100]!r} {error}.") from error
    return text


def _as_text(value: Any) -> Any:
    """Return a number as a string, since a number is a valid expression."""
    return str(value) if isinstance(value, int | float) else value


Number = WithJsonSchema({"type": ["string", "number"]})  # a number is an expression as well
Values = WithJsonSchema({"anyOf": [{"type": "array", "items": {"type": ["integer", "string"]}}, {"const": "hidden"}]})
Expression = Annotated[str, BeforeValidator(_as_text), AfterValidator(_is_expression), Number]
ImportPath = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$")]

# Either the quantities of a function in the order of the computation, each as an expression of other quantities and of
# the inputs, or the path of a Python function that computes all results.
StepDeclarations = dict[Identifier, Expression] | ImportPath

Detector = Literal[
    "factor",
    "transposed",
    "permuted",
    "collapsed",
    "broadcast",
    "truncated",
    "rounded",
    "clipped",
    "applied",
    "shifted",
    "constant",
]
PARAMETERS = {  # {detector: names of the parameters that it finds}
    "factor": {"factor"},
    "transposed": set[str](),
    "permuted": {"other"},
    "collapsed": {"how", "axis"},
    "broadcast": set[str](),
    "truncated": {"how"},
    "rounded": {"decimals", "format"},
    "clipped": {"low", "high"},
    "applied": {"function"},
    "shifted": {"factor", "offset"},
    "constant": set[str](),
}


class BugDescription(StrictModel):
    """The sentences about a bug."""

    title: str = Field(min_length=1)
    """The name of the mistake."""
    kind: str = Field(min_length=1)
    """The second hint: the kind of mistake."""
    reason: str = Field(min_length=1)
    """The third hint: how to find the correct computation, without showing the line."""
    formula: str = ""
    """For the documentation: the wrong formula."""
    general: str = ""
    """The name of the same mistake in any exercise, if this name tells where it comes from in one exercise."""
    why: str = ""
    """For the documentation: how the mistake happens."""
    see: str = ""
    """For the documentation: how to see the mistake."""


class Bug(StrictModel):
    """A bug name with the mutation of a function that it causes, or with the parameters of a general detector."""

    name: Name
    """The name of the bug."""
    function: str
    """The function that has the bug."""
    replace: dict[str, Annotated[str, BeforeValidator(_as_text), Number]] = formerly("instead", "replace", {})
    """StepDeclarations of the function that are replaced. If an expression mentions the quantity that it replaces, it uses the
    unmutated value."""
    for_each: dict[str, Annotated[list[int | str], Values]] = formerly("each", "for_each", {})
    """Repeats the replacement for several values of a placeholder: for each value alone, and for all together. With ``lists``,
    ``{k: hidden}`` means all layers but the last."""
    unknown: Identifier | None = None
    """The name of a number in the expressions that is computed from the answers."""
    only_if: Expression | None = None
    """A condition on the unknown number, e.g. ``c > 0``."""
    options: dict[str, Scalar | str] = {}
    """Keyword arguments for steps that are a Python function."""
    mutation: ImportPath | None = None
    """The path of a mutated function. It takes inputs and correct results by name, and returns all results in order or a
    dict of those that differ."""
    detector: Detector | None = None
    """The name of a general detector."""
    parameters: dict[str, Scalar | Expression] = {}
    """The parameters that the detector must find."""
    accepted: bool = False
    """It is a convention: in checks of kind ``values`` and ``gradients`` its numbers are right, and a note names it."""
    only_with: str | None = None
    """The function that must follow the convention of the same name, or this one does not count."""
    description: BugDescription | None = formerly("texts", "description", None)
    """The sentences about the bug, if the grader has none."""

    @model_validator(mode="after")
    def _one_way(self) -> Bug:
        ways = [self.replace, self.mutation, self.detector]
        if sum(bool(way) for way in ways) > 1 or not (any(ways) or self.options):
            raise ValueError(f"'{self.name}' needs exactly one of replace, options, mutation and detector.")
        if (self.for_each or self.unknown) and not self.replace:
            raise ValueError(f"'{self.name}': for_each and unknown are only allowed together with replace.")
        if self.for_each and (len(self.for_each) > 1 or not all(self.for_each.values())):
            raise ValueError(
                f"'{self.name}': for_each must have one placeholder with a list of values, such as {{k: [2, 1]}}."
            )
        steps = [expressions.needs_of(_is_expression(text)) for step in self.variants() for text in step.values()]
        if self.unknown is not None and not any(self.unknown in needs for needs in steps):
            raise ValueError(f"'{self.name}': no expression in replace uses the unknown {self.unknown}.")
        others = set(expressions.needs_of(self.only_if)) - {self.unknown} if self.only_if else set()
        if self.only_if and (self.unknown is None or others):
            raise ValueError(f"'{self.name}': only_if may only use the unknown, as in c > 0.")
        unknown = set(self.parameters) - PARAMETERS.get(self.detector or "", set())
        if unknown:
            raise ValueError(f"'{self.name}': the detector {self.detector} does not find {', '.join(sorted(unknown))}.")
        if self.accepted and (self.detector or self.unknown):
            raise ValueError(
                f"'{self.name}': an accepted convention has all its numbers, so it has no detector or unknown."
            )
        if self.only_with is not None and not self.accepted:
            raise ValueError(
                f"'{self.name}': only_with is for accepted conventions; write accepted: true, or remove it."
            )
        return self

    def expressions(self) -> list[str]:
        """Return all expressions of the bug, with the placeholder of each variant replaced."""
        others = [self.only_if, *(value for value in self.parameters.values() if isinstance(value, str))]
        steps = [text for variant in self.variants() for text in variant.values()]
        return [*steps, *(text for text in others if text is not None)]

    def variants(self) -> list[dict[str, str]]:
        """Return the replaced steps: one mapping, or with ``for_each`` one mapping per value and one for all values."""
        if not self.for_each:
            return [self.replace]
        ((placeholder, values),) = self.for_each.items()
        single_variants = [
            {
                self._filled(key, placeholder, value): self._filled(text, placeholder, value)
                for key, text in self.replace.items()
            }
            for value in values
        ]
        combined: dict[str, str] = {}
        for steps in single_variants:
            combined |= steps
        return [*single_variants, combined] if len(single_variants) > 1 else single_variants

    @staticmethod
    def _filled(text: str, placeholder: str, value: Any) -> str:
        filled = text.replace(f"<{placeholder}>", str(value))
        if isinstance(value, int):
            filled = filled.replace(f"<{placeholder}-1>", str(value - 1)).replace(f"<{placeholder}+1>", str(value + 1))
        return filled
