"""Writes the output files of a batch from its stored results. It is imported last, because its imports take long."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from ..executor.executor import Executor
from ..expected import assignment_files
from ..grading.trace import Timings
from ..machine import packages
from ..marking.mark import Mark
from ..support import seeds
from ..version import __version__
from . import (
    changes,
    class_page,
    counting,
    fetched,
    outputs,
    pages,
    pseudonyms,
    recipients,
    renewing,
    sections,
    similar,
)
from .changes import Changes
from .consistency import Consistency
from .counting import CountedAttempt
from .course_files import CourseFiles
from .gradebook import FilledFile, Row
from .graded_class import GradedClass, PersonResult
from .page_files import FOR_INSTRUCTORS
from .pages import PageWriter
from .policy import Final
from .recipients import Recipient, Recipients
from .roster import RosterEntry
from .store import Page
from .student_lines import StudentLine, line_of
from .students import Person, Student, display_name
from .summary import ClassSummary
from .written_files import WrittenFiles

HIDDEN = "(hidden)"  # instead of the name of a file that may contain the name of a student


@dataclass(frozen=True)
class BatchResults:
    """The results of a batch, for the overview on the terminal.

    ``without_score`` lists the students who handed in something or have an empty folder, but have no score.
    ``graded_count`` is the number of submissions graded in this run.
    """

    rows: list[Row]
    without_score: list[dict[str, str]]
    summary: ClassSummary
    filled_files: list[tuple[str, FilledFile]]
    timings: list[tuple[str, dict[str, float]]]
    left_out: list[tuple[str, str]]
    layout: str
    graded_count: int
    stages: dict[str, float]
    notes: list[str]
    changes: Changes


class _Collected:
    """Everything that the output files contain about the students, collected one student at a time."""

    def __init__(self, graded: GradedClass, digest: str) -> None:
        self._graded = graded
        self.rows: list[Row] = []
        self.lines: list[StudentLine] = []
        self.pages: list[Page] = []
        self.recipients: list[Recipient] = []
        self.results: list[tuple[Row, PersonResult]] = []
        self.scores: list[tuple[PersonResult, Final | None, str]] = []
        self.timings: list[tuple[str, dict[str, float]]] = []
        self.instructor_notes: list[str] = []
        self._unmarked: dict[str, None] = {}  # the names of checks that a person has to mark
        self.summary = ClassSummary()
        self.section_summaries: dict[str, ClassSummary] = {}
        self.consistency = Consistency(__version__, digest, packages.versions_here())
        for student in graded.students:
            self._add(student)
        self.absent_rows = [self._absent_row(entry) for entry in graded.absent]
        self.changes = changes.collect(self.results, graded.marks, graded.store)

    def _add(self, student: Student) -> None:
        graded, name = self._graded, display_name(student)
        submissions = graded.submissions_to_grade(student)
        records = {each.record_id: graded.store.record(each.record_id) for each in submissions}
        for submission in submissions:
            record = records[submission.record_id]
            submission_name = f"{name}{submission.name.removeprefix(student.name)}"
            if record is not None:
                self.timings.append((submission_name, record.timings))
            if record is not None and record.report is not None:
                self.consistency.add(submission_name, record.report)
                notes = record.report.for_instructor()
                self.instructor_notes += [f"{submission_name}: {sentence}" for sentence in notes]
        rows, results = [], []
        for person in student.people:
            row, result = self._row(student, person, graded.counted(student, person, records))
            rows.append(row)
            results.append(result)
        reports = [result.report for result in results if result.report is not None]
        self._unmarked |= {check.name: None for marked in reports for check in marked.unmarked()}
        self.rows += rows
        self._summarise(name, results, rows)

    def _row(self, student: Student, person: Person, counted: CountedAttempt) -> tuple[Row, PersonResult]:
        """Return the row and the result of a person, and keep the line and the page of that person."""
        graded, record, submission_files = self._graded, counted.attempt.record, counted.attempt.files
        result = graded.result_of(person, record, submission_files.path)
        row = outputs.row(submission_files, record, graded.assignment.content, result, counted)
        row = replace(row, section=graded.sections.get(person.identity, ""))
        reason = (record.failure or row.comment) if record and row.score is None else ""
        note_on_attempt = "" if graded.policy.attempts == "latest" else counting.note(counted)
        page = self._keep(row, reason, result, submission_files.student.record_id, note_on_attempt)
        shown_student = submission_files.student if graded.is_anonymous else student
        self.recipients += recipients.of_student(shown_student, [row], {row.identity: page} if page else {}, reason)
        return row, result

    def _absent_row(self, entry: RosterEntry) -> Row:
        result = self._graded.result_of(entry.person, None, excused=entry.excused)
        row = outputs.absent_row(entry, self._graded.assignment.content, result)
        row = replace(row, section=self._graded.sections.get(entry.identity, ""))
        page = self._keep(row, row.comment, result, entry.identity)
        self.recipients.append(recipients.without_submission(row, page))
        self._summarise(display_name(entry.person), [result], [row])
        return row

    def _keep(self, row: Row, reason: str, result: PersonResult, identity: str, note_on_attempt: str = "") -> str:
        """Keep the line and the page of a person; return the name of the page, "" without one."""
        new_pages = self._graded.pages_for(result, identity, note_on_attempt)
        report = result.report
        self.lines += [line_of(row, reason, f"{FOR_INSTRUCTORS}/{p.name}.html", report) for p in new_pages if report]
        self.lines += [StudentLine(row, reason)] if not new_pages else []
        self.pages += new_pages
        self.results.append((row, result))
        submission_files = self._graded.submissions.get(identity)
        final = result.final_score(submission_files) if submission_files else None
        self.scores.append((result, final, note_on_attempt))
        return new_pages[0].name if new_pages else ""

    def _summarise(self, name: str, results: Sequence[PersonResult], rows: Sequence[Row]) -> None:
        """Add the results on one submission to the summary: once for all people with the same marks and the same score.

        Excused people count nowhere.
        """
        same_results: dict[tuple[tuple[Mark, ...], float | None, str], list[PersonResult]] = {}
        for result, row in zip(results, rows, strict=True):
            if not result.excused:
                same_results.setdefault((result.marks.marks, row.score, row.attempt), []).append(result)
        for (_marks, score, _attempt), people in same_results.items():
            if people[0].report is not None:
                self.summary.add(name, people[0].report, score, len(people))
                own_sections = Counter(self._graded.sections.get(each.person.identity, "") for each in people)
                for section, count in own_sections.items():
                    self.section_summaries.setdefault(section, ClassSummary()).add(name, people[0].report, score, count)

    def notes_on_marking(self) -> list[str]:
        """Return a sentence about the scores that are provisional, [] without such scores."""
        count = sum(row.provisional for row in self.rows)
        if not count:
            return []
        names = ", ".join(self._unmarked)
        scores = "The score of 1 student is" if count == 1 else f"The scores of {count} students are"
        return [f"{scores} provisional, also in import files: a person has to mark {names}."]

    def without_score(self) -> list[dict[str, str]]:
        """Return the students without a score, but for those that are graded later, each with the reason."""
        return [
            {"student": line.row.name, "id": line.row.identity, "status": line.row.status, "why": line.reason}
            for line in self.lines
            if line.row.score is None and line.row.status != "pending"
        ]

    def summary_values(self, digest: str) -> dict[str, Any]:
        """Return the values of ``summary.json``, without those that ``outputs`` adds from the reports."""
        graded = self._graded
        return {
            "assignment": {
                "name": graded.assignment.name,
                "version": graded.assignment.content.version,
                "digest": digest,
            },
            "grader": __version__,
            "seed_fingerprint": seeds.fingerprint(graded.settings.seed),
            "files": [{"student": row.name, "id": row.identity, "file": row.file} for row in self.rows if row.file],
            "seed": graded.settings.seed,
            "isolation": graded.settings.isolation,
            "layout": graded.folder.layout,
            "grading": graded.policy.model_dump(mode="json", exclude_none=True),
            "students": dict(sorted(Counter(line.row.status for line in self.lines).items())),
            "passed": sum(row.passed for row in self.rows),
            "without_score": self.without_score(),
            "for_instructor": self.instructor_notes,
            "stand_ins": self.consistency.stand_ins(),
            "other_versions": [versions.model_dump() for versions in self.consistency.other_versions()],
            "several_attempts": [
                {"student": row.name, "id": row.identity, "earlier": row.attempts}
                | ({"counts": row.attempt, "scores": row.attempt_scores} if row.attempt else {})
                for row in self.rows
                if row.attempts
            ],
            "by_hand": [asdict(mark) for mark in self.changes.by_hand],
            "unused_marks": [asdict(mark) for mark in self.changes.unused],
            "changed_scores": [asdict(score) for score in self.changes.scores],
            "files_of_nobody": [_shown_file(name, graded) for name in graded.folder.left_over],
            "left_out": [
                {"file": _shown_file(name, graded), "reason": reason} for name, reason in graded.folder.left_out
            ],
        }


def _write_section_pages(collected: _Collected, written_files: WrittenFiles, graded: GradedClass) -> None:
    """Write a page for each section, unless the run has only one."""
    lines: dict[str, list[StudentLine]] = {}
    for line in collected.lines:
        if line.row.section and not graded.is_one_section:
            lines.setdefault(line.row.section, []).append(line)
    names = sections.page_names([*lines])
    content, isolation = graded.assignment.content, str(graded.settings.isolation)
    for section, own_lines in lines.items():
        summary = collected.section_summaries.get(section, ClassSummary())
        page = class_page.render(content, own_lines, summary, [], isolation, collected.consistency.stand_ins())
        written_files.write({names[section]: page.encode(errors="replace")})


def _shown_file(name: str, graded: GradedClass) -> str:
    """Return the name of a file that belongs to no student, as the output folder may contain it."""
    return HIDDEN if graded.is_anonymous else name


def write(
    graded: GradedClass,
    graded_count: int,
    stages: Timings,
    notes: Sequence[str],
    page_writer: PageWriter,
    console: Console,
    jobs: int,
    executor: Executor | None,
) -> BatchResults:
    """Write all output files for all students of the class; this run graded ``graded_count`` of them, by ``executor``.

    ``notes`` are sentences for the instructor, to which others are added. Idle processes write the students' files
    meanwhile; without an executor, ``jobs`` processes do it at the end.
    """
    began = time.monotonic()
    content, folder = graded.assignment.content, graded.folder
    digest = assignment_files.short_digest(graded.assignment, [*map(Path, graded.settings.hide)])
    collected = _Collected(graded, digest)
    graded.store.keep_page_settings(pages.settings_of(content), complete=False)
    graded.store.keep_pages(collected.pages)
    people = Recipients(layout=folder.layout, assignment=graded.assignment.name, people=collected.recipients)
    graded.store.keep_recipients(people.model_dump_json())
    outdated_names = page_writer.outdated_names()
    page_writer.remove_outdated(
        outdated_names, [page.name for page in collected.pages]
    )  # before the new marks are written
    page_writer.begin(outdated_names, executor)
    written_files = WrittenFiles(graded.out, graded.store)
    filled_files = outputs.write_gradebooks(
        graded.out,
        collected.rows,
        collected.absent_rows,
        "" if graded.is_anonymous else folder.layout,
        graded.assignment.name,
        CourseFiles() if graded.is_anonymous else graded.course_files,
        graded.store,
        written_files,
    )
    if graded.is_one_section:  # the people of the other sections may have handed in
        absent_names = {row.name for row in collected.absent_rows}
        filled_files = [
            (name, replace(file, without_submission=[who for who in file.without_submission if who in absent_names]))
            for name, file in filled_files
        ]
    similar_submissions, problems_of_comparing = similar.write(
        graded.assignment, collected.pages, graded.store, written_files
    )
    notes_on_files: list[str] = []
    if graded.is_anonymous:
        notes_on_files.append(
            f"The names are in {pseudonyms.NAME} only. Files for course systems need names: the same command without "
            "--anonymous writes them, and grades nobody again."
        )
    if folder.encoding:
        notes_on_files.append(
            f"File names that are not in UTF-8 were read as {folder.encoding}: if they look wrong, unpack "
            "the archive with the right encoding and give the folder."
        )
    existing_marks = [
        {"file": name, **asdict(entry)} for name, filled_file in filled_files for entry in filled_file.existing
    ]
    summary_values = {
        **collected.summary_values(digest),
        "existing_marks": existing_marks,
        "similar": similar_submissions,
    }
    outputs.write_summary(graded.out, summary_values, collected.summary)
    outputs.write_timings(graded.out, collected.timings)
    if executor is not None and page_writer.needs_no_process():
        executor.close()  # its processes end meanwhile
    outputs.write_class_page(
        graded.out,
        content,
        collected.lines,
        collected.summary,
        [f"{_shown_file(name, graded)}: {reason}" for name, reason in folder.left_out],
        str(graded.settings.isolation),
        collected.consistency.stand_ins(),
        sum(map(len, similar_submissions.values())),
    )
    _write_section_pages(collected, written_files, graded)
    if graded.origin and not graded.is_anonymous:
        written_files.write({fetched.NAME: graded.origin})
    notes_on_files += written_files.remove_others()
    renewing.keep_results(graded.store, collected.scores)
    graded.store.keep_page_settings(pages.settings_of(content), complete=True)
    stages.add("gradebooks", began)
    began = time.monotonic()
    page_writer.finish(console, jobs)
    stages.add("pages", began)
    identities = {row.identity for row in collected.rows}
    return BatchResults(
        [*collected.rows, *collected.absent_rows],
        [entry for entry in collected.without_score() if entry["id"] in identities],
        collected.summary,
        filled_files,
        collected.timings,
        folder.left_out,
        folder.layout,
        graded_count,
        stages,
        [
            *notes,
            *notes_on_files,
            *collected.notes_on_marking(),
            *filter(None, [similar.note(similar_submissions)]),
            *problems_of_comparing,
            *collected.changes.notes(),
            *collected.consistency.notes(),
            *page_writer.problems,
            *collected.instructor_notes,
        ],
        collected.changes,
    )
