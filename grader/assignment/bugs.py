"""The bugs that an ``assignment.yaml`` declares: how a mistake changes the numbers, and the texts about it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from . import expressions
from .base import Identifier, Name, Scalar, StrictModel
from .formulas import needs_of


def _is_expression(text: str) -> str:
    try:
        expressions.examine(text)
    except expressions.Refused as error:
        raise ValueError(f"{text[:100]!r} {error}.") from error
    return text


def _as_text(value: Any) -> Any:
    """Return a number as a string, since a number is a valid expression."""
    return str(value) if isinstance(value, int | float) else value


Expression = Annotated[str, BeforeValidator(_as_text), AfterValidator(_is_expression)]
ImportPath = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$")]

# Either the quantities of a function in the order of the computation, each as an expression of other quantities and of
# the inputs, or the path of a Python function that computes all results.
StepDeclarations = dict[Identifier, Expression] | ImportPath

Detector = Literal[
    "factor", "transposed", "permuted", "collapsed", "broadcast", "truncated", "rounded", "clipped", "shifted"
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
    "shifted": {"factor", "offset"},
}


class Texts(StrictModel):
    """The texts about a bug.

    ``title`` names it. ``kind`` is the second hint (the kind of mistake), ``reason`` the third (how to find the correct
    computation, without showing the line). ``formula``, ``why`` and ``see`` are for the documentation: the wrong
    formula, how the mistake happens, and how to see it.
    """

    title: str = Field(min_length=1)
    kind: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    formula: str = ""
    why: str = ""
    see: str = ""


class Bug(StrictModel):
    """A bug name with the mutation of a function that it causes, or with the parameters of a general detector.

    - ``instead`` replaces steps of the function. If an expression mentions the quantity that it replaces, it uses the
      unmutated value.
    - ``each`` repeats this for several values of a placeholder: for each value alone, and for all together.
    - ``unknown: c``: the expressions contain a number c that is computed from the answers; ``only_if`` is a condition
      on c.
    - ``options``: keyword arguments for steps that are a Python function.
    - ``mutation``: path of a mutated function. It takes inputs and correct results by name, and returns all results in
      order or a dict of those that differ.
    - ``detector``: name of a general detector, with the ``parameters`` that it must find.
    """

    name: Name
    function: str
    instead: dict[str, Annotated[str, BeforeValidator(_as_text)]] = {}
    each: dict[str, list[int | str]] = {}
    unknown: Identifier | None = None
    only_if: Expression | None = None
    options: dict[str, Scalar | str] = {}
    mutation: ImportPath | None = None
    detector: Detector | None = None
    parameters: dict[str, Scalar | Expression] = {}
    texts: Texts | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Bug:
        ways = [self.instead, self.mutation, self.detector]
        if sum(bool(way) for way in ways) > 1 or not (any(ways) or self.options):
            raise ValueError(f"'{self.name}' needs exactly one of instead, options, mutation and detector.")
        if (self.each or self.unknown) and not self.instead:
            raise ValueError(f"'{self.name}': each and unknown are only allowed together with instead.")
        if self.each and (len(self.each) > 1 or not all(self.each.values())):
            raise ValueError(
                f"'{self.name}': each must have one placeholder with a list of values, such as {{k: [2, 1]}}."
            )
        steps = [needs_of(_is_expression(text)) for step in self.variants() for text in step.values()]
        if self.unknown is not None and not any(self.unknown in needs for needs in steps):
            raise ValueError(f"'{self.name}': no expression in instead uses the unknown {self.unknown}.")
        others = set(needs_of(self.only_if)) - {self.unknown} if self.only_if else set()
        if self.only_if and (self.unknown is None or others):
            raise ValueError(f"'{self.name}': only_if may only use the unknown, as in c > 0.")
        unknown = set(self.parameters) - PARAMETERS.get(self.detector or "", set())
        if unknown:
            raise ValueError(f"'{self.name}': the detector {self.detector} does not find {', '.join(sorted(unknown))}.")
        return self

    def expressions(self) -> list[str]:
        """Return all expressions of the bug, with the placeholder of each variant replaced."""
        others = [self.only_if, *(value for value in self.parameters.values() if isinstance(value, str))]
        steps = [text for variant in self.variants() for text in variant.values()]
        return [*steps, *(text for text in others if text is not None)]

    def variants(self) -> list[dict[str, str]]:
        """Return the replaced steps: one mapping, or with ``each`` one mapping per value and one for all values."""
        if not self.each:
            return [self.instead]
        ((placeholder, values),) = self.each.items()
        single_variants = [
            {
                self._filled(key, placeholder, value): self._filled(text, placeholder, value)
                for key, text in self.instead.items()
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
