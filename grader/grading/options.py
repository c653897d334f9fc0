"""The options of one grading, with their defaults: a self-check on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..expected.reference import Oracle
from ..report.model import Report
from ..sandbox.warm import WarmStart
from ..support import seeds
from ..support.choices import DEFAULT_ENGINE, Device, Engine, Level

Attempt = Literal["first", "last", "both"]


@dataclass(frozen=True, kw_only=True)
class GradeOptions:
    """How :func:`grader.grading.grade.grade` grades a submission."""

    seed: int = seeds.DEFAULT
    """The seed of the random inputs."""

    fingerprint: str | None = None
    """The fingerprint of the seed, if it is known: computing it takes a tenth of a second."""

    only: Sequence[str] = ()
    """The names of the checks to run, without the checks that they require. Default: all checks."""

    include_hidden: bool = False
    """Whether the hidden checks and the instructor's checks are run too."""

    hint_level: int | None = None
    """How much a hint tells, from 1 (least) to 3. Default: the level of the assignment."""

    isolation: Level | None = None
    """The isolation level of the workers. Default: the strictest level that this machine offers."""

    engine: Engine = DEFAULT_ENGINE
    """The program that executes a notebook."""

    device: Device = "auto"
    """The device that TensorFlow uses."""

    data: Path | None = None
    """A folder with datasets, which is searched before the usual places."""

    hide: Sequence[Path] = ()
    """Files and folders that no worker may see, in addition to those of the assignment and the datasets."""

    threads: int | None = None
    """The number of threads of TensorFlow in a worker. Default: one for each processor."""

    warm: WarmStart | None = None
    """Processes from which workers are forked, so that they start faster when many submissions are graded."""

    oracle: Oracle | None = None
    """The source of the expected answers. Default: the recorded answers of the assignment."""

    earlier: Report | None = None
    """A report on the same submission. Only the checks in ``only`` and the checks that depend on them are run again;
    the results of the other checks are taken from this report."""

    verdict_only: bool = False
    """Whether only full marks count: the grading ends at the first check that does not pass, without explaining it."""

    attempt: Attempt = "both"
    """Which attempt this is if the memory of the machine runs out through no fault of the submission. With "both", a
    second attempt follows at once. A caller that can wait until nothing else runs uses "first", and then "last"."""
