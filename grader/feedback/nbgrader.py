"""Places in the ``feedback`` tree of an nbgrader course: ``feedback/STUDENT/ASSIGNMENT/NOTEBOOK.html``.

``nbgrader release_feedback`` takes the pages from there, by the names of the notebooks in ``submitted`` (``docs/source/user_guide/philosophy.rst``
and ``nbgrader/exchange/default/release_feedback.py`` of jupyter/nbgrader).
"""

from __future__ import annotations

from pathlib import PurePosixPath

from ..batch.layouts import NBGRADER
from ..batch.recipients import Recipient, Recipients

TARGET = "feedback/"
UPLOAD = "Copy the folder feedback into the course, and run 'nbgrader release_feedback'."
NO_PLACE = "their files are not in the folder 'submitted' of a course"


def stems(person: Recipient, recipients: Recipients, title: str) -> list[str]:
    """Return the path of a person's page in the output folder, without an ending."""
    match = NBGRADER.fullmatch(person.graded_path())
    if match is None:
        return []
    notebook = PurePosixPath(person.file or match["file"]).stem
    return [f"{TARGET}{match['student']}/{match['assignment']}/{notebook}"]
