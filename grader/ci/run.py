"""Grades all assignments of a repository, whose top is the current folder."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .. import seeds, yamlfile
from ..assignment import Assignment, bundled_names, load
from ..assignment.content import AssignmentFile
from ..batch import files
from ..batch.visible import for_student
from ..errors import UsageError
from ..grading import grade
from ..language import _
from ..report import formats
from ..report.model import Report
from ..submission import Submission, read, read_contents
from ..submission import files as submitted_files
from ..submission.files import ARCHIVES, PYTHON, folder_members, is_skipped
from ..text import clean
from .config import CiFile, Entry, FormatName, Written

RESULTS = "grader-results"  # where reports go, in the repository
SHOWN = 4  # names in a sentence


@dataclass(frozen=True)
class Task:
    """An assignment of the repository, with the pass mark of the configuration."""

    entry: Entry
    assignment: Assignment
    usual_pass_mark: float
    found: Path | None
    """The submission; None where nothing was handed in."""
    data: Path | None
    formats: list[Written]


@dataclass(frozen=True)
class Graded:
    """A task and its report, as students see it."""

    task: Task
    report: Report

    @property
    def content(self) -> AssignmentFile:
        return self.task.assignment.content


@dataclass(frozen=True)
class Plan:
    """A configuration, with everything that it names found; ``inside``: it lies where students can change it."""

    config: CiFile
    inside: bool
    tasks: list[Task]


def plan(config_path: Path, also: Sequence[FormatName] = ()) -> Plan:
    """Read the configuration of the repository; raises UsageError for what is wrong in it.

    Reports are written in the formats ``also`` as well.
    """
    config = yamlfile.load(config_path, CiFile)
    tasks = [_task(config_path, entry, also) for entry in config.assignments]
    return Plan(config, _is_inside(config_path), tasks)


def _is_inside(path: Path) -> bool:
    return path.resolve().is_relative_to(Path.cwd().resolve())


def _task(config_path: Path, entry: Entry, also: Sequence[FormatName]) -> Task:
    folder = config_path.parent
    known = entry.assignment in bundled_names()
    loaded = load(entry.assignment if known else str(folder / entry.assignment))
    usual = loaded.content.pass_mark
    if entry.pass_mark is not None:
        loaded = Assignment(loaded.folder, loaded.content.model_copy(update={"pass_mark": entry.pass_mark}))
    data = None if entry.data is None else folder / entry.data
    asked = [item.format for item in entry.written()]
    written = [*entry.written(), *(Written(format=name) for name in also if name not in asked)]
    return Task(entry, loaded, usual, _find(config_path, entry.submission), data, written)


def _find(config_path: Path, pattern: str) -> Path | None:
    """The submission, by its name or a pattern; None where there is none."""
    if os.path.exists(pattern):
        return Path(pattern)
    if not glob.has_magic(pattern):
        return None
    try:
        found = sorted(path for path in Path().glob(pattern) if _may_be_submission(path))
    except ValueError as error:  # "**.py", for example
        message = _("{config}: {pattern} is no pattern: '**' stands for folders, and alone between slashes.")
        raise UsageError(message.format(config=config_path, pattern=pattern)) from error
    if len(found) > 1:
        named = ", ".join(str(path) for path in found[:SHOWN]) + (", ..." if len(found) > SHOWN else "")
        raise UsageError(
            _("{config}: {pattern} matches {count} files ({named}): keep one of them, or name it.").format(
                config=config_path, pattern=pattern, count=len(found), named=clean(named, 400)
            )
        )
    return found[0] if found else None


def _may_be_submission(path: Path) -> bool:
    return not is_skipped(path.as_posix()) and (path.is_dir() or path.name.lower().endswith((*PYTHON, *ARCHIVES)))


def origin(planned: Plan) -> str:
    """Who could have changed the configuration, and where it asks for another pass mark than the assignment."""
    told = [
        _("The configuration is a file of this repository, which whoever writes to it can change.")
        if planned.inside
        else _("The configuration comes from outside of this repository.")
    ]
    for task in planned.tasks:
        content = task.assignment.content
        if content.pass_mark != task.usual_pass_mark:
            told.append(
                _("The pass mark of {name} is {mark} %, and by the assignment {usual} %.").format(
                    name=content.name, mark=f"{content.pass_mark:g}", usual=f"{task.usual_pass_mark:g}"
                )
            )
    return " ".join(told)


def grade_all(planned: Plan) -> Iterator[Graded]:
    """Grade each submission, hidden checks included."""
    given = planned.config.seed
    seed = seeds.drawn() if given is None else given  # one that nobody can prepare for
    for task in planned.tasks:
        report = grade(
            task.assignment,
            _submission(task),
            seed,
            isolation=planned.config.isolation,
            whole=True,
            data=task.data,
        )
        content = task.assignment.content
        yield Graded(task, formats.shown(for_student(report, content), content))


def _submission(task: Task) -> Submission:
    """What was handed in; where nothing can be graded, a submission that says so and gets no score."""
    wanted = task.entry.submission
    found, notes = task.found, []
    if found is None:
        elsewhere = _elsewhere(wanted)
        if len(elsewhere) != 1:
            return _without_content(wanted, _not_there(wanted, elsewhere))
        found = elsewhere[0]
        told = _("There is no {path} in the repository; {found} was graded instead: move it there.")
        notes.append(told.format(path=clean(wanted), found=clean(found)))
    if not _is_inside(found):
        sentence = _("{path} is a link that leads out of the repository: hand in the file itself.")
        return _without_content(str(found), sentence.format(path=clean(found)))
    try:
        if found.is_file() and not found.name.lower().endswith(ARCHIVES):
            submission = read_contents(str(found), submitted_files.read(found), task.assignment)
        else:
            submission = read(found, task.assignment)
    except UsageError as error:
        return _without_content(str(found), str(error))
    return replace(submission, notes=(*notes, *submission.notes))


def _elsewhere(wanted: str) -> list[Path]:
    """The files of the repository that are called like one that is missing, but for the case and the kind."""
    stem = Path(wanted).stem.lower()
    if glob.has_magic(wanted) or not wanted.lower().endswith(PYTHON):
        return []
    return [
        Path(name)
        for name, _content in folder_members(Path())
        if Path(name).suffix.lower() in PYTHON and Path(name).stem.lower() == stem
    ]


def _not_there(wanted: str, elsewhere: Sequence[Path]) -> str:
    if elsewhere:
        named = clean(", ".join(map(str, elsewhere[:SHOWN])) + (", ..." if len(elsewhere) > SHOWN else ""), 400)
        sentence = _("There is no {path} in the repository, but {names}: move the one to grade there.")
        return sentence.format(path=clean(wanted), names=named)
    sentence = _("Nothing was handed in: there is no {path} in the repository; add your solution under this name.")
    return sentence.format(path=clean(wanted))


def _without_content(path: str, nothing: str) -> Submission:
    """Nothing that could be graded: there is no score."""
    return Submission(clean(path), "", "module", clean(path), {}, [], None, nothing=nothing)


def output_path(task: Task, written: Written) -> Path:
    """Where a report goes."""
    return Path(written.output or f"{RESULTS}/{task.assignment.name}{formats.SUFFIXES[written.format]}")


def prepare(paths: list[Path]) -> None:
    """Raise UsageError unless all of ``paths`` can be written, before anything is graded."""
    for path in paths:
        if paths.count(path) > 1:
            raise UsageError(_("{path} would be written twice: give each format an output.").format(path=path))
        if not path.is_absolute() and not _is_inside(path.parent):  # by a link, which a student may have made
            raise UsageError(_("{path} leads out of the repository: choose another output.").format(path=path))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                _("{path} cannot be written ({reason}): choose another output.").format(
                    path=path, reason=error.strerror
                )
            ) from error
        files.refuse_unwritable(path)


def write(graded: Graded) -> None:
    """Write the reports on a task."""
    for item in graded.task.formats:
        document = formats.render(item.format, graded.report, graded.content)
        files.write_whole(output_path(graded.task, item), f"{document}\n".encode(errors="replace"))
