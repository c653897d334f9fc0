"""Each person's page with its files, in the same form for all places where it can go."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..batch.page_files import REPORTS
from ..batch.recipients import Recipient

# Parts of a report that change although the result does not.
CHANGING = ("seconds", "environment", "isolation", "grader", "seed_fingerprint")


@dataclass(frozen=True)
class Letter:
    """The feedback for a person: {ending: content} of the page, and a digest of the result that it shows.

    ``is_provisional`` says that the total is still without parts that a person has to mark.
    """

    recipient: Recipient
    files: Mapping[str, bytes]
    result: str
    is_provisional: bool

    def with_file(self, ending: str, content: bytes) -> Letter:
        """Return the letter with one more file."""
        return replace(self, files={**self.files, ending: content})


def read(folder: Path, recipient: Recipient, note: str) -> Letter | None:
    """Return the letter of a person from the output folder, None without a page; ``note`` is a sentence on the page.

    Only ``reports`` is read: the pages in ``instructor`` are not for students.
    """
    try:
        page = (folder / REPORTS / f"{recipient.page}.html").read_bytes()
        report: dict[str, Any] = json.loads((folder / REPORTS / f"{recipient.page}.json").read_bytes())
    except (OSError, ValueError):
        return None
    result = json.dumps([note, *_stable(report)], sort_keys=True)
    digest = hashlib.sha256(result.encode(errors="backslashreplace")).hexdigest()
    return Letter(recipient, {".html": page}, digest, bool(report.get("provisional")))


def _stable(report: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the parts of a report that say what the result is."""
    for name, value in report.items():
        if name == "checks":
            yield [{key: part for key, part in check.items() if key not in CHANGING} for check in value]
        elif name not in CHANGING:
            yield name, value
