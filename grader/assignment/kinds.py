"""The registry of kinds of checks: which there are, and the model of each.

A kind is a module of the package ``grader.checks`` with the name of the kind and a model with ``kind: Literal["name"]``. It
is found by its name and imported when a check of that kind is read: a list of kinds exists nowhere.
"""

from __future__ import annotations

import importlib.util
from functools import cache, reduce
from operator import or_
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

from .check import Check

PACKAGE = "grader.checks"


class Outline(Check):
    """A check of any kind, with the keys that all kinds share."""

    model_config = ConfigDict(extra="ignore")


@cache
def names() -> list[str]:
    """Return the names of all kinds, in alphabetical order."""
    package = importlib.util.find_spec(PACKAGE)  # without importing it
    assert package is not None and package.submodule_search_locations is not None
    folder = Path(package.submodule_search_locations[0])
    return sorted(file.stem for file in folder.glob("*.py") if f'kind: Literal["{file.stem}"]' in file.read_text())


@cache
def model(name: str) -> type[Check]:
    """Return the model of the kind of that name, one of :func:`names`."""
    module = importlib.import_module(f"{PACKAGE}.{name}")
    return next(
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Check) and value.__module__ == module.__name__
    )


def models() -> list[type[Check]]:
    """Return the models of all kinds, in the order of their names."""
    return [model(name) for name in names()]


def _validated(value: Any, info: ValidationInfo) -> Check:
    """Return the check that a mapping of the file declares."""
    if isinstance(value, Check):
        return value
    if not isinstance(value, dict):
        raise PydanticKnownError("model_type", {"class_name": "Check"})
    kind = value.get("kind")
    if "kind" not in value:
        raise PydanticKnownError("union_tag_not_found", {"discriminator": "'kind'"})
    if kind not in names():
        allowed = ", ".join(map(repr, names()))
        raise PydanticKnownError(
            "union_tag_invalid", {"discriminator": "'kind'", "tag": str(kind), "expected_tags": allowed}
        )
    chosen = Outline if (info.context or {}).get("outline") else model(kind)
    return chosen.model_validate(value, context=info.context)


class _AnyKind:
    """Tells pydantic how to read a check, whatever its kind, and how to describe all kinds in a JSON schema."""

    @staticmethod
    def __get_pydantic_core_schema__(source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(_validated)

    @staticmethod
    def __get_pydantic_json_schema__(schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        union: Any = Annotated[reduce(or_, models()), Field(discriminator="kind")]
        return handler(TypeAdapter(union).core_schema)


CheckOfAnyKind = Annotated[Check, _AnyKind]
