"""Writes what a batch leaves behind: gradebooks, a report a student, and the summary."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..assignment.content import AssignmentFile
from ..assignment.parts import Policy
from ..errors import UsageError
from ..language import _
from ..report import html
from ..report.model import CheckResult, Report
from ..text import clean
from . import canvas, class_page, gradebook, ilias, moodle, nbgrader, policy
from .cells import text_cell
from .class_page import Pupil
from .collect import HandedIn
from .files import write_whole
from .gradebook import Filled, Row
from .layouts import Student
from .store import Record
from .summary import Class
from .visible import FAULT, for_student

REPORTS, FOR_INSTRUCTORS, EXECUTED = "reports", "instructor", "executed"
CLASS_PAGE = "index.html"
DIGEST = re.compile(r"-[0-9a-f]{8}$")  # a name that looks as if it had one gets one, so that all stay different
LONGEST_NAME = 80  # characters of a file's name
LONGEST_COMMENT = 2000


def file_names(students: Sequence[Student]) -> dict[str, str]:
    """A name for the files of each student, by identity: to be read by people, and different on every file system."""
    names = {student.identity: _file_name(student) for student in students}
    taken = Counter(name.casefold() for name in names.values())
    return {
        identity: f"{name}-{_short_digest(identity)}" if taken[name.casefold()] > 1 or DIGEST.search(name) else name
        for identity, name in names.items()
    }


def _file_name(student: Student) -> str:
    told = student.name if student.name == student.identity else f"{student.name}_{student.identity}"
    plain = re.sub(r"[^\w.-]+", "_", unicodedata.normalize("NFC", told)).strip("._") or "student"
    if len(os.fsencode(plain)) <= LONGEST_NAME:
        return plain
    return f"{plain[: LONGEST_NAME // 4]}-{_short_digest(told)}"


def _short_digest(text: str) -> str:
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:8]


def write_reports(folder: Path, name: str, report: Report, content: AssignmentFile) -> None:
    """Both reports on one student; an old one that says the same stays as it is."""
    for kind, shown in ((REPORTS, for_student(report, content)), (FOR_INSTRUCTORS, report)):
        write_if_new(folder / kind / f"{name}.json", f"{shown.to_json()}\n".encode())


def write_executed(folder: Path, name: str, notebook: bytes) -> None:
    """The notebook as it was executed; none where there is none any more."""
    if notebook:
        write_if_new(folder / EXECUTED / f"{name}.ipynb", notebook)
    else:
        (folder / EXECUTED / f"{name}.ipynb").unlink(missing_ok=True)


def write_pages(
    folder: Path, name: str, who: str, report: Report, content: AssignmentFile, row: Row, executed: bytes
) -> None:
    """Both reports on one student for a browser, with the executed notebook."""
    notebook = json.loads(executed) if executed else None
    title, note = _(content.title), ""
    if row.penalty:
        note = _("Handed in {late}: {points} points are taken off, {score} count.").format(
            late=row.late, points=f"{row.penalty:g}", score=f"{row.score:g}"
        )
    pages = {
        REPORTS: html.render(
            for_student(report, content), title, content.pass_mark, who, content.hints, notebook, note=note
        ),
        FOR_INSTRUCTORS: html.render(report, title, content.pass_mark, who, 3, notebook, f"../{CLASS_PAGE}", note),
    }
    for kind, page in pages.items():
        write_if_new(folder / kind / f"{name}.html", page.encode(errors="replace"))


def remove_other_reports(folder: Path, names: Iterable[str]) -> None:
    """Remove the reports of an earlier run on whoever has none now: nobody is to read an old mark."""
    kept = {*names}
    for kind in (REPORTS, FOR_INSTRUCTORS, EXECUTED):
        for file in (folder / kind).glob("*.*"):
            if file.suffix in (".json", ".html", ".ipynb") and file.stem not in kept:
                file.unlink()


def write_if_new(path: Path, content: bytes) -> None:
    """Write a file unless it is there already."""
    if not path.is_file() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(path, content, forced=False)  # the store has it all


def row(handed: HandedIn, record: Record | None, content: AssignmentFile, rules: Policy) -> Row:
    """A student's line in the gradebooks. Who has no score gets none, which is not a zero."""
    student = handed.student
    report = record.report if record else None
    max_score = sum(check.points for check in content.checks if not check.bonus)
    final = None
    if report is not None and report.score is not None:
        final = policy.apply(rules, report.score, report.max_score, handed.submitted, student.late)
    status = (
        "graded" if final else "unreadable" if record and record.problem else "not_gradable" if record else "pending"
    )
    return Row(
        name=student.name,
        identity=student.identity,
        status=status,
        score=final.score if final else None,
        raw=report.score if report else None,
        max_score=max_score,
        passed=final is not None and final.score >= content.pass_mark / 100 * max_score - 1e-9,
        late=final.late if final else _("late") * student.late,
        penalty=final.penalty if final else 0.0,
        comment=_comment(record, content, final),
        checks={check.name: check.score for check in report.checks} if report else {},
        submission=handed.shown,
        attempts=[file.path for file in student.earlier],
    )


def _comment(record: Record | None, content: AssignmentFile, final: policy.Final | None) -> str:
    """What the student reads beside the grade: the sentences of the checks that did not pass."""
    if record is None:
        return ""
    if record.report is None:
        return record.problem or _(FAULT)
    report = for_student(record.report, content)
    told = [check for check in report.checks if check.status not in ("passed", "skipped") and check.max_score]
    sentences = [_sentence(check) for check in told]
    if report.checks and len({check.message for check in report.checks}) == 1 and sentences:
        sentences = [report.checks[0].message]  # it could not be loaded: said once
    if final is not None and final.late:
        off = _(": {penalty:g} points taken off").format(penalty=final.penalty) if final.penalty else ""
        sentences.append(_("Handed in {late}{off}.").format(late=final.late, off=off))
    return clean(" ".join(sentences), LONGEST_COMMENT)


def _sentence(check: CheckResult) -> str:
    bug = f" {check.diagnosis.title}." if check.diagnosis is not None else ""
    points = _("{score:g} of {max_score:g}").format(score=check.score or 0, max_score=check.max_score)
    return f"{check.name} ({points}): {check.message}{bug}"


@dataclass(frozen=True)
class Given:
    """Files of course systems that are to be filled, and the title of the Canvas column."""

    canvas: Path | None = None
    column: str = ""
    moodle: Path | None = None
    ilias: Path | None = None


def try_out(given: Given) -> None:
    """Raise UsageError for a given file that cannot be filled, before anything is graded."""
    _fill([], given)


def write_gradebooks(
    folder: Path, rows: Sequence[Row], layout: str, name: str, given: Given
) -> list[tuple[str, Filled]]:
    """Our own gradebook and those of course systems; returns the latter by file name, and whom they lack."""
    gradebook.write(rows, folder / "gradebook.csv")
    filled = _fill(rows, given)
    if layout == "nbgrader":
        filled.append(("nbgrader.csv", Filled(nbgrader.grades(rows, name), [], [])))
    if layout == "ilias" and given.ilias is None:
        filled.append(("status.csv", Filled(ilias.status_file(rows), [], [])))
    for file, done in filled:
        write_whole(folder / file, done.content)
    return filled


def _fill(rows: Sequence[Row], given: Given) -> list[tuple[str, Filled]]:
    fillers: list[tuple[str, Path | None, Callable[[bytes], Filled]]] = [
        ("canvas.csv", given.canvas, lambda raw: canvas.fill(rows, raw, given.column)),
        ("moodle.csv", given.moodle, lambda raw: moodle.fill(rows, raw)),
        ("status.csv", given.ilias, lambda raw: ilias.fill(rows, raw)),
    ]
    return [(name, fill(_content(path))) for name, path, fill in fillers if path is not None]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): check the path.") from error


def write_summary(folder: Path, told: dict[str, Any], collected: Class) -> None:
    """``summary.json``, for instructors: it has the seed."""
    document = {
        "schema": "grader.summary/1",
        **told,
        "score": collected.scores(),
        "checks": [asdict(check) for check in collected.difficulties()],
        "bugs": [asdict(bug) for bug in collected.bugs()],
        "leaderboard": [asdict(entry) for entry in collected.leaderboard()],
    }
    write_whole(
        folder / "summary.json", (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode(errors="replace")
    )


def write_class_page(
    folder: Path,
    content: AssignmentFile,
    pupils: Sequence[Pupil],
    collected: Class,
    left_over: Sequence[str],
    isolation: str,
) -> None:
    """``index.html``, for instructors."""
    page = class_page.render(content, pupils, collected, left_over, isolation)
    write_whole(folder / CLASS_PAGE, page.encode(errors="replace"))


def write_timings(folder: Path, timings: Iterable[tuple[str, dict[str, float]]]) -> None:
    """``timings.csv``: the seconds of each student in all, and at each stage."""
    lines = [*timings]
    stages = list(dict.fromkeys(stage for _, seconds in lines for stage in seconds))
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["student", "seconds", *stages])
    for name, seconds in lines:
        writer.writerow(
            [text_cell(name), round(sum(seconds.values()), 3), *(f"{seconds.get(s, 0):.3f}" for s in stages)]
        )
    write_whole(folder / "timings.csv", table.getvalue().encode(errors="replace"))
