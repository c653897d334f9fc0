"""Runs in a Dask worker: prepares it for a work, and grades submissions of works that it is prepared for.

No function raises an exception because of a submission or an assignment: Dask would write it into the log of the worker.
"""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..grading.trace import Event
from ..support.choices import Level
from ..support.errors import NotGradable, UsageError
from . import grading_job
from .preparing import OtherRules, refuse_other_rules
from .sealed import Sealed
from .work import GradingTask, TaskResult, Work

MOST_WORKS = 128  # with the answers of the reference, most of them below 100 kB
MOST_STOPPED = 1000
_works: dict[str, Work] = {}  # by identity, the one prepared last at the end
_stopped: dict[str, None] = {}  # the names of tasks that nobody waits for any more, the last ones at the end


@dataclass(frozen=True)
class Readiness:
    """The answer of a worker that was asked to prepare for a work.

    ``refusal`` says why it must not grade, "" if it may; ``is_about_work``: perhaps it may grade other works.
    ``isolation`` is the level of the workers there.
    """

    refusal: str = ""
    is_about_work: bool = False
    isolation: str = ""


@dataclass(frozen=True)
class Order:
    """One submission for a worker. :func:`stop_task` takes its ``name``; ``topic`` and ``number`` say where its events go."""

    name: str
    identity: str
    task: GradingTask
    topic: str = ""
    number: int = 0


@dataclass(frozen=True)
class WorkerAnswer:
    """The answer to an order: a ``result``, an ``error``, or neither if the worker is not prepared for the work."""

    result: TaskResult | None = None
    error: Exception | None = None


class TaskStopped(BaseException):
    """Nobody waits for the submission that is being graded."""


async def prepare_worker(sealed: Sealed, levels: Sequence[Level], dask_worker: Any) -> Readiness:
    """Prepare a Dask worker for the submissions of a work, on that worker.

    The isolation is the first of ``levels`` that works there; without any it must be that of the work.
    """
    # In a thread, so that the worker answers its scheduler meanwhile.
    return await asyncio.to_thread(_prepare, sealed.open(), levels, dask_worker.address)


def _prepare(work: Work, levels: Sequence[Level], address: str) -> Readiness:
    problem: Exception | None = None
    for level in (*levels,) or (work.isolation,):
        own_work = replace(work, isolation=level)
        try:
            with grading_job.context_for(own_work) as context:
                # Also if the work is kept from an earlier run, on earlier data.
                refuse_other_rules(own_work, context.assignment)
        except OtherRules as error:
            return Readiness(_named(address, error), error.is_about_work)
        except (NotGradable, UsageError) as error:
            problem = problem or error  # the reason at the strictest level
            continue
        _works.pop(work.identity, None)
        _works[work.identity] = own_work
        for identity in [*_works][:-MOST_WORKS]:
            del _works[identity]
        return Readiness(isolation=level or "strong")
    assert problem is not None
    return Readiness(_named(address, problem))


def grade_sealed(sealed: Sealed) -> Sealed:
    """Grade the submission of an :class:`Order` on a Dask worker, and return an :class:`WorkerAnswer`."""
    order: Order = sealed.open()
    try:
        answer = _answer(order)
    except TaskStopped:
        answer = WorkerAnswer(error=NotGradable("Nobody waits for it."))
    except Exception as error:
        answer = WorkerAnswer(error=error)
    finally:
        _stopped.pop(order.name, None)
    try:
        sealed_answer = Sealed(answer)
        sealed_answer.open()
        return sealed_answer
    except Exception:  # an exception that cannot be pickled
        return Sealed(WorkerAnswer(error=RuntimeError(f"{type(answer.error).__name__}: {answer.error}")))


def _answer(order: Order) -> WorkerAnswer:
    from distributed import get_worker

    work = _works.get(order.identity)
    if work is None:
        return WorkerAnswer()
    worker = get_worker()

    def tell(event: Event) -> None:
        if order.name in _stopped:
            raise TaskStopped
        if order.topic:
            worker.log_event(order.topic, [order.number, *event])

    try:
        return WorkerAnswer(grading_job.grade_one(work, order.task, tell))
    except (NotGradable, UsageError) as error:
        return WorkerAnswer(error=NotGradable(_named(worker.address, error)))


async def stop_task(name: str) -> None:
    """End a task at its next event, since nobody waits for it. If it has not started, it ends at once."""
    _stopped[name] = None
    for other in [*_stopped][:-MOST_STOPPED]:
        del _stopped[other]


def _named(address: str, error: Exception) -> str:
    return f"The Dask worker {address} on the machine {platform.node()} refuses. {error}"
