"""The files that a page shows: the graded file as it was handed in, and the modules of the submission that it uses."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from .model import Submission


@dataclass(frozen=True)
class SourceFile:
    """A file of a submission; ``name`` is its path in the submission."""

    name: str
    content: bytes


def source_files(submission: Submission) -> list[SourceFile]:
    """Return the graded file, unchanged, and then the text of its helper modules; [] for a file without code, such as a PDF."""
    if submission.nothing is not None:
        return []
    helpers = [part for part in submission.code if part.cell is None and part.place]
    return [
        SourceFile(_as_utf8(submission.file or submission.entry), submission.raw),
        *(SourceFile(_as_utf8(part.place), part.text.encode(errors="replace")) for part in helpers),
    ]


def packed(files: Sequence[SourceFile]) -> bytes:
    """Return the files as one compressed string."""
    names = json.dumps([(file.name, len(file.content)) for file in files]).encode()
    compressor = zlib.compressobj(level=1)  # a file may be large, so the contents are not joined before
    pieces = [names, b"\n", *(file.content for file in files)]
    return b"".join([*map(compressor.compress, pieces), compressor.flush()])


def unpacked(content: bytes) -> list[SourceFile]:
    """Return the files that :func:`packed` has compressed, none for b""."""
    if not content:
        return []
    contents = zlib.decompress(content)
    start = contents.index(b"\n") + 1
    files = []
    for name, length in json.loads(contents[:start]):
        files.append(SourceFile(name, contents[start : start + length]))
        start += length
    return files


def _as_utf8(name: str) -> str:
    """Return a file name without characters that UTF-8 cannot encode, as in the locations of a report."""
    return name.encode(errors="replace").decode()
