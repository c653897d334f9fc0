"""The model of ``.grader.yml``: the assignments of a repository, their submissions, and the reports to write."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Discriminator, Field, GetJsonSchemaHandler, Tag, ValidationInfo, model_validator
from pydantic_core import CoreSchema, PydanticKnownError

from ..assignment import bundled_names
from ..assignment.base import StrictModel
from ..report import formats
from ..support import seeds
from ..support.choices import Level
from ..support.i18n import _
from ..support.similar_names import nearest

FILE = "assignment.yaml"
ENTRY_KEYS = ("assignment", "submission", "pass_mark", "data", "formats")


def _check_percent(value: float) -> float:
    if 0 < value <= 1:
        raise ValueError(_("it must be in percent; write 60 for 60 %."))
    return value


def _check_pattern(pattern: str) -> str:
    if "\\" in pattern:
        raise ValueError(_("'{pattern}' contains a backslash; write / between folders.").format(pattern=pattern))
    path = PurePosixPath(pattern)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        message = _("'{pattern}' is not a path inside the repository; give the path from the top of the repository.")
        raise ValueError(message.format(pattern=pattern))
    if any("**" in part and part != "**" for part in path.parts):
        message = _("'{pattern}' is not a valid pattern: '**' must be alone between slashes, as in week1/**/*.py.")
        raise ValueError(message.format(pattern=pattern))
    return pattern


def folder_of(name: str, config_folder: Path) -> Path | None:
    """Return the folder of an assignment that is not bundled, or None if it does not exist."""
    folder = config_folder / name
    folder = folder.parent if folder.name == FILE else folder
    return folder if (folder / FILE).is_file() else None


def _check_assignment(name: str, info: ValidationInfo) -> str:
    """Refuse a name that is neither a bundled assignment nor a folder with an assignment."""
    folder = (info.context or {}).get("folder")
    if folder is None or name in bundled_names() or folder_of(name, folder) is not None:
        return name
    own_folders = [path.parent.relative_to(folder).as_posix() for path in folder.glob(f"*/{FILE}")]
    suggestion = nearest(name, [*own_folders, *bundled_names()])
    problem = _("there is no assignment '{name}'.").format(name=name)
    if suggestion is not None:
        raise ValueError(" ".join([problem, _("Did you mean {name}?").format(name=suggestion)]))
    advice = _(
        "Use one of {names}, or a folder with an assignment.yaml, relative to the folder of the configuration file."
    )
    raise ValueError(f"{problem} {advice.format(names=', '.join(bundled_names()))}")


def _check_folder(name: str, info: ValidationInfo) -> str:
    """Refuse a folder that does not exist."""
    folder = (info.context or {}).get("folder")
    if folder is not None and not (folder / name).is_dir():
        message = _("there is no folder '{name}' next to the configuration file; correct the path, or remove the key.")
        raise ValueError(message.format(name=name))
    return name


def _check_format(name: str) -> str:
    """Refuse a name that is not the name of a format."""
    if name not in formats.bundled_names() and name not in formats.names():
        *others, last = map(repr, formats.names())
        raise PydanticKnownError("literal_error", {"expected": f"{', '.join(others)} or {last}"})
    return name


class _AllFormats:
    """Describes the name of a format in a JSON schema."""

    @staticmethod
    def __get_pydantic_json_schema__(schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "enum": [*formats.names()]}


FormatName = Annotated[str, AfterValidator(_check_format), _AllFormats]


class ReportFile(StrictModel):
    """A report to write: its format, and its file (by default in ``grader-results``)."""

    format: FormatName
    output: str | None = Field(None, min_length=1)


def _form(value: Any) -> str:
    return "Mapping" if isinstance(value, dict | ReportFile) else "Name"


class AssignmentEntry(StrictModel):
    """One assignment, and the place of its submission.

    ``submission`` is a path or a pattern, relative to the top of the repository. ``data``, and an ``assignment`` that
    is not bundled, are folders relative to the folder of the configuration file.
    """

    assignment: Annotated[str, Field(min_length=1), AfterValidator(_check_assignment)]
    submission: Annotated[str, AfterValidator(_check_pattern)]
    pass_mark: Annotated[float, Field(ge=0, le=100), AfterValidator(_check_percent)] | None = None
    data: Annotated[str, AfterValidator(_check_folder)] | None = None
    formats: list[
        Annotated[
            Annotated[FormatName, Tag("Name")] | Annotated[ReportFile, Tag("Mapping")],
            Discriminator(_form),
        ]
    ] = []

    def report_files(self) -> list[ReportFile]:
        """Return the reports to write; a format without an output gets the default file."""
        return [ReportFile(format=item) if isinstance(item, str) else item for item in self.formats]


class CiFile(StrictModel):
    """The whole ``.grader.yml``. A single assignment may have its keys at the top level."""

    LINES_NAME_ENTRIES: ClassVar[bool] = True  # in sentences about mistakes

    assignments: list[AssignmentEntry] = Field(min_length=1)
    seed: int | None = Field(None, ge=0, lt=seeds.LONGEST)
    isolation: Level = "strong"

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        if data is None:
            raise ValueError(_("it is empty; give the exercise and its file with the keys assignment and submission."))
        if isinstance(data, list):
            raise ValueError(_("it is a list; put the list under the key assignments."))
        if not isinstance(data, dict) or "assignments" in data:
            return data
        if not any(key in ENTRY_KEYS or nearest(str(key), ENTRY_KEYS) for key in data):
            return data
        other_keys = {key: value for key, value in data.items() if key not in ENTRY_KEYS}
        return other_keys | {"assignments": [{key: data[key] for key in ENTRY_KEYS if key in data}]}
