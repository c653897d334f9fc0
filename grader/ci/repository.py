"""Grades all assignments of a repository. The current folder is the top of the repository."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..assignment import Assignment, bundled_names, load
from ..assignment.spec import AssignmentSpec
from ..grading.grade import grade
from ..grading.options import GradeOptions
from ..report import formats
from ..report.model import NOT_GRADED_FOR, Report
from ..report.redact import for_student
from ..submission import Submission, read, read_contents
from ..submission import files as submitted_files
from ..submission.files import ARCHIVES
from ..support import atomic_files, seeds, yaml_model
from ..support.errors import NoIsolation, UsageError
from ..support.i18n import _
from ..support.text import clean
from . import lookup, trust
from .config import CiFile, Entry, FormatName, Written, folder_of

RESULTS = "grader-results"  # the folder for reports, in the repository


@dataclass(frozen=True)
class Task:
    """An assignment of the repository, with the pass mark of the configuration."""

    entry: Entry
    assignment: Assignment
    usual_pass_mark: float
    found: Path | None
    """The path of the submission; None if nothing was handed in."""
    data: Path | None
    formats: list[Written]


@dataclass(frozen=True)
class Graded:
    """A task and its report, as students see it."""

    task: Task
    report: Report

    @property
    def content(self) -> AssignmentSpec:
        return self.task.assignment.content


@dataclass(frozen=True)
class Plan:
    """A configuration, with its assignments and submissions.

    ``inside``: the file is in the repository, where students can change it. ``trusted``: it is outside, or an
    instructor vouches for it.
    """

    config: CiFile
    inside: bool
    tasks: list[Task]
    trusted: bool = True


def read_config(config_path: Path, trusted: bool = False) -> tuple[CiFile, Callable[[yaml_model.YamlPath], int]]:
    """Return the configuration and a function that gives the line of a key; raises UsageError for mistakes.

    Unless it is ``trusted``, a configuration in the repository must not name a folder with an assignment: code that a
    student may have written is never loaded into the grader's process. :mod:`trust` lists all that is refused.
    """
    _refuse_missing(config_path)
    trust.refuse_link_out(config_path)
    config, line_of = yaml_model.load_with_lines(config_path, CiFile)
    if not trusted and trust.is_inside(config_path):
        trust.refuse_untrusted(config_path, config, line_of)
    return config, line_of


def plan(config_path: Path, also: Sequence[FormatName] = (), trusted: bool = False) -> Plan:
    """Read the configuration of the repository; raises UsageError with all mistakes in it.

    ``also`` are formats of additional reports. ``trusted``: an instructor vouches for a file of the repository.
    """
    config, line_of = read_config(config_path, trusted)
    inside = trust.is_inside(config_path)
    trusted = trusted or not inside
    tasks: list[Task] = []
    mistakes: list[tuple[int, str]] = []
    for number, entry in enumerate(config.assignments):
        try:
            found = lookup.find(entry.submission)
        except UsageError as error:
            mistakes.append((line_of(("assignments", number, "submission")), str(error)))
            continue
        task = _task(config_path, entry, found, also)
        low = "" if trusted else trust.lower_pass_mark(entry, assignment_of(config_path, entry))
        if low:
            mistakes.append((line_of(("assignments", number, "pass_mark")), low))
        tasks.append(task)
    if mistakes:
        raise yaml_model.Mistakes(config_path, mistakes)
    return Plan(config, inside, tasks, trusted)


def _refuse_missing(config_path: Path) -> None:
    """Raise UsageError if the configuration does not exist; the message names a file with a similar name."""
    if config_path.exists():
        return
    stem = config_path.name.strip(".").partition(".")[0]
    others = [f"{dot}{stem}{end}" for dot in (".", "") for end in (".yml", ".yaml")]
    near = [str(config_path.with_name(name)) for name in others if config_path.with_name(name).is_file()]
    if near:
        sentence = _("There is no {path}, but there is {other}: rename it, or run grader ci --config {other}.")
        raise UsageError(sentence.format(path=config_path, other=near[0]))
    sentence = _("There is no {path}: run this in the top folder of the repository, or give the path with --config.")
    raise UsageError(sentence.format(path=config_path))


def _is_inside(path: Path) -> bool:
    return path.resolve().is_relative_to(Path.cwd().resolve())


def assignment_of(config_path: Path, entry: Entry) -> Assignment:
    """Return the assignment of an entry of the configuration; raises UsageError."""
    own = None if entry.assignment in bundled_names() else folder_of(entry.assignment, config_path.parent)
    return load(entry.assignment if own is None else str(own))


def _task(config_path: Path, entry: Entry, found: Path | None, also: Sequence[FormatName]) -> Task:
    loaded = assignment_of(config_path, entry)
    usual = loaded.content.pass_mark
    if entry.pass_mark is not None:
        loaded = Assignment(loaded.folder, loaded.content.model_copy(update={"pass_mark": entry.pass_mark}))
    data = None if entry.data is None else config_path.parent / entry.data
    asked = [item.format for item in entry.written()]
    written = [*entry.written(), *(Written(format=name) for name in also if name not in asked)]
    return Task(entry, loaded, usual, found, data, written)


def origin(planned: Plan) -> str:
    """Return sentences about the origin of the configuration, and about pass marks that differ from the assignment's."""
    told = [
        _("The configuration is a file in this repository: everybody who can write to it can change the configuration.")
        if planned.inside
        else _("The configuration is outside this repository.")
    ]
    if planned.config.seed is not None and not planned.trusted:
        told.append(_("The seed of the configuration is ignored, so that nobody knows the test inputs in advance."))
    told += [_data_of_repository(task) for task in planned.tasks if task.data is not None and not planned.trusted]
    for task in planned.tasks:
        content = task.assignment.content
        if content.pass_mark != task.usual_pass_mark:
            told.append(
                _("The pass mark of {name} is {mark} % (the assignment says {usual} %).").format(
                    name=content.name, mark=f"{content.pass_mark:g}", usual=f"{task.usual_pass_mark:g}"
                )
            )
    return " ".join(told)


def _data_of_repository(task: Task) -> str:
    sentence = _("The data of {name} are files in this repository, too.")
    return sentence.format(name=task.assignment.name)


def grade_all(planned: Plan) -> Iterator[Graded]:
    """Grade each submission, hidden checks included."""
    given = planned.config.seed if planned.trusted else None
    seed = seeds.random_seed() if given is None else given  # a random seed, so that nobody can prepare for it
    for task in planned.tasks:
        others = [other.found for other in planned.tasks if other is not task and other.found is not None]
        options = GradeOptions(seed=seed, include_hidden=True, isolation=planned.config.isolation, data=task.data)
        report = grade(task.assignment, _submission(task, others), options)
        content = task.assignment.content
        shown = for_student(report, content, reasons=True)
        yield Graded(task, formats.shown(_with_remedy(shown, planned.trusted), content))


def _with_remedy(report: Report, trusted: bool = True) -> Report:
    """Return the report with a remedy in the configuration if the isolation is not available on this machine."""
    remedy = _("Or set 'isolation: medium' in the configuration: it is weaker, but works without namespaces.")
    if not trusted:
        remedy = f"{remedy} {trust.advice()}"
    checks = [
        check.model_copy(update={"message": f"{check.message} {remedy}"})
        if check.evidence.get(NOT_GRADED_FOR) == NoIsolation.cause
        else check
        for check in report.checks
    ]
    return report.model_copy(update={"checks": checks})


def _submission(task: Task, others: Sequence[Path]) -> Submission:
    """Return the submission; if nothing can be graded, a submission that explains why and gets no score."""
    wanted = task.entry.submission
    found, notes = task.found, []
    if found is None:
        elsewhere = lookup.elsewhere(wanted, task.assignment, others)
        if len(elsewhere.moved) != 1:
            return _without_content(wanted, lookup.not_there(wanted, elsewhere))
        found = Path(elsewhere.moved[0])
        told = _("There is no {path} in the repository, so {found} was graded instead: move it to {path}.")
        notes.append(told.format(path=clean(wanted), found=clean(found)))
    if not _is_inside(found):
        sentence = _("{path} is a link to a file outside the repository: hand in the file itself.")
        return _without_content(str(found), sentence.format(path=clean(found)))
    try:
        hidden = submitted_files.is_skipped(found.name)  # a folder with this file would be read without it
        if found.is_file() and not found.name.lower().endswith(ARCHIVES) and not hidden:
            submission = read_contents(str(found), submitted_files.read(found, Path.cwd()), task.assignment)
        else:
            submission = read(found, task.assignment)
    except UsageError as error:
        return _without_content(str(found), str(error))
    return replace(submission, notes=(*notes, *submission.notes))


def _without_content(path: str, nothing: str) -> Submission:
    """Return a submission that cannot be graded and gets no score; ``nothing`` is the reason."""
    return Submission(clean(path), "", "module", clean(path), {}, [], None, nothing=nothing)


def output_path(task: Task, written: Written) -> Path:
    """Return the path of a report."""
    return Path(written.output or f"{RESULTS}/{task.assignment.name}{formats.SUFFIXES[written.format]}")


def prepare(paths: list[Path]) -> None:
    """Raise UsageError unless all of ``paths`` can be written, before anything is graded."""
    for path in paths:
        if paths.count(path) > 1:
            raise UsageError(_("{path} would be written twice: give each format its own output.").format(path=path))
        if not path.is_absolute() and not _is_inside(path.parent):  # through a link, which a student may have made
            raise UsageError(_("{path} is outside the repository: choose another output.").format(path=path))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                _("{path} cannot be written ({reason}): choose another output.").format(
                    path=path, reason=error.strerror
                )
            ) from error
        atomic_files.refuse_unwritable(path)


def write(graded: Graded) -> None:
    """Write the reports on a task."""
    for item in graded.task.formats:
        document = formats.render(item.format, graded.report, graded.content)
        atomic_files.write_whole(output_path(graded.task, item), f"{document}\n".encode(errors="replace"))
