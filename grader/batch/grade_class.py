"""Grades a class: every submission without an up-to-date result. Then writes the output files of the batch."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from ..assignment import Assignment
from ..assignment.policy import Policy
from ..executor import calls, local
from ..executor.executor import Executor, ProcessLost, grade_each
from ..executor.work import GradingTask, TaskResult, Work, work_for
from ..expected import assignment_files
from ..grading import needs
from ..grading.trace import Timings
from ..marking.class_list import ClassList
from ..marking.class_marks import ClassMarks
from ..report.model import Report
from ..sandbox import filesystem, head_start, memory_needs
from ..support import i18n, seeds, similar_names, tables
from ..support.choices import Device, Engine, Level
from ..support.errors import Stopped, UsageError
from ..support.places import PACKAGE
from ..support.text import clean, plural
from ..version import __version__
from . import attempts, chosen, class_members, course_files, extensions, file_names, pages, pseudonyms, sections
from .class_members import StoredClass
from .collect import ClassFolder, StudentFiles
from .course_files import CourseFiles
from .extensions import Extensions
from .graded_class import GradedClass
from .pages import PageWriter
from .people import People
from .progress import ProgressDisplay
from .pseudonyms import Pseudonyms
from .store import NAMES, Record, Store
from .students import Student

if TYPE_CHECKING:
    from .results import BatchResults

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
    course_files: CourseFiles = field(default_factory=CourseFiles)
    file: str = ""
    files: Path | None = None
    overrides: Path | None = None
    keep_overrides: bool = False
    command: str = ""
    extensions: Path | None = None
    anonymous: bool = False
    section: str = ""


def grade_class(
    assignment: Assignment, submissions: Path, out: Path, options: Options, console: Console
) -> BatchResults:
    """Grade all submissions and write gradebooks, reports and summary into ``out``.

    Raises UsageError for a file that cannot be read or written, and NotGradable if this machine may not grade.
    """
    _refuse_unknown_checks(assignment, options.checks)
    if options.fresh and (options.students or options.checks):
        raise UsageError("--fresh deletes the results of all students: omit it, or omit --only and --check.")
    _refuse_own_files(submissions)
    if options.scheduler is None:  # with a scheduler other machines grade, and each reports its own missing packages
        needs.refuse_missing_packages(assignment)
    with (
        _open_class(assignment, submissions, out, options, console) as (class_folder, people, patterns),
        Store(out) as store,
    ):
        patterns = _with_pseudonyms(people, patterns, store, out, options.anonymous)
        if options.fresh:
            store.forget()
        hidden_paths = (str(submissions.resolve()), str(out.resolve()))
        seed = store.seed(options.seed)
        digest = assignment_files.digest(assignment, [*map(Path, hidden_paths)])
        settings = _settings(assignment, digest, seed, options, hidden_paths)
        keys = _Keys.of(digest, settings)
        batch = _Batch(assignment, class_folder, people, patterns, store, settings, keys, out, options, console)
        todo = batch.todo()
        with contextlib.ExitStack() as stack:
            try:
                executor = stack.enter_context(batch.executor(todo)) if todo else None
                if executor is not None:
                    batch.grade(todo, executor)
                return batch.write(len(todo), executor)
            except KeyboardInterrupt:
                raise Stopped("Stopped. All results so far are kept: run the same command again to continue.") from None


def _with_pseudonyms(
    people: People, patterns: dict[str, str], store: Store, out: Path, is_anonymous: bool
) -> dict[str, str]:
    """Use pseudonyms if the run is anonymous, or an earlier run was; return the patterns of files by the new ids.

    Raises UsageError for an anonymous run in a folder with names: they may be anywhere in it.
    """
    if is_anonymous and store.has_names():
        raise UsageError(f"{out} contains results with names of students: choose another folder for --out.")
    key = pseudonyms.read(out) or (Pseudonyms({}) if is_anonymous else None)
    if not is_anonymous:
        store.keep_setting(NAMES, "shown")
    if key is None:
        return patterns
    new_ids = people.use_pseudonyms(key, is_anonymous)
    key.write(out)
    store.keep_setting(NAMES, "hidden" if is_anonymous else "shown")
    record_ids = {student.identity: student.record_id for student in people.students}
    return {
        (new_id := new_ids[identity]): pseudonyms.in_file_name(
            pattern, record_ids[new_id], people.names_in_files[record_ids[new_id]]
        )
        for identity, pattern in patterns.items()
    }


def list_class(assignment: Assignment, submissions: Path, out: Path | None, options: Options, console: Console) -> None:
    """Print which file of each student would be graded, and why; runs and writes nothing.

    Raises UsageError for a file that cannot be read.
    """
    with _open_class(assignment, submissions, out, options, console) as (class_folder, people, patterns):
        students = people.students
        if (options.policy or assignment.content.grading).attempts != "latest":
            every_attempt = [each for student in students for each in attempts.versions(student)]
            students = [replace(each, earlier_files=[]) for each in every_attempt]
        chosen.show(assignment, class_folder, students, patterns, console)


@contextlib.contextmanager
def _open_class(
    assignment: Assignment, submissions: Path, out: Path | None, options: Options, console: Console
) -> Iterator[tuple[ClassFolder, People, dict[str, str]]]:
    """Yield the class, its students completed from the rosters, and the files that the instructor chose.

    See :func:`_chosen` for the last one.
    """
    rosters = course_files.rosters(options.course_files)
    names = {name for roster in rosters for name in roster.names()}
    with ClassFolder(submissions, options.layout, assignment.name, out, names) as class_folder:
        people = People(class_folder, [*rosters, *class_folder.rosters()])
        table = tables.find(sections.NAME, out, submissions)
        if table is not None:
            console.print(f"The sections are read from {table}.", soft_wrap=True)
            people.read_sections(table)
        yield class_folder, people, _chosen_patterns(people, class_folder, submissions, out, options, console)


def _chosen_patterns(
    people: People, class_folder: ClassFolder, submissions: Path, out: Path | None, options: Options, console: Console
) -> dict[str, str]:
    """Return {identity: file pattern} for the students whose file the instructor chose."""
    table = options.files or tables.find(chosen.NAME, out, submissions)
    patterns = {}
    if table is not None:
        console.print(f"The files to grade are read from {table}.", soft_wrap=True)
        patterns = chosen.patterns(table, people.students, people.find, class_folder.files_of)
    common_pattern = {student.identity: options.file for student in people.students} if options.file else {}
    return common_pattern | patterns


def _refuse_own_files(submissions: Path) -> None:
    """Raise UsageError if the class folder contains files that a worker needs: the whole folder is hidden from it."""
    needed_paths = [PACKAGE, *(Path(real) for _, real in filesystem.readable())]
    if any(path.is_relative_to(submissions.resolve()) for path in needed_paths):
        raise UsageError(f"{submissions} contains Python or the grader itself: give the folder of the class only.")


def _settings(assignment: Assignment, digest: str, seed: int, options: Options, hide: tuple[str, ...]) -> Work:
    return work_for(
        assignment,
        seed,
        options.isolation,
        digest,
        data=str(options.data.resolve()) if options.data else None,
        device=options.device,
        engine=options.engine,
        threads=max(1, local.cores() // options.jobs),
        hide=hide,
    )


@dataclass(frozen=True)
class _Keys:
    """The keys of stored results: ``identity`` is a digest of all settings, ``basis`` of all except the assignment."""

    identity: str
    basis: str

    @classmethod
    def of(cls, digest: str, settings: Work) -> _Keys:
        """Return the keys for an assignment's digest, the settings and the current language."""
        basis = _digest(__version__, settings.seed, settings.isolation, settings.engine, settings.data, i18n.current())
        return cls(_digest(basis, digest), basis)


def _digest(*parts: object) -> str:
    return hashlib.sha256(os.fsencode("\0".join(map(str, parts)))).hexdigest()


def _refuse_unknown_checks(assignment: Assignment, names: Sequence[str]) -> None:
    check_names = [check.name for check in assignment.content.checks]
    for name in names:
        if name not in check_names:
            suggestion = similar_names.nearest(name, check_names)
            remedy = f"use one of {', '.join(check_names)}." if suggestion is None else f"did you mean '{suggestion}'?"
            raise UsageError(f"{assignment.name} has no check '{name}': {remedy}")


class _Batch:
    """One run: a class, its stored results, and the output folder."""

    def __init__(
        self,
        assignment: Assignment,
        class_folder: ClassFolder,
        people: People,
        patterns: dict[str, str],
        store: Store,
        settings: Work,
        keys: _Keys,
        out: Path,
        options: Options,
        console: Console,
    ) -> None:
        self._assignment = assignment
        self._class_folder = class_folder
        self._store = store
        self._settings = settings
        self._keys = keys
        self._options = options
        self._console = console
        self._people = people
        self._students, absent = people.students, people.absent
        if options.section:
            self._students, absent = sections.only(options.section, people.sections, people.students, people.absent)
        self._patterns = patterns
        # Without the contents: only the submissions that are being graded are in memory.
        policy = options.policy or assignment.content.grading
        several = {} if policy.attempts == "latest" else {s.identity: attempts.versions(s) for s in self._students}
        self._submissions = {
            each.record_id: replace(self._files_of(each), contents={})
            for student in self._students
            for each in several.get(student.identity, [student])
        }
        members = [person for student in people.students for person in student.people]
        names = file_names.file_names([*members, *(entry.person for entry in people.absent)])
        stored_class = self._stored_class(names, policy)
        self._graded = GradedClass(
            assignment,
            class_folder,
            self._students,
            absent,
            self._submissions,
            names,
            store,
            out,
            policy,
            settings,
            options.course_files,
            self._marks(stored_class, out),
            self._extensions(stored_class.class_list, policy, out),
            several,
            people.is_anonymous,
            people.sections,
            bool(options.section),
            class_folder.origin,
        )
        self.stages = Timings()
        self._pages = PageWriter(out, store)

    def _stored_class(self, page_names: Mapping[str, str], policy: Policy) -> StoredClass:
        """Return the names that ``grader pages`` and ``grader override`` need."""
        earlier, options = class_members.stored_class(self._store), self._options
        people = self._people
        names = class_members.class_list(
            people.students,
            people.absent,
            people.class_names,
            page_names,
            self._assignment.content,
            earlier.class_list if earlier is not None else None,
        )
        table = str(options.overrides.resolve()) if options.overrides is not None else ""
        class_place = str(self._class_folder.path.resolve().parent)
        if people.is_anonymous:
            options = replace(options, command="")  # it may contain names
        return StoredClass(
            class_list=names,
            table=table,
            class_place=class_place,
            keeps_outdated=options.keep_overrides,
            rounding=policy.rounding,
            command=options.command,
        )

    def _marks(self, stored: StoredClass, out: Path) -> ClassMarks:
        """Return the marks by hand, and store the names for later commands.

        A mistake in the table of marks is reported before anything is graded.
        """
        path = stored.find_table(out)
        if path is not None:
            self._console.print(f"The marks by hand are read from {path}.", soft_wrap=True)
        marks = stored.model_copy(update={"class_list": self._with_all_names(stored.class_list)}).read_marks(out)
        class_members.keep(self._store, stored)
        return marks

    def _with_all_names(self, names: ClassList) -> ClassList:
        """Return the class list with all names of each person, which are not stored if the run is anonymous."""
        return names.with_names(lambda identity: self._people.other_names.get(identity, []))

    def _extensions(self, names: ClassList, policy: Policy, out: Path) -> Extensions:
        """Return the due dates of single students; a mistake in their table is reported before anything is graded."""
        table = self._options.extensions or tables.find(extensions.NAME, out, self._class_folder.path)
        if table is None:
            return Extensions()
        self._console.print(f"The extensions are read from {table}.", soft_wrap=True)
        return extensions.read(table, self._with_all_names(names), policy)

    def todo(self) -> list[Student]:
        """Return the submissions to grade: of the requested students, or all without an up-to-date result.

        Raises UsageError if a requested student does not exist.
        """
        students = self._students
        if self._options.students:
            requested_ids = {
                student.identity for name in self._options.students for student in self._find_students(name)
            }
            missing_ids = requested_ids - {student.identity for student in students}
            if missing_ids:
                names = [student.name for student in self._people.students if student.identity in missing_ids]
                raise UsageError(
                    f"{clean(', '.join(names), 500)}: not in the section '{clean(self._options.section)}'. Omit --section or --only."
                )
            students = [student for student in students if student.identity in requested_ids]
        submissions = [each for student in students for each in self._graded.submissions_to_grade(student)]
        if self._options.students or self._options.checks:
            return submissions
        return [
            each
            for each in submissions
            if self._store.key(each.record_id) != self._key(self._submissions[each.record_id])
        ]

    def _find_students(self, name: str) -> list[Student]:
        students = self._people.find(name)
        if not students:
            raise UsageError(f"There is no student '{clean(name)}': give a name or an id from gradebook.csv.")
        return students

    def _files_of(self, student: Student) -> StudentFiles:
        """Return the submission of a student; its digest includes the file that the instructor chose."""
        submission_files = self._class_folder.files_of(student)
        result_id = student.record_id.partition(attempts.ATTEMPT)[0]
        if result_id in self._people.names_in_files:
            names = self._people.names_in_files[result_id]
            submission_files = pseudonyms.without_names(submission_files, result_id, names)
        pattern = self._patterns.get(student.identity)
        return (
            submission_files
            if pattern is None
            else replace(submission_files, sha256=_digest(submission_files.sha256, pattern))
        )

    def _key(self, submission_files: StudentFiles) -> str:
        return _digest(self._keys.identity, submission_files.sha256)

    def grade(self, todo: Sequence[Student], executor: Executor) -> None:
        """Grade ``todo``. Each result is stored before it is shown."""
        began = time.monotonic()
        settings = self._prepared(executor)
        self.stages.add("isolation, reference", began)
        began = time.monotonic()
        self._store.keep_page_settings(pages.settings_of(self._assignment.content), complete=False)
        self._store.keep_places(self._graded.expected_places())
        finished_names: list[str] = []  # of pages that can be written
        with ProgressDisplay(self._console, len(todo), executor.slots) as display:
            for number, (submission_files, result) in enumerate(
                grade_each(executor, settings, self._tasks(todo)), start=1
            ):
                key, record = self._record(submission_files, result)
                executed, source = (b"", b"") if isinstance(result, ProcessLost) else (result.executed, result.source)
                if key != UNFINISHED or self._store.key(record.identity) != self._key(submission_files):
                    # A failure of the grader never replaces a result.
                    record_pages = self._graded.pages_of(record)
                    self._store.put(key, record, executed, record_pages, source)
                    finished_names += [page.name for page in record_pages]
                display.add(record)
                if len(todo) - number < 2 * executor.slots:  # no submission waits outside the processes
                    self._pages.write_early(finished_names, executor)
                    finished_names = []
        self.stages.add("submissions", began)

    def _prepared(self, executor: Executor) -> Work:
        settings = replace(self._settings, answers=self._store.answers(self._keys.identity))
        waiting, answers = "Testing the isolation, computing the reference's answers ...", None
        if executor.call is not None:
            with self._console.status(waiting):
                preparation = executor.call(calls.prepare, settings)
                seeds.fingerprint(settings.seed)  # slow, so it is computed meanwhile
                importlib.import_module(f"{__package__}.results")  # needed at the end, and slow to import
                answers = preparation.result()
        if answers is None:
            with local.processes(1) as call, self._console.status(waiting):  # its thread starts after the process
                answers = call(calls.prepare_alone, settings, executor.call is not None).result()
        self._store.keep_answers(self._keys.identity, answers)
        return replace(settings, answers=answers, fingerprint=seeds.fingerprint(settings.seed), inspected=True)

    def executor(self, todo: Sequence[Student]) -> AbstractContextManager[Executor]:
        """Return the executor that grades the submissions of ``todo``, which is not empty."""
        options = self._options
        if options.scheduler is not None:
            from ..executor import cluster  # slow to import

            return cluster.cluster_executor(options.scheduler, options.insecure_scheduler)
        memory_needs.limits_here(self._assignment)  # raises NoMemory if the machine is too small for one submission
        jobs, memory_mb = min(options.jobs, len(todo)), local.free_mb()
        fitting_count = local.fitting_jobs(jobs, self._assignment.content, memory_mb)
        if fitting_count < jobs:
            self._console.print(
                f"There is memory for {plural(fitting_count, 'job')} only, not for {jobs}.", soft_wrap=True
            )
        has_answers = bool(self._store.answers(self._keys.identity))
        solution = None if has_answers else self._assignment.folder / self._assignment.content.solution
        kinds = head_start.kinds_for_class(self._files_of(todo[0]).contents, solution, options.engine)
        return local.local_executor(fitting_count, memory_mb, kinds)

    def _tasks(self, todo: Sequence[Student]) -> Iterator[tuple[StudentFiles, GradingTask]]:
        """Yield the submissions one by one, each read when a job is free for it."""
        for student in todo:
            submission_files = self._files_of(student)
            earlier_report = self._earlier_report(submission_files) if self._options.checks else None
            check_names = self._checks_to_grade(earlier_report) if earlier_report else ()
            pattern = self._patterns.get(student.identity, "")
            yield (
                submission_files,
                GradingTask(
                    submission_files.path,
                    submission_files.contents,
                    submission_files.problem,
                    earlier_report,
                    check_names,
                    pattern,
                    language=i18n.current(),
                ),
            )

    def _earlier_report(self, submission_files: StudentFiles) -> Report | None:
        """Return the earlier report on the same files with the same seed, whose other checks are kept; else None."""
        record = self._store.record(submission_files.student.record_id)
        if record is None or record.report is None or record.report.score is None:
            return None
        has_same_checks = [c.name for c in record.report.checks] == [c.name for c in self._assignment.content.checks]
        return (
            record.report
            if has_same_checks and (record.sha256, record.basis) == (submission_files.sha256, self._keys.basis)
            else None
        )

    def _checks_to_grade(self, earlier_report: Report) -> tuple[str, ...]:
        """Return the requested checks, and those whose points have changed."""
        points = {check.name: check.points for check in self._assignment.content.checks}
        changed_names = [check.name for check in earlier_report.checks if check.max_score != points[check.name]]
        return (*self._options.checks, *changed_names)

    def _record(self, submission_files: StudentFiles, result: TaskResult | ProcessLost) -> tuple[str, Record]:
        """Return the key and the record that the store keeps of a result."""
        student = submission_files.student
        record = Record(
            identity=student.record_id, name=student.name, sha256=submission_files.sha256, basis=self._keys.basis
        )
        if isinstance(result, ProcessLost):
            return UNFINISHED, record.model_copy(update={"failure": str(result)})
        record = record.model_copy(
            update={"report": result.report, "problem": result.problem, "timings": result.timings}
        )
        is_final = bool(result.problem) or (result.report is not None and result.report.score is not None)
        return self._key(submission_files) if is_final else UNFINISHED, record

    def write(self, graded_count: int, executor: Executor | None) -> BatchResults:
        """Write all output files for all students of the class; this run graded ``graded_count`` of them, by ``executor``."""
        from . import results

        return results.write(
            self._graded,
            graded_count,
            self.stages,
            [*self._people.notes, *self._graded.marks.notes, *self._graded.extensions.notes],
            self._pages,
            self._console,
            self._options.jobs,
            executor,
        )
