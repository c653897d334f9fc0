"""The input and the result of a grading: a work is an assignment with its settings, a task is one submission.

Work and task contain everything by content, so that another machine needs no files of this one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from ..assignment import Assignment
from ..report.model import Report
from ..sandbox import memory_needs
from ..sandbox.allowance import LONGEST
from ..support import i18n
from ..support.choices import DEFAULT_ENGINE, Device, Engine, Level
from ..support.errors import NoIsolation, NoMemory
from ..version import __version__

if TYPE_CHECKING:  # slow to import, and a process that only hands over tasks does not need them
    from ..grading.options import Attempt
    from ..grading.rules import Rules
    from ..submission import Submission

PATIENCE = 600  # seconds that the grader's own work on one submission may take, on top of the submission's limit


class Priority(IntEnum):
    """The order of tasks that wait: the smallest number first."""

    SELF_CHECK = 0
    ATTEMPT = 1
    CLASS = 2
    REGRADE = 3


@dataclass(frozen=True)
class Work:
    """An assignment with the settings under which submissions are graded; :class:`GradeOptions` says what most of them mean.

    ``identity`` is a digest of the assignment and all settings, and ``family`` the same for works that differ only in the
    seed and in hidden checks. ``assignment`` is a bundled name or a folder of this
    machine; a cluster gets the ``files`` of such a folder. ``answers`` is an .npz of the reference's answers for this
    ``seed``. ``hide`` are files and folders of this machine that workers must not see. ``inspected``: the isolation of
    this machine has been tested already. A task may use ``memory_mb`` megabytes, and ``seconds`` by the clock. ``rules``
    are the rules that another machine must have; None on the machine where the work was made.
    """

    identity: str
    assignment: str
    seed: int
    isolation: Level | None
    family: str = ""
    files: dict[str, bytes] | None = None
    answers: bytes = b""
    data: str | None = None
    device: Device = "auto"
    engine: Engine = DEFAULT_ENGINE
    threads: int | None = 1
    hide: tuple[str, ...] = ()
    include_hidden: bool = True
    hint_level: int | None = None
    pass_mark: float | None = None
    """The pass mark in percent, if it is another one than the assignment's."""
    fingerprint: str | None = None
    """The fingerprint of the seed; None if each process computes it."""
    inspected: bool = False
    memory_mb: int = 0
    seconds: float = PATIENCE
    rules: Rules | None = None
    verdict_only: bool = False


def work_for(assignment: Assignment, seed: int, isolation: Level | None, digest: str = "", **settings: Any) -> Work:
    """Return the work for an assignment with these settings.

    ``digest`` is that of the assignment's files; a process that lives longer than a command needs it.
    """
    limits = assignment.content.limits
    common = {name: value for name, value in settings.items() if name != "include_hidden"}
    family = _digest(__version__, assignment.folder, digest, isolation, sorted(common.items()))
    return Work(
        identity=_digest(family, seed, settings.get("include_hidden")),
        family=family,
        assignment=str(assignment.folder),
        seed=seed,
        isolation=isolation,
        memory_mb=limits.memory_mb + memory_needs.own_mb(assignment.content),
        seconds=LONGEST * limits.total_seconds + PATIENCE,
        **settings,
    )


def _digest(*parts: object) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode(errors="surrogateescape")).hexdigest()


@dataclass(frozen=True)
class GradingTask:
    """One submission: the ``contents`` of its files, or the ``problem`` if they cannot be read.

    ``earlier_report`` is a report whose checks are kept, except for ``only``. ``pattern`` selects the file to grade; with ""
    the grader chooses. ``language`` is the language of the report.
    """

    path: str
    contents: dict[str, bytes]
    problem: str = ""
    earlier_report: Report | None = None
    only: tuple[str, ...] = ()
    pattern: str = ""
    attempt: Attempt = "first"
    """Which attempt this is; see :class:`GradeOptions`. The executor makes the last one when nothing else runs."""
    submission: Submission | None = None
    """The submission, if the caller has read the files already."""
    language: str = i18n.ENGLISH
    avoid: tuple[str, ...] = ()
    """Machines of a cluster that have failed with it."""


@dataclass(frozen=True)
class TaskResult:
    """The report on one submission, or the ``problem`` if it cannot be read.

    ``timings`` are the seconds of each stage, ``executed`` is the executed notebook, and ``source`` are the files that
    a page shows, as :func:`source_files.packed` returns them.
    """

    report: Report | None
    problem: str
    timings: dict[str, float]
    executed: bytes = b""
    source: bytes = b""

    @property
    def is_failure_of_the_machine(self) -> bool:
        """Whether other submissions would probably fail on the machine that graded it as well."""
        reasons = {check.evidence.not_graded_for for check in self.report.checks} if self.report is not None else set()
        return bool(reasons & {NoIsolation.cause, NoMemory.cause})

    @property
    def is_success(self) -> bool:
        """Whether the machine has graded it, or found out that it cannot be read."""
        return self.report is None or self.report.score is not None
