"""Grades all assignments of a repository. The current folder is the top of the repository."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..assignment import Assignment, bundled_names, load
from ..assignment.spec import AssignmentSpec
from ..executor import local
from ..executor.executor import ProcessLost
from ..executor.grade_task import grade_task
from ..executor.work import GradingTask, Work, work_for
from ..grading.trace import Trace
from ..report import formats
from ..report.model import Report
from ..report.redact import redact_for_student
from ..submission import Submission, read, read_contents
from ..submission import files as submitted_files
from ..submission.files import ARCHIVES
from ..support import atomic_files, i18n, seeds, yaml_model
from ..support.errors import NoIsolation, NotGradable, UsageError
from ..support.i18n import _
from ..support.text import clean
from . import lookup, trust
from .config import AssignmentEntry, CiFile, ReportFile, folder_of

RESULTS = "grader-results"  # the folder for reports, in the repository


@dataclass(frozen=True)
class RepositoryTask:
    """An assignment of the repository, with the pass mark of the configuration."""

    entry: AssignmentEntry
    assignment: Assignment
    usual_pass_mark: float
    submission_path: Path | None
    """The path of the submission; None if nothing was handed in."""
    data: Path | None
    formats: list[ReportFile]


@dataclass(frozen=True)
class GradedTask:
    """A task and its report, as students see it."""

    task: RepositoryTask
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
    tasks: list[RepositoryTask]
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


def plan(config_path: Path, extra_formats: Sequence[str] = (), trusted: bool = False) -> Plan:
    """Read the configuration of the repository; raises UsageError with all mistakes in it.

    ``extra_formats`` are formats of additional reports. ``trusted``: an instructor vouches for a file of the repository.
    """
    config, line_of = read_config(config_path, trusted)
    inside = trust.is_inside(config_path)
    trusted = trusted or not inside
    tasks: list[RepositoryTask] = []
    mistakes: list[tuple[int, str]] = []
    for number, entry in enumerate(config.assignments):
        try:
            submission_path = lookup.find(entry.submission)
        except UsageError as error:
            mistakes.append((line_of(("assignments", number, "submission")), str(error)))
            continue
        task = _task(config_path, entry, submission_path, extra_formats)
        problem = "" if trusted else trust.lower_pass_mark(entry, assignment_of(config_path, entry))
        if problem:
            mistakes.append((line_of(("assignments", number, "pass_mark")), problem))
        tasks.append(task)
    if mistakes:
        raise yaml_model.Mistakes(config_path, mistakes)
    return Plan(config, inside, tasks, trusted)


def _refuse_missing(config_path: Path) -> None:
    """Raise UsageError if the configuration does not exist; the message names a file with a similar name."""
    if config_path.exists():
        return
    stem = config_path.name.strip(".").partition(".")[0]
    candidates = [f"{dot}{stem}{end}" for dot in (".", "") for end in (".yml", ".yaml")]
    similar_files = [str(config_path.with_name(name)) for name in candidates if config_path.with_name(name).is_file()]
    if similar_files:
        sentence = _("There is no {path}, but there is {other}: rename it, or run grader ci --config {other}.")
        raise UsageError(sentence.format(path=config_path, other=similar_files[0]))
    sentence = _("There is no {path}: run this in the top folder of the repository, or give the path with --config.")
    raise UsageError(sentence.format(path=config_path))


def _is_inside(path: Path) -> bool:
    return path.resolve().is_relative_to(Path.cwd().resolve())


def assignment_of(config_path: Path, entry: AssignmentEntry) -> Assignment:
    """Return the assignment of an entry of the configuration; raises UsageError."""
    folder = None if entry.assignment in bundled_names() else folder_of(entry.assignment, config_path.parent)
    return load(entry.assignment if folder is None else str(folder))


def _task(
    config_path: Path, entry: AssignmentEntry, submission_path: Path | None, extra_formats: Sequence[str]
) -> RepositoryTask:
    assignment = assignment_of(config_path, entry)
    usual_pass_mark = assignment.content.pass_mark
    if entry.pass_mark is not None:
        assignment = Assignment(assignment.folder, assignment.content.model_copy(update={"pass_mark": entry.pass_mark}))
    data = None if entry.data is None else config_path.parent / entry.data
    configured_formats = [item.format for item in entry.report_files()]
    report_files = [
        *entry.report_files(),
        *(ReportFile(format=name) for name in extra_formats if name not in configured_formats),
    ]
    return RepositoryTask(entry, assignment, usual_pass_mark, submission_path, data, report_files)


def origin(repository_plan: Plan) -> str:
    """Return sentences about the origin of the configuration, and about pass marks that differ from the assignment's."""
    sentences = [
        _("The configuration is a file in this repository: everybody who can write to it can change the configuration.")
        if repository_plan.inside
        else _("The configuration is outside this repository.")
    ]
    if repository_plan.config.seed is not None and not repository_plan.trusted:
        sentences.append(
            _("The seed of the configuration is ignored, so that nobody knows the test inputs in advance.")
        )
    sentences += [
        _data_of_repository(task)
        for task in repository_plan.tasks
        if task.data is not None and not repository_plan.trusted
    ]
    for task in repository_plan.tasks:
        content = task.assignment.content
        if content.pass_mark != task.usual_pass_mark:
            sentences.append(
                _("The pass mark of {name} is {mark} % (the assignment says {usual} %).").format(
                    name=content.name, mark=f"{content.pass_mark:g}", usual=f"{task.usual_pass_mark:g}"
                )
            )
    return " ".join(sentences)


def _data_of_repository(task: RepositoryTask) -> str:
    sentence = _("The data of {name} are files in this repository, too.")
    return sentence.format(name=task.assignment.name)


def grade_all(repository_plan: Plan) -> Iterator[GradedTask]:
    """Grade each submission, hidden checks included; yield the results in the order of the plan."""
    configured_seed = repository_plan.config.seed if repository_plan.trusted else None
    seed = configured_seed
    if seed is None:  # a random seed, so that nobody can prepare for it
        seed = seeds.random_seed()
    jobs = _jobs(repository_plan.tasks)
    works = [_work(task, repository_plan, seed, jobs) for task in repository_plan.tasks]
    grading_tasks = [_grading_task(task, repository_plan) for task in repository_plan.tasks]
    for task, report in zip(
        repository_plan.tasks, _reports(repository_plan.tasks, works, grading_tasks, jobs), strict=True
    ):
        content = task.assignment.content
        visible_report = redact_for_student(report, content.visibility(), reasons=True)
        yield GradedTask(task, formats.with_hint_level(_with_remedy(visible_report, repository_plan.trusted), content))


def _jobs(tasks: Sequence[RepositoryTask]) -> int:
    """Return how many submissions are graded at the same time: more than one only if several train on a dataset.

    The others are graded in less time than further processes need to start.
    """
    return max(1, min(local.cores(), sum(bool(task.assignment.content.datasets) for task in tasks)))


def _work(task: RepositoryTask, repository_plan: Plan, seed: int, jobs: int) -> Work:
    return work_for(
        task.assignment,
        seed,
        repository_plan.config.isolation,
        data=None if task.data is None else str(task.data),
        threads=None if jobs == 1 else max(1, local.cores() // jobs),
        pass_mark=task.assignment.content.pass_mark,
        inspected=True,  # as a self-check, since a run grades one submission
    )


def _grading_task(task: RepositoryTask, repository_plan: Plan) -> GradingTask:
    other_tasks = [other for other in repository_plan.tasks if other is not task]
    other_paths = [other.submission_path for other in other_tasks if other.submission_path is not None]
    submission = _submission(task, other_paths)
    return GradingTask(submission.path, {}, submission=submission, language=i18n.current())


def _reports(
    tasks: Sequence[RepositoryTask], works: Sequence[Work], grading_tasks: Sequence[GradingTask], jobs: int
) -> Iterator[Report]:
    """Yield the report on each task: graded in this process with one job, else in others."""
    if jobs == 1:
        for task, work, grading_task in zip(tasks, works, grading_tasks, strict=True):
            submission = grading_task.submission
            assert submission is not None
            yield grade_task(work, replace(grading_task, attempt="both"), task.assignment, submission, Trace())
        return
    with local.local_executor(jobs, local.free_mb()) as executor:
        futures = [executor.submit(*pair) for pair in zip(works, grading_tasks, strict=True)]
        for future in futures:
            try:
                report = future.result().report
            except ProcessLost as loss:
                raise NotGradable(str(loss)) from loss
            assert report is not None
            yield report


def _with_remedy(report: Report, trusted: bool = True) -> Report:
    """Return the report with a remedy in the configuration if the isolation is not available on this machine."""
    remedy = _("Or set 'isolation: medium' in the configuration: it is weaker, but works without namespaces.")
    if not trusted:
        remedy = f"{remedy} {trust.advice()}"
    checks = [
        check.model_copy(update={"message": f"{check.message} {remedy}"})
        if check.evidence.not_graded_for == NoIsolation.cause
        else check
        for check in report.checks
    ]
    return report.model_copy(update={"checks": checks})


def _submission(task: RepositoryTask, other_paths: Sequence[Path]) -> Submission:
    """Return the submission; if nothing can be graded, a submission that explains why and gets no score."""
    pattern = task.entry.submission
    path, notes = task.submission_path, []
    if path is None:
        candidates = lookup.elsewhere(pattern, task.assignment, other_paths)
        if len(candidates.moved_files) != 1:
            return _without_content(pattern, lookup.not_there(pattern, candidates))
        path = Path(candidates.moved_files[0])
        sentence = _("There is no {path} in the repository, so {found} was graded instead: move it to {path}.")
        notes.append(sentence.format(path=clean(pattern), found=clean(path)))
    if not _is_inside(path):
        sentence = _("{path} is a link to a file outside the repository: hand in the file itself.")
        return _without_content(str(path), sentence.format(path=clean(path)))
    try:
        is_hidden = submitted_files.is_skipped(path.name)  # a folder with this file would be read without it
        if path.is_file() and not path.name.lower().endswith(ARCHIVES) and not is_hidden:
            submission = read_contents(str(path), submitted_files.read(path, Path.cwd()), task.assignment)
        else:
            submission = read(path, task.assignment)
    except UsageError as error:
        return _without_content(str(path), str(error))
    return replace(submission, notes=(*notes, *submission.notes))


def _without_content(path: str, nothing: str) -> Submission:
    """Return a submission that cannot be graded and gets no score; ``nothing`` is the reason."""
    return Submission(clean(path), "", "module", clean(path), {}, [], None, nothing=nothing)


def output_path(task: RepositoryTask, report_file: ReportFile) -> Path:
    """Return the path of a report."""
    return Path(report_file.output or f"{RESULTS}/{task.assignment.name}{formats.suffix(report_file.format)}")


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


def write(task: GradedTask) -> None:
    """Write the reports on a task."""
    for item in task.task.formats:
        document = formats.render(item.format, task.report, task.content)
        atomic_files.write_whole(output_path(task.task, item), f"{document}\n".encode(errors="replace"))
