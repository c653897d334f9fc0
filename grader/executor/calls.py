"""The functions that other processes of this machine execute. Only those processes import what the functions need."""

from __future__ import annotations

from ..grading.trace import Listener
from .work import GradingTask, TaskResult, Work


def grade_one(work: Work, task: GradingTask, listener: Listener | None = None) -> TaskResult:
    """Grade a submission; see :func:`grading_job.grade_one`."""
    from . import grading_job

    return grading_job.grade_one(work, task, listener)


def prepare(work: Work) -> bytes | None:
    """Prepare a work in a process that then grades it; see :func:`grading_job.prepare`."""
    from . import grading_job

    return grading_job.prepare(work)


def prepare_alone(work: Work, is_local: bool) -> bytes:
    """Prepare a work in a process that then ends; see :func:`preparing.prepare_alone`."""
    from . import preparing

    return preparing.prepare_alone(work, is_local)
