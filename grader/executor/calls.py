"""The functions that other processes of this machine execute. Only those processes import what the functions need."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

from ..grading.trace import Listener
from .work import GradingTask, TaskResult, Work


def run(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function; its exception is replaced by a RuntimeError if the process that waits for it could not read it.

    All processes of a pool end, with their work, if one of them sends an object that cannot be unpickled.
    """
    try:
        return function(*arguments)
    except Exception as error:
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:
            raise RuntimeError(f"{type(error).__name__}: {error}") from None
        raise


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
