"""What a course gives its students: files, values for names that loading cannot reach, and packages."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, ValidationInfo, field_validator, model_validator

from .base import Constant, Part, rectangular

MAX_FILE = 50 << 20  # bytes of a file for students: as much as a submission may have, and as is sent to a cluster


def _of_the_folder(name: str, info: ValidationInfo) -> str:
    """Refuse what is not a file of the assignment's folder, which the context of the validation names."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or str(path) != name:
        raise ValueError(f"'{name}' is not a path inside the folder; write it like data/train.csv.")
    folder = (info.context or {}).get("folder")
    if folder is None:
        return name
    file = Path(folder, name)
    if not file.is_file():
        raise ValueError(f"'{name}' is not a file of the folder; put it there.")
    if not file.resolve().is_relative_to(folder):
        raise ValueError(f"'{name}' leads out of the folder; put the file itself there.")
    if file.stat().st_size > MAX_FILE:
        raise ValueError(f"'{name}' has more than {MAX_FILE >> 20} MB; a part of it will do.")
    return name


FileName = Annotated[str, AfterValidator(_of_the_folder)]


class Computed(Part):
    """A value that is not written in the file: one of the two.

    ``length_of`` is the length of an input of the call at hand along ``axis``, as the task lays it out: the number of
    samples, for example. ``file`` is a ``.npy`` file of the folder.
    """

    length_of: str | None = None
    axis: Literal[0, 1] = 0
    file: FileName | None = None

    @field_validator("file")
    @classmethod
    def _is_an_array(cls, name: str, info: ValidationInfo) -> str:
        folder = (info.context or {}).get("folder")
        if folder is not None:
            try:
                np.load(Path(folder, name), mmap_mode="r", allow_pickle=False)
            except (OSError, ValueError, EOFError) as error:
                raise ValueError(f"'{name}' is not a .npy file of numbers; write it with np.save().") from error
        return name

    @model_validator(mode="after")
    def _one_origin(self) -> Computed:
        if (self.length_of is None) == (self.file is None):
            raise ValueError("it has either length_of or file; give one of them.")
        return self


Global = Annotated[Computed | Constant, AfterValidator(rectangular)]


def _is_requirement(text: str) -> str:
    from packaging.requirements import InvalidRequirement, Requirement  # slow, and few assignments need it

    try:
        wanted = Requirement(text)
    except InvalidRequirement as error:
        raise ValueError(f"'{text}' is not a package with or without versions, such as pandas or pandas>=2.") from error
    if wanted.extras or wanted.marker or wanted.url:
        raise ValueError(f"'{text}' has more than a name and versions; write it like pandas>=2.")
    return text


PackageName = Annotated[str, AfterValidator(_is_requirement)]
