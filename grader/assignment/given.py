"""Files, packages and values of names that a course provides to its students' code."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, ValidationInfo, field_validator, model_validator

from .base import Constant, StrictModel, check_rectangular

MAX_FILE = 50 << 20  # bytes of a file for students: the same limit as for submissions and for files sent to a cluster


def _of_the_folder(name: str, info: ValidationInfo) -> str:
    """Return ``name``. Raises ValueError unless it is a file of the folder in the validation context."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or str(path) != name:
        raise ValueError(f"'{name}' is not a path inside the folder; write a path such as data/train.csv.")
    folder = (info.context or {}).get("folder")
    if folder is None:
        return name
    file = Path(folder, name)
    if not file.is_file():
        raise ValueError(f"'{name}' is not a file of the folder; add the file.")
    if not file.resolve().is_relative_to(folder):
        raise ValueError(f"'{name}' is a link that leads out of the folder; put the file itself there.")
    if file.stat().st_size > MAX_FILE:
        raise ValueError(f"'{name}' is larger than {MAX_FILE >> 20} MB; provide a part of it.")
    return name


FileName = Annotated[str, AfterValidator(_of_the_folder)]


class Computed(StrictModel):
    """A value that is not in the assignment.yaml: give either ``length_of`` or ``file``."""

    length_of: str | None = None
    """The input of the current call whose length it is, in the layout of the task, e.g. the number of samples."""
    axis: Literal[0, 1] = 0
    """The axis of that input."""
    file: FileName | None = None
    """A ``.npy`` file of the folder."""

    @field_validator("file")
    @classmethod
    def _is_an_array(cls, name: str, info: ValidationInfo) -> str:
        folder = (info.context or {}).get("folder")
        if folder is not None:
            import numpy as np  # slow to import, and few assignments need it

            try:
                np.load(Path(folder, name), mmap_mode="r", allow_pickle=False)
            except (OSError, ValueError, EOFError) as error:
                raise ValueError(f"'{name}' is not a .npy file of numbers; create it with np.save().") from error
        return name

    @model_validator(mode="after")
    def _one_origin(self) -> Computed:
        if (self.length_of is None) == (self.file is None):
            raise ValueError("give exactly one of length_of and file.")
        return self


Global = Annotated[Computed | Constant, AfterValidator(check_rectangular)]


def _is_requirement(text: str) -> str:
    from packaging.requirements import InvalidRequirement, Requirement  # slow to import, and few assignments need it

    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise ValueError(f"'{text}' is not a valid requirement; write it like pandas or pandas>=2.") from error
    if requirement.extras or requirement.marker or requirement.url:
        raise ValueError(f"'{text}' has more than a name and a version; write it like pandas>=2.")
    return text


PackageName = Annotated[str, AfterValidator(_is_requirement)]
