"""Variables at the top level of a submission."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, model_validator

from .base import DatasetName, StrictModel, formerly


class VariableSpec(StrictModel):
    """A variable at the top level of a submission. Keys that are left out allow any value."""

    type: Annotated[
        Literal["array", "strings", "history", "model", "table", "key"],
        BeforeValidator(lambda value: "strings" if value == "texts" else value),
    ]
    """The type of the value."""
    aliases: list[str] = []
    """Other names that the variable may have in a submission."""
    shape: list[int | None] | None = None
    """The shape, with ``null`` for a length that may be anything."""
    min_length: int | None = formerly("at_least", "min_length", None)
    """The smallest number of entries."""
    dtype: Literal["float", "int", "uint8"] | None = None
    """The type of the numbers."""
    low: float | None = None
    """The smallest number allowed."""
    high: float | None = None
    """The largest number allowed."""
    equals: list[str | list[str]] | None = None
    """The strings, or lists of strings with the same meaning."""
    part_of: DatasetName | None = None
    """The dataset that the images are from."""
    result_of: str | None = None
    """A submitted function that gives this value, called with other variables as ``arguments``, entry by entry."""
    arguments: dict[str, str] = {}
    """{argument of ``result_of``: variable}."""

    @model_validator(mode="after")
    def _keys_fit_the_type(self) -> VariableSpec:
        if (self.result_of is None) != (not self.arguments):
            raise ValueError("result_of and arguments belong together; give both or neither.")
        if self.type != "strings" and self.equals is not None:
            raise ValueError(
                f"equals is only for the type strings, and this variable has the type {self.type}; remove it."
            )
        only_arrays = (self.shape, self.min_length, self.dtype, self.low, self.high, self.part_of, self.result_of)
        if self.type != "array" and any(value is not None for value in only_arrays):
            raise ValueError(
                f"shape, dtype, limits and origin are only for arrays, and this variable has the type {self.type}."
            )
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low={self.low:g} is above high={self.high:g}; swap them.")
        return self
