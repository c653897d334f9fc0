"""The receipt of a submission: what arrived, and when. A student can prove with it that the work was handed in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC

from ..support.i18n import _
from ..support.text import clean
from . import submissions
from .service import Service
from .viewing import ViewedSubmission


@dataclass(frozen=True)
class ReceivedFile:
    """A file of a submission."""

    name: str
    size: int
    sha256: str


def files(service: Service, view: ViewedSubmission) -> list[ReceivedFile]:
    """Return the files of a submission as they arrived; [] if they have been deleted since."""
    try:
        contents = submissions.files_of(service, view.submission)
    except FileNotFoundError:
        return []
    return [ReceivedFile(name, len(content), hashlib.sha256(content).hexdigest()) for name, content in contents.items()]


def text(service: Service, view: ViewedSubmission, title: str, shown_time: str) -> str:
    """Return the receipt as a text file; ``shown_time`` is the arrival in the time zone of the course."""
    submission = view.submission
    kind = _("graded attempt") if submission.kind == "attempt" else _("self-check")
    rows = [
        (_("Receipt"), submission.id),
        (_("Course"), view.course.title),
        (_("Exercise"), f"{title} ({view.exercise.name})"),
        (_("Student"), f"{view.student.shown_name} ({view.student.name})"),
        (_("Kind"), kind),
        (_("Arrived"), shown_time),
        ("UTC", submission.received.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
        ("SHA-256", submission.sha256),
    ]
    lines = [f"{name}: {clean(value, 1000)}" for name, value in rows]
    for file in files(service, view):
        lines += ["", _("File: {name}").format(name=clean(file.name)), f"  {file.size} B", f"  SHA-256: {file.sha256}"]
    return "\n".join(lines) + "\n"
