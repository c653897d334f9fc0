"""Keeps compiled templates in the user's cache, because Jinja would need longer to compile them than to render a class.

The files contain code that the grader executes. No worker at *strong* or *medium* can write them, and a file counts only if
no other user can have written it.
"""

from __future__ import annotations

import contextlib
from importlib import metadata
from pathlib import Path

from jinja2.bccache import Bucket, FileSystemBytecodeCache

from ..support import user_cache


class TemplateCache(FileSystemBytecodeCache):
    """The compiled templates of environments with the same ``settings``; a damaged or outdated file is written again."""

    def __init__(self, folder: Path, settings: str) -> None:
        super().__init__(str(folder), "%s.bytecode")
        self._settings = f"{metadata.version('jinja2')} {settings}"

    def get_source_checksum(self, source: str) -> str:
        """Return a digest of everything that a template is compiled from."""
        return super().get_source_checksum(f"{self._settings}\n{source}")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take the code of a template from its file, if there is one."""
        try:
            with (
                user_cache.opened(Path(self._get_cache_filename(bucket))) as descriptor,
                open(descriptor, "rb", closefd=False) as file,
            ):
                bucket.load_bytecode(file)
        except Exception:  # the file is missing or damaged in any way
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write the code of a template; without a cache it is compiled by each process."""
        with contextlib.suppress(OSError):
            Path(self.directory).mkdir(mode=0o700, parents=True, exist_ok=True)
            super().dump_bytecode(bucket)


def template_cache(settings: str) -> TemplateCache | None:
    """Return the cache for environments with these ``settings``, None for a user without a cache."""
    folder = user_cache.folder("templates")
    return None if folder is None else TemplateCache(folder, settings)
