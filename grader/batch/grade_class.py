"""Grades a class: every submission without an up-to-date result. Then writes the output files of the batch."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

from rich.console import Console

from ..assignment import PACKAGE, Assignment
from ..assignment.base import Policy
from ..expected import assignment_files
from ..grading import needs
from ..grading.trace import Timings
from ..report.model import Report
from ..sandbox import filesystem, memory_needs
from ..support import i18n, seeds, similar_names
from ..support.choices import Device, Engine, Level
from ..support.errors import Stopped, UsageError
from ..support.text import clean, plural
from ..version import __version__
from . import chosen, executor, grading_job, outputs
from .class_page import Pupil
from .collect import Class, HandedIn
from .consistency import Consistency
from .executor import Lost, Place
from .gradebook import Filled, Row
from .grading_job import Done, Task, Work
from .layouts import Student, known_as
from .outputs import Given
from .progress import Shown
from .roster import Roster, identify
from .store import Record, Store
from .summary import Class as Collected
from .summary import bug_names

UNFINISHED = ""  # the key of a failure of the grader: the next run grades that submission again


@dataclass(frozen=True)
class Options:
    """How to grade a class; the defaults are those of the command line."""

    jobs: int
    scheduler: str | None = None
    insecure_scheduler: bool = False
    seed: int | None = None
    data: Path | None = None
    device: Device = "auto"
    isolation: Level = "strong"
    engine: Engine = "shell"
    layout: str | None = None
    policy: Policy | None = None
    students: Sequence[str] = ()
    checks: Sequence[str] = ()
    fresh: bool = False
    given: Given = field(default_factory=Given)
    file: str = ""
    files: Path | None = None


@dataclass(frozen=True)
class Graded:
    """The results of a batch, for the overview on the terminal.

    ``without_score`` lists the students who handed in something or have an empty folder, but have no score.
    ``graded`` is the number of submissions graded in this run.
    """

    rows: list[Row]
    without_score: list[dict[str, str]]
    collected: Collected
    filled: list[tuple[str, Filled]]
    timings: list[tuple[str, dict[str, float]]]
    left_out: list[tuple[str, str]]
    layout: str
    graded: int
    stages: dict[str, float]
    notes: list[str]


def grade_class(assignment: Assignment, submissions: Path, out: Path, options: Options, console: Console) -> Graded:
    """Grade all submissions and write gradebooks, reports and summary into ``out``.

    Raises UsageError for a file that cannot be read or written, and NotGradable if this machine may not grade.
    """
    _refuse_unknown_checks(assignment, options.checks)
    if options.fresh and (options.students or options.checks):
        raise UsageError("--fresh deletes the results of all students: omit it, or omit --only and --check.")
    _refuse_own_files(submissions)
    if options.scheduler is None:  # with a scheduler other machines grade, and each reports its own missing packages
        needs.refuse_missing_packages(assignment)
    with _opened(assignment, submissions, out, options, console) as (found, people, named), Store(out) as store:
        if options.fresh:
            store.forget()
        hide = (str(submissions.resolve()), str(out.resolve()))
        work = _work(assignment, store.seed(options.seed), options, hide)
        batch = _Batch(assignment, found, people, named, store, work, out, options, console)
        todo = batch.todo()
        if todo:
            try:
                batch.grade(todo)
            except KeyboardInterrupt:
                raise Stopped("Stopped. All results so far are kept: run the same command again to continue.") from None
        return batch.write(len(todo))


def list_class(assignment: Assignment, submissions: Path, out: Path | None, options: Options, console: Console) -> None:
    """Print which file of each student would be graded, and why; runs and writes nothing.

    Raises UsageError for a file that cannot be read.
    """
    with _opened(assignment, submissions, out, options, console) as (found, people, named):
        chosen.show(assignment, found, people.students, named, console)


@contextlib.contextmanager
def _opened(
    assignment: Assignment, submissions: Path, out: Path | None, options: Options, console: Console
) -> Iterator[tuple[Class, _People, dict[str, str]]]:
    """Yield the class, its students completed from the rosters, and the files that the instructor chose.

    See :func:`_chosen` for the last one.
    """
    rosters = outputs.rosters(options.given)
    names = {name for roster in rosters for name in roster.names()}
    with Class(submissions, options.layout, assignment.name, out, names) as found:
        people = _People(found, rosters)
        yield found, people, _chosen(people, found, submissions, out, options, console)


def _chosen(
    people: _People, found: Class, submissions: Path, out: Path | None, options: Options, console: Console
) -> dict[str, str]:
    """Return {identity: file pattern} for the students whose file the instructor chose."""
    table = options.files or chosen.find(out, submissions)
    named = {}
    if table is not None:
        console.print(f"The files to grade are read from {table}.", soft_wrap=True)
        named = chosen.patterns(table, people.students, people.called, found.handed_in)
    everybody = {student.identity: options.file for student in people.students} if options.file else {}
    return everybody | named


def _refuse_own_files(submissions: Path) -> None:
    """Raise UsageError if the class folder contains files that a worker needs: the whole folder is hidden from it."""
    needed = [PACKAGE, *(Path(real) for _, real in filesystem.readable())]
    if any(path.is_relative_to(submissions.resolve()) for path in needed):
        raise UsageError(f"{submissions} contains Python or the grader itself: give the folder of the class only.")


def _work(assignment: Assignment, seed: int, options: Options, hide: tuple[str, ...]) -> Work:
    data = str(options.data.resolve()) if options.data else None
    basis = _digest(__version__, seed, options.isolation, options.engine, data, i18n.current())
    return Work(
        identity=_digest(basis, assignment_files.digest(assignment, [*map(Path, hide)])),
        basis=basis,
        assignment=str(assignment.folder),
        seed=seed,
        isolation=options.isolation,
        data=data,
        device=options.device,
        engine=options.engine,
        threads=max(1, executor.cores() // options.jobs),
        hide=hide,
        language=i18n.current(),
    )


def _digest(*parts: object) -> str:
    return hashlib.sha256(os.fsencode("\0".join(map(str, parts)))).hexdigest()


def _refuse_unknown_checks(assignment: Assignment, names: Sequence[str]) -> None:
    known = [check.name for check in assignment.content.checks]
    for name in names:
        if name not in known:
            meant = similar_names.nearest(name, known)
            remedy = f"use one of {', '.join(known)}." if meant is None else f"did you mean '{meant}'?"
            raise UsageError(f"{assignment.name} has no check '{name}': {remedy}")


def _folded(name: str) -> str:
    """Return a name in the form in which names are compared: composed letters, without case."""
    return unicodedata.normalize("NFC", name).casefold()


class _People:
    """The students of a class, with all their names: in the class folder and in the files of course systems."""

    def __init__(self, found: Class, rosters: Sequence[Roster]) -> None:
        self.students, self.absent, self.notes = identify(found.students, rosters)
        self._called_in_class = {student.identity: student.name for student in found.students}

    def called(self, name: str) -> list[Student]:
        """Return the students with this name or id."""
        return [student for student in self.students if _folded(name) in self._all_names(student)]

    def _all_names(self, student: Student) -> set[str]:
        """Return all names and ids of a student and, for a group, of its members."""
        people = [each for person in student.people for each in (person.name, person.identity)]
        names = [student.name, student.identity, self._called_in_class[student.identity], *people]
        return {_folded(name) for name in names}


class _Batch:
    """One run: a class, its stored results, and the output folder."""

    def __init__(
        self,
        assignment: Assignment,
        found: Class,
        people: _People,
        named: dict[str, str],
        store: Store,
        work: Work,
        out: Path,
        options: Options,
        console: Console,
    ) -> None:
        self._assignment = assignment
        self._found = found
        self._store = store
        self._work = work
        self._out = out
        self._options = options
        self._console = console
        self._people = people
        self._students, self._absent, self._notes = people.students, people.absent, people.notes
        self._named = named
        # Without the contents: only the submissions that are being graded are in memory.
        self._seen = {student.identity: replace(self._handed_in(student), contents={}) for student in self._students}
        self._names = outputs.file_names([person for student in self._students for person in student.people])
        self._rules = options.policy or assignment.content.grading
        self.stages = Timings()
        self._reported: set[str] = set()  # the students whose reports this run has written

    def todo(self) -> list[Student]:
        """Return the students to grade: the requested ones, or all without an up-to-date result.

        Raises UsageError if a requested student does not exist.
        """
        chosen = self._students
        if self._options.students:
            asked = {student.identity for name in self._options.students for student in self._called(name)}
            chosen = [student for student in chosen if student.identity in asked]
        if self._options.students or self._options.checks:
            return chosen
        return [each for each in chosen if self._store.key(each.identity) != self._key(self._seen[each.identity])]

    def _called(self, name: str) -> list[Student]:
        known = self._people.called(name)
        if not known:
            raise UsageError(f"There is no student '{clean(name)}': give a name or an id from gradebook.csv.")
        return known

    def _handed_in(self, student: Student) -> HandedIn:
        """Return the submission of a student; its digest includes the file that the instructor chose."""
        handed = self._found.handed_in(student)
        named = self._named.get(student.identity)
        return handed if named is None else replace(handed, sha256=_digest(handed.sha256, named))

    def _key(self, handed: HandedIn) -> str:
        return _digest(self._work.identity, handed.sha256)

    def grade(self, todo: Sequence[Student]) -> None:
        """Grade ``todo``. Each result is stored before it is shown."""
        with self._place(len(todo)) as place:
            with self._console.status("Testing the isolation, computing the reference's answers ..."):
                began = time.monotonic()
                work = self._prepared()
                self.stages.add("isolation, reference", began)
            began = time.monotonic()
            with Shown(self._console, len(todo), place.slots) as shown:
                for handed, done in executor.each(work, self._tasks(todo), place):
                    key, record = self._record(handed, done)
                    executed = b"" if isinstance(done, Lost) else done.executed
                    if key != UNFINISHED or self._store.key(record.identity) != self._key(handed):
                        self._keep(key, record, executed)  # a failure of the grader never replaces a result
                    shown.add(record)
            self.stages.add("submissions", began)

    def _keep(self, key: str, record: Record, executed: bytes) -> None:
        self._store.put(key, record, executed)
        if record.report is not None:
            self._write_reports(record, record.report, executed)
            self._reported.add(record.identity)

    def _write_reports(self, record: Record, report: Report, executed: bytes) -> None:
        content, handed = self._assignment.content, self._seen[record.identity]
        row = outputs.row(handed, record, content, self._rules)
        for person in handed.student.people:
            name = self._names[person.identity]
            outputs.write_reports(self._out, name, report, content)
            outputs.write_executed(self._out, name, executed)
            outputs.write_pages(self._out, name, known_as(person), report, content, row, executed)

    def _prepared(self) -> Work:
        work = replace(self._work, answers=self._store.answers(self._work.identity))
        answers = executor.apart(grading_job.prepare, work, self._options.scheduler is None)
        self._store.keep_answers(work.identity, answers)
        return replace(work, answers=answers, inspected=True)

    def _place(self, count: int) -> AbstractContextManager[Place]:
        options = self._options
        if options.scheduler is not None:
            return executor.cluster(options.scheduler, self._assignment, options.device, options.insecure_scheduler)
        content = self._assignment.content
        memory_needs.limits_here(self._assignment)  # raises NoMemory if the machine is too small for one submission
        jobs = min(self._options.jobs, count)
        fitting = executor.fitting(jobs, content)
        if fitting < jobs:
            self._console.print(f"There is memory for {plural(fitting, 'job')} only, not for {jobs}.", soft_wrap=True)
        return executor.here(fitting, content.limits)

    def _tasks(self, todo: Sequence[Student]) -> Iterator[tuple[HandedIn, Task]]:
        """Yield the submissions one by one, each read when a job is free for it."""
        for student in todo:
            handed = self._handed_in(student)
            earlier = self._earlier(handed) if self._options.checks else None
            only = self._to_be_graded(earlier) if earlier else ()
            pattern = self._named.get(student.identity, "")
            yield handed, Task(handed.shown, handed.contents, handed.problem, earlier, only, pattern)

    def _earlier(self, handed: HandedIn) -> Report | None:
        """Return the earlier report on the same files with the same seed, whose other checks are kept; else None."""
        record = self._store.record(handed.student.identity)
        if record is None or record.report is None or record.report.score is None:
            return None
        same = [c.name for c in record.report.checks] == [c.name for c in self._assignment.content.checks]
        return record.report if same and (record.sha256, record.basis) == (handed.sha256, self._work.basis) else None

    def _to_be_graded(self, earlier: Report) -> tuple[str, ...]:
        """Return the requested checks, and those whose points have changed."""
        points = {check.name: check.points for check in self._assignment.content.checks}
        changed = [check.name for check in earlier.checks if check.max_score != points[check.name]]
        return (*self._options.checks, *changed)

    def _record(self, handed: HandedIn, done: Done | Lost) -> tuple[str, Record]:
        """Return the key and the record that the store keeps of a result."""
        student = handed.student
        record = Record(identity=student.identity, name=student.name, sha256=handed.sha256, basis=self._work.basis)
        if isinstance(done, Lost):
            return UNFINISHED, record.model_copy(update={"failure": str(done)})
        record = record.model_copy(update={"report": done.report, "problem": done.problem, "timings": done.timings})
        finished = bool(done.problem) or (done.report is not None and done.report.score is not None)
        return self._key(handed) if finished else UNFINISHED, record

    def write(self, graded: int) -> Graded:
        """Write all output files for all students of the class; this run graded ``graded`` of them."""
        began = time.monotonic()
        content, found = self._assignment.content, self._found
        collected = Collected()
        digest = assignment_files.short_digest(self._assignment, [*map(Path, self._work.hide)])
        consistency = Consistency(__version__, digest)
        rows: list[Row] = []
        timings: list[tuple[str, dict[str, float]]] = []
        reported: list[str] = []
        pupils: list[Pupil] = []
        suspicious: list[str] = []
        for student in self._students:
            record = self._store.record(student.identity)
            base = outputs.row(self._seen[student.identity], record, content, self._rules)
            why = (record.failure or base.comment) if record and base.score is None else ""
            own = outputs.rows_of(base, student)
            rows += own
            if record is not None:
                timings.append((known_as(student), record.timings))
            if record is not None and record.report is not None:
                if student.identity not in self._reported:
                    self._write_reports(record, record.report, self._store.executed(student.identity))
                consistency.add(known_as(student), record.report)
                suspicious += [f"{known_as(student)}: {sentence}" for sentence in record.report.for_instructor()]
                collected.add(known_as(student), record.report, base.score, len(own))
                reported += [self._names[person.identity] for person in student.people]
            for row in own:
                page = (
                    f"{outputs.FOR_INSTRUCTORS}/{self._names[row.identity]}.html" if record and record.report else None
                )
                pupils.append(Pupil(row, why, page, bug_names(record.report if record else None)))
        absent = [outputs.absent_row(listed, content) for listed in self._absent]
        pupils += [Pupil(row, row.comment) for row in absent]
        without_score = [
            {"student": pupil.row.name, "id": pupil.row.identity, "status": pupil.row.status, "why": pupil.why}
            for pupil in pupils
            if pupil.row.score is None and pupil.row.status != "pending"
        ]
        outputs.remove_other_reports(self._out, reported)
        filled, notes = outputs.write_gradebooks(
            self._out, rows, absent, found.layout, self._assignment.name, self._options.given, self._store
        )
        if found.encoding:
            notes.append(
                f"File names that are not in UTF-8 were read as {found.encoding}: if they look wrong, unpack "
                "the archive with the right encoding and give the folder."
            )
        told = {
            "assignment": {
                "name": self._assignment.name,
                "version": content.version,
                "digest": digest,
            },
            "grader": __version__,
            "seed_fingerprint": seeds.fingerprint(self._work.seed),
            "files": [{"student": row.name, "id": row.identity, "file": row.file} for row in rows if row.file],
            "seed": self._work.seed,
            "isolation": self._work.isolation,
            "layout": found.layout,
            "grading": self._rules.model_dump(mode="json"),
            "students": dict(sorted(Counter(pupil.row.status for pupil in pupils).items())),
            "passed": sum(row.passed for row in rows),
            "without_score": without_score,
            "for_instructor": suspicious,
            "several_attempts": [
                {"student": row.name, "id": row.identity, "earlier": row.attempts} for row in rows if row.attempts
            ],
            "files_of_nobody": found.left_over,
            "left_out": [{"file": name, "reason": reason} for name, reason in found.left_out],
        }
        outputs.write_summary(self._out, told, collected)
        outputs.write_timings(self._out, timings)
        left_over = [f"{name}: {reason}" for name, reason in found.left_out]
        outputs.write_class_page(self._out, content, pupils, collected, left_over, self._work.isolation)
        self.stages.add("gradebooks", began)
        return Graded(
            [*rows, *absent],
            [entry for entry in without_score if entry["id"] in {row.identity for row in rows}],
            collected,
            filled,
            timings,
            found.left_out,
            found.layout,
            graded,
            self.stages,
            [*self._notes, *notes, *consistency.notes(), *suspicious],
        )
