"""Writes the output files of a batch: gradebooks, a report for each student, and the summary."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..assignment.spec import AssignmentSpec
from ..grading.scoring import passes
from ..report import wording
from ..report.by_hand import instructor_words
from ..report.model import CheckResult, Report
from ..report.redact import redact_for_student
from ..report.wording import FAULT
from ..support.atomic_files import write_whole
from ..support.i18n import _
from ..support.text import clean
from . import class_page, course_files, extensions, gradebook, ilias, nbgrader, policy
from .cells import text_cell
from .collect import StudentFiles
from .counting import CountedAttempt
from .course_files import CourseFiles
from .gradebook import FilledFile, Row
from .graded_class import PersonResult
from .page_files import CLASS_PAGE
from .roster import RosterEntry
from .store import Record, Store
from .student_lines import StudentLine
from .students import Student
from .summary import OPTIONAL, ClassSummary, Difficulty
from .written_files import WrittenFiles

LONGEST_COMMENT = 2000
LONGEST_BY_HAND = 4000  # of the words of a person; a cell is not longer


def row(
    submission_files: StudentFiles,
    record: Record | None,
    content: AssignmentSpec,
    result: PersonResult,
    attempt: CountedAttempt,
) -> Row:
    """Return the row of a person in the gradebooks; a missing score stays None and is not a zero."""
    student, person, report = submission_files.student, result.person, result.report
    max_score = _max_score(content, result)
    final, automatic = result.final_score(submission_files), result.automatic_score(submission_files)
    return Row(
        name=person.name,
        identity=person.identity,
        status="excused" if result.excused else _status(student, record, final),
        score=final.score if final else None,
        raw=report.score if report and not result.excused else None,
        max_score=max_score,
        passed=_passes(report, final.score if final else None, max_score, content),
        late=final.late if final else _("late") * student.late,
        penalty=final.penalty if final else 0.0,
        comment=_comment(record, content, final, result),
        provisional=report is not None and report.provisional and not result.excused,
        checks={check.name: check.score for check in report.checks} if report and not result.excused else {},
        submission=submission_files.path,
        attempts=[*attempt.other_files],
        attempt=attempt.place,
        attempt_scores=attempt.scores,
        file=report.submission.file if report else "",
        grader=report.grader.version if report else "",
        assignment_digest=report.assignment.digest if report else "",
        seed_fingerprint=report.seed_fingerprint if report else "",
        group=student.name if len(student.people) > 1 else "",
        email=person.email,
        number=person.number,
        automatic=automatic.score if automatic else None,
        by_hand=result.words(),
        due=extensions.text_of(result.due),
    )


def _status(student: Student, record: Record | None, final_score: policy.Final | None) -> str:
    """Return the status of a row (see :class:`gradebook.Row`)."""
    if not student.files and not student.problem:
        return "not_submitted"
    if record is not None and record.problem:
        return "unreadable"
    if final_score is not None:
        return "graded"
    return "pending" if record is None else "not_gradable"


def _passes(report: Report | None, score: float | None, max_score: float, content: AssignmentSpec) -> bool:
    """Return whether a person passes with this score, which lateness may have changed since the report."""
    if report is None or score is None or report.preventing_checks():
        return False
    return passes(score, max_score, content.pass_mark)


def _max_score(content: AssignmentSpec, result: PersonResult) -> float:
    """Return the full marks of a person: without the checks that are taken out."""
    out = {mark.check for mark in result.marks.marks if mark.out}
    return sum(check.points for check in content.checks if not check.bonus and check.name not in out)


def absent_row(entry: RosterEntry, content: AssignmentSpec, result: PersonResult) -> Row:
    """Return the row of a student of the roster who handed in nothing; without marks by hand the score is missing, and not a zero."""
    report, max_score = result.report, _max_score(content, result)
    score = report.score if report else None
    by_hand = instructor_words(redact_for_student(report, content.visibility())) if report else result.comments()
    reasons = [_("Excused.") if result.excused else _("Nothing was handed in."), entry.note]
    return Row(
        name=entry.name,
        identity=entry.identity,
        status="excused" if result.excused else "not_submitted",
        score=score,
        raw=score,
        max_score=max_score,
        passed=_passes(report, score, max_score, content),
        late="",
        penalty=0.0,
        comment=_joined(by_hand, reasons),
        checks={check.name: check.score for check in report.checks} if report else {},
        submission="",
        attempts=[],
        email=entry.email,
        by_hand=result.words(),
        due=extensions.text_of(result.due),
    )


def _comment(
    record: Record | None, content: AssignmentSpec, final_score: policy.Final | None, result: PersonResult
) -> str:
    """Return the comment for the student: the words of a person, and the sentences of the checks that did not pass."""
    if result.excused:
        return _joined(result.comments(), [_("Excused.")])
    if result.report is None:
        automatic = (record.problem or _(FAULT)) if record is not None else ""
        return _joined(result.comments(), [automatic])
    report = redact_for_student(result.report, content.visibility())
    checks = [
        check
        for check in report.checks
        if not check.properties.is_fine and check.max_score and check.evidence.by_hand is None
    ]
    sentences = [_sentence(check) for check in checks]
    messages = {check.message for check in report.checks if not check.is_unmarked}
    if len(messages) == 1 and sentences:
        sentences = [*messages]  # the submission could not be loaded: one sentence is enough
    if final_score is not None and wording.preventing(report):
        sentences.insert(0, wording.preventing(report))
    if final_score is not None and wording.unmarked(report):
        sentences.append(wording.unmarked(report))
    if result.blank is not None:
        sentences = [check.message for check in result.blank.checks[:1]]
    if final_score is not None and final_score.late:
        sentence = _("Handed in {late}.")
        if final_score.penalty:
            sentence = _("Handed in {late}: {penalty:g} points taken off.")
        sentences.append(sentence.format(late=final_score.late, penalty=final_score.penalty))
    return _joined(instructor_words(report), sentences)


def _joined(by_hand: Iterable[str], automatic: Iterable[str]) -> str:
    """Return the words of a person, and then the sentences of the grader, in one line; only these are cut early."""
    parts = (clean(" ".join(by_hand), LONGEST_BY_HAND), clean(" ".join(filter(None, automatic)), LONGEST_COMMENT))
    return " ".join(filter(None, parts))


def _sentence(check: CheckResult) -> str:
    bug = f" {check.diagnosis.title}." if check.diagnosis is not None else ""
    points = _("{score:g} of {max_score:g}").format(score=check.score or 0, max_score=check.max_score)
    return f"{check.name} ({points}): {check.message}{bug}"


def write_gradebooks(
    folder: Path,
    rows: Sequence[Row],
    absent: Sequence[Row],
    layout: str,
    name: str,
    given_files: CourseFiles,
    store: Store,
    written_files: WrittenFiles,
) -> list[tuple[str, FilledFile]]:
    """Write ``gradebook.csv`` and the files of course systems.

    The rows of ``absent`` are in ``gradebook.csv`` only, but excused students and those with a mark by hand are in all files.

    Returns (file name, filled file) of the files of course systems.
    """
    gradebook.write([*rows, *absent], folder / "gradebook.csv")
    marked_rows = [row for row in absent if row.status == "excused" or row.score is not None]
    filled_files = course_files.fill([*rows, *marked_rows], given_files, store.written_cells)
    if layout == "nbgrader":
        filled_files.append(("nbgrader.csv", FilledFile(nbgrader.grades(rows, name), [], [])))
    if layout == "ilias" and given_files.ilias is None:
        filled_files.append(("status.csv", FilledFile(ilias.status_file(rows), [], [])))
    written_files.write({file: filled_file.content for file, filled_file in filled_files})
    for file, filled_file in filled_files:
        store.keep_written_cells(file, filled_file.written_cells)
    return filled_files


def write_summary(folder: Path, values: dict[str, Any], summary: ClassSummary) -> None:
    """Write ``summary.json``. It is for instructors only: it contains the seed."""
    document = {
        "schema": "grader.summary/1",
        **values,
        "score": summary.scores(),
        "checks": [_check_document(check) for check in summary.difficulties()],
        "bugs": [asdict(bug) for bug in summary.bugs()],
        "leaderboard": [asdict(entry) for entry in summary.leaderboard()],
    }
    write_whole(
        folder / "summary.json", (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode(errors="replace")
    )


def _check_document(check: Difficulty) -> dict[str, Any]:
    document = asdict(check)
    document["outcomes"] = {
        name: count for name, count in document["outcomes"].items() if count or name not in OPTIONAL
    }
    return document


def write_class_page(
    folder: Path,
    content: AssignmentSpec,
    student_lines: Sequence[StudentLine],
    summary: ClassSummary,
    left_over: Sequence[str],
    isolation: str,
    stand_ins: Sequence[str],
    similar: int,
) -> None:
    """Write ``index.html``, for instructors."""
    page = class_page.render(content, student_lines, summary, left_over, isolation, stand_ins, similar)
    write_whole(folder / CLASS_PAGE, page.encode(errors="replace"))


def write_timings(folder: Path, timings: Iterable[tuple[str, dict[str, float]]]) -> None:
    """Write ``timings.csv``: the seconds of each student in total, and at each stage."""
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
