"""A class of 120: the people, what each hands in, and the score that each must get. It uses no code of the product."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass

from tests.batch.classes import PEOPLE
from tests.doubling import ASSIGNMENT, BROKEN, REFERENCE, RIGHT, SHORT, WRONG

COUNT = 120
UNUSUAL = {  # names that break tables
    100: ('=HYPERLINK("http://x.org")', "Eve"), 101: ("Semi;colon", "Kim"), 102: ('Quote"d', "Quinn"),
    103: ("Smith", "Anna"), 104: ("Tab\tbed", "Tina"), 105: ("@SUM(1)", "Sue"),
}  # fmt: skip
CHECKS = {"1": {"double": 50.0, "total": 30.0, "long": 20.0}, "2": {"double": 40.0, "total": 30.0, "long": 30.0}}
PASSED_CHECKS = {RIGHT: ("double", "total", "long"), SHORT: ("double", "total"), WRONG: ("long",), BROKEN: ()}
PERCENT_A_DAY = 10


@dataclass(frozen=True)
class Pupil:
    """A student: number, last and first name, id, login, and the files by name. ``code`` is the graded one, "" without."""

    number: int
    last: str
    first: str
    files: dict[str, bytes]
    code: str
    late: bool = False

    @property
    def identity(self):
        return str(1000 + self.number)

    @property
    def login(self):
        return f"u{self.number:03}x"

    @property
    def status(self):
        if not self.files:
            return "not_submitted"
        return "graded" if self.code else "unreadable"

    def checks(self, version):
        """Return the points of each check without marks by hand, {} without a report."""
        if not self.code:
            return {}
        passed = PASSED_CHECKS[self.code]
        return {name: points * (name in passed) for name, points in CHECKS[version].items()}


def _notebook(source):
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def _zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


KINDS = (  # files, and the code that is graded
    ({"answer.py": RIGHT.encode()}, RIGHT),
    ({"answer.ipynb": _notebook(RIGHT)}, RIGHT),
    ({"answer.py": WRONG.encode()}, WRONG),
    ({"Übung 3.py": SHORT.encode()}, SHORT),
    ({"essay.pdf": b"%PDF-1.4 no code"}, ""),
    ({"answer.py": BROKEN.encode()}, BROKEN),
    ({"answer.ipynb.txt": _notebook(RIGHT)}, RIGHT),
    ({"work.zip": _zipped({"work/answer.py": SHORT.encode(), "work/__pycache__/a.pyc": b"0"})}, SHORT),
    ({}, ""),
    ({"week-3.py": b"x = 1\n", "week-4.py": WRONG.encode()}, WRONG),
    ({"work.zip": b"not an archive", "notes.txt": b"?"}, ""),
    ({"answer.py": RIGHT.replace("2 * x", "x + x").encode()}, RIGHT),
)


def _name(number):
    if number in UNUSUAL:
        return UNUSUAL[number]
    last, first = PEOPLE[number % len(PEOPLE)]
    return last, first + ("", " Maria", " Noël")[number // len(PEOPLE)]


def _pupil(number):
    files, code = KINDS[number % len(KINDS)]
    if code == RIGHT and "answer.ipynb" in files and number % 24 == 1:
        code = WRONG  # nobody's notebook is the same as the others'
        files = {"answer.ipynb": _notebook(WRONG)}
    return Pupil(number, *_name(number), dict(files), code, late=number % len(KINDS) == 11)


PUPILS = tuple(map(_pupil, range(COUNT)))
TEAMS = ((36, 37, 38), (60, 61))  # where groups hand in together, the first one's files count


def write_assignment(folder, version):
    """Write the assignment; version 2 gives other points."""
    text = ASSIGNMENT
    text = text.replace("due: 2026-11-20 23:59:00+01:00", "due: 2026-10-24 23:59 Europe/Berlin")
    if version == "2":
        text = (
            text.replace('version: "1"', 'version: "2"')
            .replace("points: 50}", "points: 40}")
            .replace("points: 20,", "points: 30,")
        )
    folder.mkdir(exist_ok=True)
    (folder / "assignment.yaml").write_text(text)
    (folder / "reference.py").write_text(REFERENCE)
    (folder / "solution.py").write_text(RIGHT)
    return folder
