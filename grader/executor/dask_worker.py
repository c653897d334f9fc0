"""Runs in a Dask worker: prepares it for a work, and grades submissions of works that it is prepared for."""

from __future__ import annotations

import asyncio
import pickle
import platform
from dataclasses import dataclass
from typing import Any

from ..grading.trace import Event, Listener
from ..support.errors import NotGradable, UsageError
from . import grading_job
from .preparing import refuse_other_rules
from .work import TaskResult, Work

MOST_WORKS = 8  # with the answers of the reference
_works: dict[str, Work] = {}  # by identity, the one prepared last at the end


class NotPrepared(Exception):
    """A Dask worker got a submission of a work that it is not prepared for; the text is its address."""


async def prepare_worker(packed: bytes, dask_worker: Any) -> str | None:
    """Prepare a Dask worker for its submissions, on that worker: return why it must not grade, or None."""

    def problem() -> str | None:
        try:
            work: Work = pickle.loads(packed)
            with grading_job.context_for(work) as context:
                refuse_other_rules(work, context.assignment)  # also if it is kept from an earlier run, on earlier data
            _works.pop(work.identity, None)
            _works[work.identity] = work
            for identity in [*_works][:-MOST_WORKS]:
                del _works[identity]
        except (NotGradable, UsageError) as error:
            return _named(dask_worker.address, error)
        return None

    return await asyncio.to_thread(problem)  # the worker answers its scheduler meanwhile


def grade_packed(identity: str, task: bytes, listener: Listener | None) -> TaskResult:
    """Grade a pickled :class:`GradingTask` on a Dask worker, which must be prepared for its work.

    Raises NotPrepared, or NotGradable with the name of the machine.
    """
    from distributed import get_worker

    work = _works.get(identity)
    if work is None:
        raise NotPrepared(get_worker().address)
    try:
        return grading_job.grade_one(work, pickle.loads(task), listener)
    except (NotGradable, UsageError) as error:
        raise NotGradable(_named(get_worker().address, error)) from error


def _named(address: str, error: Exception) -> str:
    return f"The Dask worker {address} on the machine {platform.node()} refuses. {error}"


@dataclass(frozen=True)
class TopicSender:
    """A listener in a Dask worker that sends the events of a task to the grader, by the scheduler."""

    topic: str
    number: int

    def __call__(self, event: Event) -> None:
        from distributed import get_worker

        get_worker().log_event(self.topic, [self.number, *event])
