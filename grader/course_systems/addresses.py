"""Reads the address of an assignment, as an instructor copies it from the browser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, parse_qs, urlsplit

from ..remote.address import ServerAddress, server_address
from ..support.errors import UsageError
from ..support.text import clean

EXAMPLES = (
    "in Canvas https://canvas.example.org/courses/12/assignments/345, "
    "in Moodle https://moodle.example.org/mod/assign/view.php?id=678"
)
OPEN_IT = f"open the assignment in the browser and copy its address ({EXAMPLES})"
CANVAS = re.compile(r"(?P<before>.*?)/courses/(?P<course>\d+)(?:/(?P<page>.*))?")
CANVAS_ASSIGNMENT = re.compile(r"assignments/(?P<assignment>\d+)(?:/.*)?")
SPEED_GRADER = "gradebook/speed_grader"
MOODLE = re.compile(r"(?P<before>.*?)/(?P<page>(?:mod|course|grade|my|user)/[\w/]*)(?:\.php)?(?:/.*)?")
MOODLE_ASSIGNMENT = "mod/assign/view"


@dataclass(frozen=True)
class AssignmentAddress:
    """An assignment: the course system, the address of its server, and the numbers in the address of the page.

    ``course`` is "" in Moodle, whose ``assignment`` is the number of the course module.
    """

    system: Literal["canvas", "moodle"]
    server: ServerAddress
    course: str
    assignment: str

    @property
    def page(self) -> str:
        """The address of the assignment in a browser, which also names it in files."""
        if self.system == "canvas":
            return f"{self.server.url}/courses/{self.course}/assignments/{self.assignment}"
        return f"{self.server.url}/mod/assign/view.php?id={self.assignment}"


def read(text: str) -> AssignmentAddress:
    """Return the assignment at an address; raises UsageError with a sentence that says which address is needed."""
    parts = _parts(text)
    if (match := CANVAS.fullmatch(parts.path.rstrip("/"))) is not None:
        return _of_canvas(parts, match)
    if (match := MOODLE.fullmatch(parts.path)) is not None:
        return _of_moodle(parts, match)
    raise UsageError(f"{_shown(text)} is not the address of an assignment: {OPEN_IT}.")


def _parts(text: str) -> SplitResult:
    try:
        parts = urlsplit(text.strip())
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and text.strip().isprintable()
    except ValueError:
        is_address = False
    if not is_address:
        raise UsageError(f"'{_shown(text)}' is not the address of an assignment: {OPEN_IT}.")
    return parts


def _server(parts: SplitResult, before: str) -> ServerAddress:
    """Return the server; raises UsageError if others in the network could read the token."""
    server = server_address(f"{parts.scheme}://{parts.netloc}{before}")
    if server.is_open:
        raise UsageError(
            f"{server.url} is not encrypted, so others in the network could read your token: use the address that begins "
            "with https://."
        )
    return server


def _of_canvas(parts: SplitResult, match: re.Match[str]) -> AssignmentAddress:
    page = match["page"] or ""
    if page == SPEED_GRADER:
        assignment = _number(parts, "assignment_id")
        if not assignment:
            raise UsageError(f"This address of SpeedGrader names no assignment: {OPEN_IT}.")
    elif page.startswith("gradebook") or page == "grades":
        raise UsageError(f"This is the address of the gradebook, which has all assignments of the course: {OPEN_IT}.")
    elif page.startswith("quizzes"):
        raise UsageError(f"This is the address of a quiz, and only assignments can be fetched: {OPEN_IT}.")
    elif (inner := CANVAS_ASSIGNMENT.fullmatch(page)) is not None:
        assignment = inner["assignment"]
    else:
        raise UsageError(f"This is the address of a course, and not of one assignment: {OPEN_IT}.")
    return AssignmentAddress("canvas", _server(parts, match["before"]), match["course"], assignment)


def _of_moodle(parts: SplitResult, match: re.Match[str]) -> AssignmentAddress:
    page, number = match["page"], _number(parts, "id")
    if page.startswith("grade/"):
        raise UsageError(f"This is the address of the gradebook, which has all activities of the course: {OPEN_IT}.")
    if page.startswith("mod/") and not page.startswith("mod/assign"):
        kind = page.split("/")[1]
        raise UsageError(f"This is the address of another activity ({clean(kind)}), not of an assignment: {OPEN_IT}.")
    if page != MOODLE_ASSIGNMENT or not number:
        raise UsageError(f"This is not the address of one assignment: {OPEN_IT}.")
    return AssignmentAddress("moodle", _server(parts, match["before"]), "", number)


def _number(parts: SplitResult, name: str) -> str:
    values = parse_qs(parts.query).get(name, [""])
    return values[0] if re.fullmatch(r"[0-9]+", values[0]) else ""


def _shown(text: str) -> str:
    """Return an address without what follows the question mark: it may contain secrets."""
    return clean(text.strip().partition("?")[0], 200)
