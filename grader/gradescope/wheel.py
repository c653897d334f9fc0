"""Builds a wheel of the running grader, installed or from a checkout, so that Gradescope gets the same code.

It has the same files as a wheel built from pyproject.toml, so it contains no solutions.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from ..assignment import bundled_names, load
from ..machine import distribution
from ..support.errors import UsageError
from ..support.i18n import LANGUAGES, _
from ..support.places import ASSIGNMENTS, BUNDLED, DIGESTS, PACKAGE, REFERENCE

TAG = "py3-none-any"


def build() -> tuple[str, bytes]:
    """Return the name and the content of the wheel; raises UsageError if its requirements are not known."""
    try:
        installed = importlib.metadata.distribution(distribution.NAME)
    except importlib.metadata.PackageNotFoundError:
        message = _("The grader is not installed, so its requirements are unknown: install it with 'pip install .'.")
        raise UsageError(message) from None
    name = f"{distribution.NAME.replace('-', '_')}-{installed.version}"
    contents = dict(_files())
    for file in ("METADATA", "entry_points.txt"):
        contents[f"{name}.dist-info/{file}"] = (installed.read_text(file) or "").encode()
    contents[f"{name}.dist-info/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: grader\nRoot-Is-Purelib: true\nTag: {TAG}\n"
    ).encode()
    record = f"{name}.dist-info/RECORD"
    contents[record] = "".join([*map(_record_line, contents, contents.values()), f"{record},,\n"]).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in contents.items():
            add(archive, path, content)
    return f"{name}-{TAG}.whl", buffer.getvalue()


def add(archive: zipfile.ZipFile, name: str, content: bytes, mode: int = 0o644) -> None:
    """Add a file with its permissions, but without a date, so that the same content gives the same archive."""
    member = zipfile.ZipInfo(name)
    member.create_system = 3  # Unix, which has file permissions
    member.external_attr = (0o100000 | mode) << 16
    member.compress_type = archive.compression
    archive.writestr(member, content)


def _files() -> Iterator[tuple[str, bytes]]:
    """Yield (name, content) of the package's files, with assignments and recorded answers as in an installation."""
    yield from _below(PACKAGE, "grader")
    if BUNDLED == PACKAGE / "bundled":
        return
    for name in bundled_names():
        assignment = load(str(ASSIGNMENTS / name))
        tasks = [file.name for file in {assignment.task_file(language): None for language in LANGUAGES}]
        for file in ("assignment.yaml", *tasks, *assignment.content.starters):
            yield f"grader/bundled/assignments/{name}/{file}", assignment.file(file).read_bytes()
    yield from _below(ASSIGNMENTS / "shared", "grader/bundled/assignments/shared")
    yield f"grader/bundled/reference/{DIGESTS.name}", DIGESTS.read_bytes()
    for part in ("answers", "bugs"):
        yield from _below(REFERENCE / part, f"grader/bundled/reference/{part}")


def _below(folder: Path, name: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in inner.parts):
            yield f"{name}/{inner.as_posix()}", path.read_bytes()


def _record_line(name: str, content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(content)}\n"
