"""Where a secret of the settings of a server is: in a variable of the environment or in a file, never in the settings themselves."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationInfo, model_validator

from ..assignment.base import StrictModel
from ..support.errors import UsageError


class SecretSource(StrictModel):
    """The place of a secret: ``{env: NAME}`` or ``{file: PATH}``, a path relative to the folder of the settings."""

    env: str | None = Field(None, min_length=1)
    """Name of a variable of the environment."""
    file: str | None = Field(None, min_length=1)
    """Path of a file that has only the secret; relative to the folder of the settings."""

    @model_validator(mode="before")
    @classmethod
    def _is_place(cls, content: Any, info: ValidationInfo) -> Any:
        if isinstance(content, SecretSource):
            return content
        if not isinstance(content, dict):
            raise ValueError("the secret must not be in this file; write {env: NAME} or {file: PATH}.")
        if len({"env", "file"} & set(content)) == 2:
            raise ValueError("it has both env and file; keep one of them.")
        if not content:
            raise ValueError("it is empty; write {env: NAME} or {file: PATH}.")
        folder = (info.context or {}).get("folder")
        if folder is not None and isinstance(content.get("file"), str):
            return {**content, "file": str(Path(folder, content["file"]))}
        return content

    def read(self) -> str:
        """Return the secret; raises UsageError with the place where it is missing, never with the secret."""
        if self.env is not None:
            secret = os.environ.get(self.env, "").strip()
            if not secret:
                raise UsageError(f"The variable {self.env} has no secret: set it for the process of the server.")
            return secret
        try:
            secret = Path(self.file or "").read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            raise UsageError(f"The secret in {self.file} cannot be read ({reason}).") from error
        if not secret:
            raise UsageError(f"The file {self.file} is empty: write the secret into it.")
        return secret
