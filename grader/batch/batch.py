"""Grades a class: whatever has no result yet, or an outdated one; then writes what the batch leaves behind."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

from rich.console import Console

from .. import __version__
from ..assignment import Assignment
from ..assignment.parts import Policy
from ..device import Wanted
from ..errors import Stopped, UsageError
from ..report.model import Level, Report
from ..text import clean, plural
from . import job, outputs, run
from .collect import Class, HandedIn
from .gradebook import Filled, Row
from .job import Done, Task, Work
from .layouts import Student
from .outputs import Given
from .progress import Shown
from .run import Lost, Submit
from .store import Record, Store
from .summary import Class as Collected

UNFINISHED = ""  # the key of a result that the next run makes again: the grader's own failure


@dataclass(frozen=True)
class Options:
    """How a class is to be graded; the defaults of the command line."""

    jobs: int
    scheduler: str | None = None
    seed: int | None = None
    data: Path | None = None
    device: Wanted = "auto"
    isolation: Level = "strong"
    layout: str | None = None
    policy: Policy | None = None
    students: Sequence[str] = ()
    checks: Sequence[str] = ()
    fresh: bool = False
    given: Given = field(default_factory=Given)


@dataclass(frozen=True)
class Graded:
    """What came out of a batch, for a person: every student's row, and what needs a look."""

    rows: list[Row]
    collected: Collected
    filled: list[tuple[str, Filled]]
    timings: list[tuple[str, dict[str, float]]]
    left_over: list[str]
    layout: str
    graded: int


def grade_class(assignment: Assignment, submissions: Path, out: Path, options: Options, console: Console) -> Graded:
    """Grade all submissions and write gradebooks, reports and summary into ``out``.

    Raises UsageError for what cannot be read or written, NotGradable where nothing may be graded here.
    """
    rules = options.policy or assignment.content.grading
    _refuse_unknown_checks(assignment, options.checks)
    outputs.try_out(options.given)
    with Class(submissions, options.layout, assignment.name) as found, Store(out) as store:
        if options.fresh:
            store.forget()
        work = Work(
            identity="",
            assignment=str(assignment.folder),
            seed=store.seed(options.seed),
            isolation=options.isolation,
            data=str(options.data.resolve()) if options.data else None,
            device=options.device,
            threads=max(1, run.cores() // options.jobs),
            only=tuple(options.checks),
            hide=(str(submissions.resolve()), str(out.resolve())),
        )
        work = replace(
            work, identity=_digest(__version__, job.version(assignment), work.seed, work.isolation, work.data)
        )
        wanted = _matching(found.students, options.students)
        todo = [student for student in wanted if _needed(found, store, student, work, options)]
        names = outputs.file_names(found.students)
        if todo:
            try:
                _grade(assignment, found, store, todo, work, out, options, console, names)
            except KeyboardInterrupt:
                raise Stopped("Stopped: what is graded is kept; run the same command again to go on.") from None
        return _write(assignment, found, store, work, rules, out, options, names, len(todo))


def _digest(*parts: object) -> str:
    return hashlib.sha256(os.fsencode("\0".join(map(str, parts)))).hexdigest()


def _refuse_unknown_checks(assignment: Assignment, names: Sequence[str]) -> None:
    known = [check.name for check in assignment.content.checks]
    for name in names:
        if name not in known:
            raise UsageError(f"{assignment.name} has no check '{name}': use one of {', '.join(known)}.")


def _matching(students: Sequence[Student], wanted: Sequence[str]) -> list[Student]:
    """The students of these names or ids, all by default; raises UsageError for one who is not there."""
    if not wanted:
        return list(students)
    chosen = []
    for name in wanted:
        found = [s for s in students if name.casefold() in (s.name.casefold(), s.identity.casefold())]
        if not found:
            raise UsageError(f"No student is called '{clean(name)}': give a name or id as it is in gradebook.csv.")
        chosen += found
    return chosen


def _key(work: Work, handed: HandedIn) -> str:
    return _digest(work.identity, handed.sha256)


def _needed(found: Class, store: Store, student: Student, work: Work, options: Options) -> bool:
    """Whether a student has to be graded: was asked for, or has no result of just this."""
    if options.students or options.checks:
        return True
    return store.key(student.identity) != _key(work, found.handed_in(student))


def _grade(
    assignment: Assignment,
    found: Class,
    store: Store,
    todo: Sequence[Student],
    work: Work,
    out: Path,
    options: Options,
    console: Console,
    names: dict[str, str],
) -> None:
    """Grade ``todo``, and keep each result before it is shown."""
    content = assignment.content
    work = replace(work, answers=store.answers(work.identity))
    with console.status("Trying out the isolation, computing the reference's answers ..."):
        work = replace(work, answers=run.apart(job.prepare, work, options.scheduler is None), inspected=True)
    store.keep_answers(work.identity, work.answers)
    if options.scheduler is not None:
        place: AbstractContextManager[tuple[Submit, int]] = run.cluster(work, options.scheduler, assignment)
    else:
        jobs = min(options.jobs, len(todo))
        fitting = run.fitting(jobs, content.limits)
        if fitting < jobs:
            console.print(f"There is memory for {plural(fitting, 'job')}, not for {jobs}.", soft_wrap=True)
        place = run.here(work, fitting, content.limits)
    with place as (submit, width), Shown(console, len(todo), width) as shown:
        for handed, done in run.each(_tasks(assignment, found, store, todo, options), submit, width):
            key, record = _record(work, handed, done)
            store.put(key, record)
            if record.report is not None:
                outputs.write_reports(out, names[record.identity], record.report, content)
            shown.add(record)


def _tasks(
    assignment: Assignment, found: Class, store: Store, todo: Sequence[Student], options: Options
) -> Iterator[tuple[HandedIn, Task]]:
    """The submissions one by one, read when there is room for them."""
    for student in todo:
        handed = found.handed_in(student)
        earlier = _earlier(assignment, store.record(student.identity), handed) if options.checks else None
        yield handed, Task(handed.shown, handed.contents, handed.problem, earlier)


def _earlier(assignment: Assignment, record: Record | None, handed: HandedIn) -> Report | None:
    """The report whose other checks still hold when some are graded again: on the same files, and whole."""
    if record is None or record.report is None or record.report.score is None or record.sha256 != handed.sha256:
        return None
    same = [check.name for check in record.report.checks] == [check.name for check in assignment.content.checks]
    return record.report if same else None


def _record(work: Work, handed: HandedIn, done: Done | Lost) -> tuple[str, Record]:
    """What is kept of a result, and its key."""
    student = handed.student
    record = Record(identity=student.identity, name=student.name, sha256=handed.sha256)
    if isinstance(done, Lost):
        return UNFINISHED, record
    record = record.model_copy(update={"report": done.report, "problem": done.problem, "timings": done.timings})
    finished = bool(done.problem) or (done.report is not None and done.report.score is not None)
    return _key(work, handed) if finished else UNFINISHED, record


def _write(
    assignment: Assignment,
    found: Class,
    store: Store,
    work: Work,
    rules: Policy,
    out: Path,
    options: Options,
    names: dict[str, str],
    graded: int,
) -> Graded:
    """Write everything that the results give, for all students of the class."""
    content = assignment.content
    collected = Collected()
    rows, timings = [], []
    for student in found.students:
        handed, record = found.handed_in(student), store.record(student.identity)
        row = outputs.row(handed, record, content, rules)
        rows.append(row)
        if record is not None:
            timings.append((student.name, record.timings))
            if record.report is not None:
                outputs.write_reports(out, names[student.identity], record.report, content)
                collected.add(student.name, record.report, row.score)
    filled = outputs.write_gradebooks(out, rows, found.layout, assignment.name, options.given)
    told = {
        "assignment": {"name": assignment.name, "version": content.version},
        "grader": __version__,
        "seed": work.seed,
        "isolation": work.isolation,
        "layout": found.layout,
        "grading": rules.model_dump(mode="json"),
        "students": dict(sorted(Counter(row.status for row in rows).items())),
        "passed": sum(row.passed for row in rows),
        "without_score": [
            {"student": row.name, "status": row.status, "why": row.comment} for row in rows if row.score is None
        ],
        "several_attempts": {row.name: row.attempts for row in rows if row.attempts},
        "files_of_nobody": found.left_over,
    }
    outputs.write_summary(out, told, collected)
    outputs.write_timings(out, timings)
    return Graded(rows, collected, filled, timings, found.left_over, found.layout, graded)
