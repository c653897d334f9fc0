"""The bugs that an ``assignment.yaml`` declares: what a mistake does to the numbers, and what is said about it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from . import expressions
from .base import Identifier, Name, Part, Scalar
from .formulas import needs_of


def _is_expression(text: str) -> str:
    try:
        expressions.examine(text)
    except expressions.Refused as error:
        raise ValueError(f"{text[:100]!r} {error}.") from error
    return text


def _as_text(value: Any) -> Any:
    """A number is an expression as well."""
    return str(value) if isinstance(value, int | float) else value


Expression = Annotated[str, BeforeValidator(_as_text), AfterValidator(_is_expression)]
ImportPath = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$")]

# The quantities of a function in the order of the computation, each as an expression of others and of the inputs,
# or the path of a function in Python that computes all results.
Steps = dict[Identifier, Expression] | ImportPath

Detector = Literal[
    "factor", "transposed", "permuted", "collapsed", "broadcast", "truncated", "rounded", "clipped", "shifted"
]
PARAMETERS = {  # that each detector finds
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


class Texts(Part):
    """What is said about a bug.

    ``title`` names it. ``kind`` and ``reason`` are the second and third hint: what kind of mistake it is, and
    how the right computation is reasoned, without the solution's line. ``formula``, ``why`` and ``see`` are for
    the documentation: what the numbers are then, how it comes about, and how to see it.
    """

    title: str = Field(min_length=1)
    kind: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    formula: str = ""
    why: str = ""
    see: str = ""


class Bug(Part):
    """A mutation of a function, or parameters of a general detector, and its name.

    ``instead`` replaces steps of the function; an expression that mentions the quantity it replaces means its
    unmutated value. ``each`` repeats that for some values of a placeholder: each alone, and all of them. With
    ``unknown: c`` the expressions hold a number c that is found from the answers, and ``only_if`` a condition
    on it. ``options`` are keyword arguments for steps that are a function in Python, and ``mutation`` is the
    path of a mutated function, which takes inputs and right results by name and returns all results in order,
    or a dict of those that differ. ``detector`` names a general detector, with the parameters that it has to find.
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
            raise ValueError(f"'{self.name}' needs one of instead, options, mutation or detector.")
        if (self.each or self.unknown) and not self.instead:
            raise ValueError(f"'{self.name}': each and unknown go with instead.")
        if self.each and (len(self.each) > 1 or not all(self.each.values())):
            raise ValueError(f"'{self.name}': each has one placeholder with some values, such as {{k: [2, 1]}}.")
        steps = [needs_of(_is_expression(text)) for step in self.variants() for text in step.values()]
        if self.unknown is not None and not any(self.unknown in needs for needs in steps):
            raise ValueError(f"'{self.name}': no expression of instead mentions the unknown {self.unknown}.")
        others = set(needs_of(self.only_if)) - {self.unknown} if self.only_if else set()
        if self.only_if and (self.unknown is None or others):
            raise ValueError(f"'{self.name}': only_if is a condition on the unknown alone, such as c > 0.")
        unknown = set(self.parameters) - PARAMETERS.get(self.detector or "", set())
        if unknown:
            raise ValueError(f"'{self.name}': the detector {self.detector} does not find {', '.join(sorted(unknown))}.")
        return self

    def expressions(self) -> list[str]:
        """Everything in it that is computed, with each variant's placeholder filled in."""
        others = [self.only_if, *(value for value in self.parameters.values() if isinstance(value, str))]
        steps = [text for variant in self.variants() for text in variant.values()]
        return [*steps, *(text for text in others if text is not None)]

    def variants(self) -> list[dict[str, str]]:
        """The steps that are replaced: one mapping, or with ``each`` one for each value and one for all of them."""
        if not self.each:
            return [self.instead]
        ((placeholder, values),) = self.each.items()
        alone = [
            {
                self._filled(key, placeholder, value): self._filled(text, placeholder, value)
                for key, text in self.instead.items()
            }
            for value in values
        ]
        together: dict[str, str] = {}
        for steps in alone:
            together |= steps
        return [*alone, together] if len(alone) > 1 else alone

    @staticmethod
    def _filled(text: str, placeholder: str, value: Any) -> str:
        filled = text.replace(f"<{placeholder}>", str(value))
        if isinstance(value, int):
            filled = filled.replace(f"<{placeholder}-1>", str(value - 1)).replace(f"<{placeholder}+1>", str(value + 1))
        return filled
