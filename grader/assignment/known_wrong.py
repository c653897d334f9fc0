"""The known-wrong solutions that an assignment declares, in ``assignment.yaml`` or in a separate file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    Discriminator,
    RootModel,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from ..support import yaml_model
from .base import Name, StrictModel


def _as_text(value: Any) -> Any:
    """Return a number as a string, since YAML reads an unquoted number in the source as a number."""
    return str(value) if isinstance(value, int | float) else value


SourceText = Annotated[str, BeforeValidator(_as_text), WithJsonSchema({"type": ["string", "number"]})]


class KnownWrong(StrictModel):
    """A known-wrong solution: a change of the solution, or a file."""

    name: Name | None = None
    """Its name in ``grader validate``; by default its file, or the name of its bug."""
    change: dict[SourceText, SourceText] = {}
    """{text that occurs once in the solution: its replacement}, for all texts at once."""
    file: str | None = None
    """A file of the folder, if the mistake is more than a small change."""
    fails: Name
    """The name of the check that it must fail."""
    bug: Name | None = None
    """The name of the bug that this check must find."""

    @model_validator(mode="after")
    def _change_or_file(self) -> KnownWrong:
        if (self.file is None) == (not self.change):
            raise ValueError("a known-wrong solution needs either 'change' or 'file'.")
        if "" in self.change:
            raise ValueError("a change replaces a text that is empty; write the part of the solution that it replaces.")
        return self


KnownWrongList = Annotated[
    Annotated[str, Tag("str")] | Annotated[list[KnownWrong], Tag("list")],
    Discriminator(lambda value: "str" if isinstance(value, str) else "list"),
]


class KnownWrongFile(RootModel[list[KnownWrong]]):
    """The list in a separate file."""

    @model_validator(mode="after")
    def _names_exist(self, info: ValidationInfo) -> KnownWrongFile:
        context = info.context or {}
        for index, value, message in problems(self.root, context["checks"], context["files_for_students"]):
            raise yaml_model.YamlError((index,), value, message)
        return self


def read(file: Path, checks: Sequence[str], files_for_students: Sequence[str]) -> list[KnownWrong]:
    """Return the list in a separate file, of an assignment with these checks. Raises UsageError for every mistake."""
    return yaml_model.load(file, KnownWrongFile, checks=checks, files_for_students=files_for_students).root


def problems(
    entries: Sequence[KnownWrong], checks: Sequence[str], files_for_students: Sequence[str]
) -> Iterator[tuple[int, str, str]]:
    """Yield (index of the entry, text in the file, sentence) for each mistake in a list."""
    names_above: set[str] = set()
    for index, entry in enumerate(entries):
        if entry.fails not in checks:
            yield index, entry.fails, f"'{entry.fails}' is not a known check; allowed are {', '.join(checks)}."
        if entry.name in names_above:
            yield index, entry.name, f"two known-wrong solutions have the name '{entry.name}'; rename one of them."
        if entry.file is not None and entry.file in files_for_students:
            yield index, entry.file, f"students must not see '{entry.file}'; remove it from files."
        if entry.name is not None:
            names_above.add(entry.name)


def names(entries: Sequence[KnownWrong]) -> list[str]:
    """Return a name for each entry: its own, else its file, else its bug or check, with a number if several have it."""
    own_names = {entry.name for entry in entries}
    result: list[str] = []
    for entry in entries:
        plain = entry.name or entry.file or entry.bug or entry.fails
        candidates = [plain, *(f"{plain}-{number}" for number in range(2, len(entries) + 2))]
        result.append(entry.name or next(name for name in candidates if name not in own_names and name not in result))
    return result
