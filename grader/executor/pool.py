"""Grades many submissions at a place, as many at a time as it has slots; tries each that failed once more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from ..grading.grade import ran_out_of_memory
from ..support.errors import NotGradable, UsageError
from .grading_job import GradingTask, TaskResult, Work

Item = TypeVar("Item")
LOOK_SECONDS = 5  # between two checks of a place that returns no results


@dataclass(frozen=True)
class GradingPool:
    """Where submissions are graded.

    ``submit`` starts one, ``slots`` is the number graded at a time, and ``check`` raises if the place is gone.
    ``schedule`` starts a call of any function in an idle process of this machine; None if other machines grade.
    """

    submit: Callable[[Work, GradingTask], Future[TaskResult]]
    slots: int
    check: Callable[[], None] = lambda: None
    schedule: Callable[..., Future[Any]] | None = None


class ProcessLost(Exception):
    """The process that graded a submission died or hangs; the message says how."""


def grade_each(
    settings: Work, items: Iterable[tuple[Item, GradingTask]], pool: GradingPool
) -> Iterator[tuple[Item, TaskResult | ProcessLost]]:
    """Grade ``items``, and yield each item with its result as soon as it is finished.

    Twice as many submissions as slots are in progress, so that no slot is idle. A submission is tried once more at the
    end, alone, if its process died or memory ran out. Raises NotGradable if nothing may be graded.
    """
    items_by_future: dict[Future[TaskResult], tuple[Item, GradingTask]] = {}
    retries: list[tuple[Item, GradingTask]] = []

    def submit(item: Item, task: GradingTask) -> None:
        try:
            items_by_future[pool.submit(settings, task)] = (item, task)
        except Exception:
            pool.check()  # a place that is gone fails in many ways: report all in the same way
            raise

    def finished() -> Iterator[tuple[Item, TaskResult | ProcessLost]]:
        while not (finished_futures := wait(items_by_future, LOOK_SECONDS, FIRST_COMPLETED).done):
            pool.check()
        for future in finished_futures:
            item, task = items_by_future.pop(future)
            result: TaskResult | ProcessLost
            try:
                result = future.result()
                needs_retry = result.report is not None and ran_out_of_memory(result.report)
            except (NotGradable, UsageError):
                raise
            except Exception as error:
                pool.check()
                result, needs_retry = ProcessLost(f"{type(error).__name__}: {error}"), True
            if needs_retry and not task.last:
                retries.append((item, replace(task, last=True)))
            else:
                yield item, result

    try:
        for item, task in items:
            submit(item, task)
            if len(items_by_future) >= 2 * pool.slots:
                yield from finished()
        while items_by_future:
            yield from finished()
        for item, task in retries:
            submit(item, task)
            yield from finished()
    finally:
        for future in items_by_future:
            future.cancel()
