"""The registry of kinds of checks: which there are, and the model of each.

A kind is found by its name when a check of that kind is read: a list of kinds exists nowhere. It is one of

- a module of the package ``grader.checks`` with the name of the kind and a model with ``kind: Literal["name"]``;
- a file ``checks/<kind>.py`` in the folder of the assignment, whose code runs in the author's worker;
- an entry point of the group ``grader.checks`` of an installed package, which names the model.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from functools import cache, reduce
from importlib import metadata
from operator import or_
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

from .check import Check
from .points import RubricItem

PACKAGE = GROUP = "grader.checks"
OF_FOLDERS = "grader.checks.tools.folder_kind"
FOLDER = "checks"


class Outline(Check):
    """A check of any kind, with the keys that all kinds share."""

    model_config = ConfigDict(extra="ignore")

    rubric: list[RubricItem] = []
    """The entries of a check that a person marks, for commands that show how an assignment is scored."""

    def marking_scheme(self) -> Sequence[RubricItem]:
        return self.rubric


@cache
def bundled_names() -> list[str]:
    """Return the names of the grader's own kinds, in alphabetical order."""
    package = importlib.util.find_spec(PACKAGE)  # without importing it
    assert package is not None and package.submodule_search_locations is not None
    folder = Path(package.submodule_search_locations[0])
    return sorted(file.stem for file in folder.glob("*.py") if f'kind: Literal["{file.stem}"]' in file.read_text())


def names(folder: Path | None = None) -> list[str]:
    """Return the names of all kinds: the grader's own, those of installed packages, and those of the assignment's folder."""
    own = [file.stem for file in sorted((folder / FOLDER).glob("*.py"))] if folder is not None else []
    return list(dict.fromkeys([*bundled_names(), *sorted(_installed()), *own]))


def model(name: str, folder: Path | None = None) -> type[Check]:
    """Return the model of a kind. Raises KeyError for an unknown kind, ValueError with a sentence if it cannot be used."""
    file = folder / FOLDER / f"{name}.py" if folder is not None and name.isidentifier() else None
    if name in bundled_names():
        if file is not None and file.is_file():
            raise ValueError(
                f"{FOLDER}/{file.name} has the name of a kind of the grader; rename the file and the kind."
            )
        return _bundled(name)
    if file is not None and file.is_file():
        chosen: type[Check] = importlib.import_module(OF_FOLDERS).model_of(file)
        return chosen
    return _load(_installed()[name])


def models() -> list[type[Check]]:
    """Return the models of all kinds, but for those of a folder: the grader's own in the order of their names first."""
    return [model(name) for name in names()]


@cache
def _bundled(name: str) -> type[Check]:
    module = importlib.import_module(f"{PACKAGE}.{name}")
    kinds: list[type[Check]] = [value for value in vars(module).values() if _is_kind(value, name)]
    return kinds[0]


@cache
def _installed() -> Mapping[str, metadata.EntryPoint]:
    """Return the entry points of installed packages by the name of the kind."""
    return {entry.name: entry for entry in metadata.entry_points(group=GROUP)}


@cache
def _load(entry: metadata.EntryPoint) -> type[Check]:
    package = entry.dist.name if entry.dist is not None else entry.value
    try:
        value = entry.load()
    except Exception as error:  # code of another package
        problem = f"{type(error).__name__}: {error}"
        raise ValueError(f"the kind '{entry.name}' of the package {package} cannot be loaded ({problem}).") from error
    if not _is_kind(value, entry.name):
        sentence = f"{entry.value} of the package {package} is not a Check with kind: Literal['{entry.name}']."
        raise ValueError(sentence)
    chosen: type[Check] = value
    return chosen


def _is_kind(value: Any, name: str) -> bool:
    """True if a value is the model of the kind of that name."""
    is_model = isinstance(value, type) and issubclass(value, Check)
    return is_model and get_args(value.model_fields["kind"].annotation) == (name,)


def _validated(value: Any, info: ValidationInfo) -> Check:
    """Return the check that a mapping of the file declares."""
    if isinstance(value, Check):
        return value
    if not isinstance(value, dict):
        raise PydanticKnownError("model_type", {"class_name": "Check"})
    if "kind" not in value:
        raise PydanticKnownError("union_tag_not_found", {"discriminator": "'kind'"})
    kind = str(value["kind"])
    context = info.context or {}
    folder = context.get("folder")
    if context.get("outline"):
        return Outline.model_validate(value, context=context)
    try:
        chosen = model(kind, folder)
    except KeyError as error:
        allowed = ", ".join(map(repr, names(folder)))
        details = {"discriminator": "'kind'", "tag": kind, "expected_tags": allowed}
        raise PydanticKnownError("union_tag_invalid", details) from error
    return chosen.model_validate(value, context=context)


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
