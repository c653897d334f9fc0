"""Parts that models of an ``assignment.yaml`` share: names, numbers, tolerances, and the base of all models."""

from __future__ import annotations

import keyword
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field

EPOCHS = ("epochs", "iterations", "steps")  # names of the argument for the number of epochs

Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


def checked_identifier(name: str) -> str:
    """Return ``name``. Raises ValueError if it is not a name that Python code can use for a variable."""
    if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("__"):
        raise ValueError(f"'{name}' is not a valid Python name.")
    return name


Identifier = Annotated[str, AfterValidator(checked_identifier)]


class StrictModel(BaseModel):
    """Base of all models of the file. It refuses unknown keys.

    The string under a field describes it in the JSON schema.
    """

    # Commands start faster when each model is built at its first use, not together with the models that contain it.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


def formerly(old: str, new: str, default: Any = ..., **settings: Any) -> Any:
    """Return the field of the key ``new``, which may still have its former name ``old`` in a file."""
    return Field(default, validation_alias=AliasChoices(new, old), **settings)


Scalar = bool | int | float
Constant = Scalar | list[Scalar] | list[list[Scalar]]


def check_rectangular(value: Any) -> Any:
    """Return ``value``. Raises ValueError if its rows have different lengths."""
    if isinstance(value, list) and len({len(row) if isinstance(row, list) else -1 for row in value}) > 1:
        raise ValueError("the rows have different lengths; make them equally long.")
    return value


Rows = Annotated[list[list[float]], Field(min_length=1), AfterValidator(check_rectangular)]


class Tolerance(StrictModel):
    """The largest accepted error, relative to the largest expected entry, and absolute.

    The default accepts float32 inside a function that returns Python numbers (about 1e-6), but not numbers rounded
    to four digits.
    """

    relative: float = Field(1e-5, gt=0, lt=1)
    """Largest error, relative to the largest expected entry."""
    absolute: float = Field(1e-9, gt=0)
    """Largest absolute error."""


DatasetName = Literal["mnist", "fashion_mnist", "cifar10", "digits"]
