"""The expectations of a ``random`` check: which statistic of which quantity has which value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from . import expressions
from .base import Name, StrictModel

Expression = float | str
Pair = Annotated[list[Expression], Field(min_length=2, max_length=2)]


class Expectations(StrictModel):
    """Statistics of quantities over all calls. A quantity is an expression of the results and inputs, a value one of the inputs."""

    shape: dict[str, list[Expression]] = {}
    """{result: its shape}. Quantities may use only results with a shape here."""
    range: dict[str, Pair] = {}
    """{quantity: [smallest, largest value]}."""
    mean: dict[str, Expression] = {}
    """{quantity: mean}: a number for all entries, or an array for the last axes; all other axes are repetitions."""
    deviation: dict[str, Expression] = {}
    """{quantity: standard deviation of all entries}."""
    share: dict[str, Expression] = {}
    """{condition: share of the entries for which it is true}, like a mean."""
    uniform: dict[str, Pair] = {}
    """{quantity: [low, high]}: all entries are uniform in this range."""
    normal: dict[str, Pair] = {}
    """{quantity: [mean, standard deviation]}: all entries are normal."""
    independent: list[str] = []
    """Quantities whose entries do not depend on each other, neither in a call nor in different calls."""
    says: dict[str, str] = {}
    """{quantity: the sentence that a student reads if it is wrong}, for a quantity that says little by itself."""

    def quantities(self) -> Iterator[str]:
        """Yield the expressions of results and inputs."""
        for declared in (self.range, self.mean, self.deviation, self.share, self.uniform, self.normal):
            yield from declared
        yield from self.independent

    def values(self) -> Iterator[str]:
        """Yield the expressions of the inputs."""
        for single in (self.mean, self.deviation, self.share):
            yield from (value for value in single.values() if isinstance(value, str))
        for several in (self.shape, self.range, self.uniform, self.normal):
            yield from (value for values in several.values() for value in values if isinstance(value, str))

    def problems(self, results: list[str], inputs: list[str]) -> Iterator[tuple[str, str]]:
        """Yield (text, sentence about it) for each expression that is not allowed, or uses an unknown name."""
        shaped = [name for name in results if name in self.shape]
        for names, texts, allowed in (
            ("result with a shape, or an input", self.quantities(), [*shaped, *inputs]),
            ("input", self.values(), inputs),
        ):
            for text in texts:
                try:
                    needs = expressions.needs_of(text)
                except expressions.Refused as error:
                    yield text, f"{text!r} {error}."
                    continue
                for name in needs:
                    if name not in allowed:
                        yield text, f"{text!r} uses '{name}', which is not a {names}; allowed are {', '.join(allowed)}."
        for name in self.shape:
            if name not in results:
                yield name, f"'{name}' is not a known result; allowed are {', '.join(results)}."
        for text in self.says:
            if text not in {*self.quantities()}:
                yield text, f"{text!r} is not a quantity of this check; write one of its quantities, or remove it."


class ExpectedBug(StrictModel):
    """A bug whose numbers have other statistics."""

    name: Name
    """The name of the bug."""
    expect: Expectations
    """What is true of the numbers if the submission has this bug."""
