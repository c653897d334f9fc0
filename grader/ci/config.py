"""``.grader.yml``: which assignments a repository holds, where their submissions are, and what to write."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from .. import seeds
from ..assignment.parts import Part
from ..language import _
from ..report.model import Level

FormatName = Literal["text", "json", "junit", "gradescope", "classroom", "sarif", "markdown"]
ONE = ("assignment", "submission", "pass_mark", "data", "formats")


def _percent(value: float) -> float:
    if 0 < value <= 1:
        raise ValueError(_("it is in percent; write 60 for 60 %."))
    return value


def _inside(pattern: str) -> str:
    path = PurePosixPath(pattern)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        message = _("'{pattern}' is not a path inside the repository; write it from the repository's top.")
        raise ValueError(message.format(pattern=pattern))
    return pattern


class Written(Part):
    """A report to write: its format, and the file, by default one in ``grader-results``."""

    format: FormatName
    output: str | None = Field(None, min_length=1)


class Entry(Part):
    """One assignment, and where its submission is.

    ``submission`` is a path or a pattern, from the repository's top. An ``assignment`` that is not bundled and
    ``data`` are folders, from where the configuration lies.
    """

    assignment: str = Field(min_length=1)
    submission: Annotated[str, AfterValidator(_inside)]
    pass_mark: Annotated[float, Field(ge=0, le=100), AfterValidator(_percent)] | None = None
    data: str | None = None
    formats: list[FormatName | Written] = []

    def written(self) -> list[Written]:
        """The reports to write; a format alone has its usual file."""
        return [Written(format=item) if isinstance(item, str) else item for item in self.formats]


class CiFile(Part):
    """The whole of ``.grader.yml``. With a single assignment its keys may stand at the top."""

    assignments: list[Entry] = Field(min_length=1)
    seed: int | None = Field(None, ge=0, lt=seeds.LONGEST)
    isolation: Level = "strong"

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "assignments" in data or "assignment" not in data:
            return data
        rest = {key: value for key, value in data.items() if key not in ONE}
        return rest | {"assignments": [{key: data[key] for key in ONE if key in data}]}
