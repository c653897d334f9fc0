"""Decides which of the waiting submissions starts next at a place, and tries each that failed once more."""

from __future__ import annotations

import threading
from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol, TypeVar

from ..grading.trace import Listener
from ..support.errors import NotGradable, UsageError
from .work import GradingTask, Priority, TaskResult, Work

LOOK_SECONDS = 5  # between two checks of a place that returns no results
MOST_OVERTAKINGS = 50  # tasks that may start before one that waits for memory; then it is the next
MOST_DISPLACEMENTS = 3  # of one task, whose processes may have died because of it


class ProcessLost(Exception):
    """The process that graded a submission died or hangs; the message says how."""


class Displaced(Exception):
    """A machine has not graded a task, which waits for another one; ``machine`` is not tried again.

    ``is_failure`` is False if the task has not even begun there.
    """

    def __init__(self, reason: str, machine: str = "", is_failure: bool = True) -> None:
        super().__init__(reason)
        self.machine = machine
        self.is_failure = is_failure


class PlaceUnavailable(Exception):
    """Nothing can be graded at the moment; the message says why. The task has not been graded; it did not cause that."""


@dataclass(frozen=True)
class Machine:
    """One machine of a place, or a part of one. ``problem`` says why it grades nothing, or not everything; "" if nothing is wrong."""

    address: str
    host: str
    slots: int
    isolation: str = ""
    memory_mb: int | None = None
    gpus: int = 0
    is_working: bool = True
    problem: str = ""


class Place(Protocol):
    """Where submissions are graded: processes of this machine, or a cluster."""

    pauses_machines: bool
    """Whether a machine that fails several times in a row is paused here; otherwise the caller does it."""

    @property
    def slots(self) -> int:
        """The number of submissions graded at the same time; that of a cluster changes."""

    def has_room(self, work: Work, task: GradingTask, running: Sequence[tuple[Work, GradingTask]], ahead: int) -> bool:
        """True if a task can start now; the last attempt of a task is alone. Up to ``ahead`` tasks may wait for each slot."""

    def problem(self) -> str:
        """Return why nothing can be graded at the moment, so that no task should wait; "" usually."""

    def machines(self) -> list[Machine]:
        """Return the machines of a cluster; [] on this machine."""

    def watch(self, notify: Callable[[], None]) -> None:
        """Call ``notify`` in another thread whenever there may be more room, or a problem."""

    def start(self, work: Work, task: GradingTask, listener: Listener | None) -> Future[TaskResult]:
        """Grade a submission as soon as a process is free; ``listener`` is called in another thread."""

    def stop(self, future: Future[TaskResult]) -> None:
        """End the grading of a submission, or ignore its result if the place cannot end it."""

    def check(self) -> None:
        """Raise NotGradable if the place is gone."""

    def retire(self) -> None:
        """Begin to end all processes without waiting; nothing is scheduled any more."""

    @property
    def call(self) -> Callable[..., Future[Any]] | None:
        """A function that schedules a call of any function in an idle process of this machine; None on other machines."""


@dataclass(eq=False)
class _Entry:
    """A task that waits or runs, with the future for its result."""

    work: Work
    task: GradingTask
    listener: Listener | None
    priority: Priority
    number: int
    future: Future[TaskResult] = field(default_factory=Future)
    inner: Future[TaskResult] | None = None
    """The future of the place, if the task has been started."""
    overtakings: int = 0
    displacements: int = 0
    is_cancelled: bool = False

    @property
    def is_last(self) -> bool:
        return self.task.attempt == "last"

    def __lt__(self, other: _Entry) -> bool:
        return self._key() < other._key()

    def _key(self) -> tuple[bool, bool, int, int]:
        return self.overtakings < MOST_OVERTAKINGS, self.is_last, self.priority, self.number


class Executor:
    """Grades submissions of several assignments and priorities in the slots of a place.

    Tasks of one priority start in the order of their arrival. A task waits until its memory is free; meanwhile smaller
    tasks overtake it, but not for ever. All methods can be called in any thread.
    """

    def __init__(self, place: Place) -> None:
        self.call = place.call
        """A function that schedules a call of any function in an idle process of this machine; None on other machines."""
        self._place = place
        self._lock = threading.Lock()
        self._waiting: list[_Entry] = []  # in the order in which they start
        self._running: list[_Entry] = []
        self._entries: dict[Future[TaskResult], _Entry] = {}
        self._count = 0
        self._is_closed = False
        self._has_short_tasks = False  # whether a task with a higher priority than a class has ever arrived
        place.watch(self._start_waiting)

    @property
    def slots(self) -> int:
        """The number of submissions graded at the same time; that of a cluster changes."""
        return self._place.slots

    def problem(self) -> str:
        """Return why nothing can be graded at the moment, "" if something can."""
        return self._place.problem()

    def machines(self) -> list[Machine]:
        """Return the machines of a cluster; [] on this machine."""
        return self._place.machines()

    def check(self) -> None:
        """Raise NotGradable if the place is gone."""
        self._place.check()

    @property
    def pauses_machines(self) -> bool:
        """Whether the place pauses a machine that fails several times in a row; otherwise the caller does it."""
        return self._place.pauses_machines

    def submit(
        self, work: Work, task: GradingTask, on_event: Listener | None = None, priority: Priority = Priority.CLASS
    ) -> Future[TaskResult]:
        """Grade a submission; the future has its result, or raises NotGradable if nothing may be graded there.

        If its process is lost, or the memory of the machine runs out, it is graded once more at the end, alone. The
        future raises ProcessLost if the process is lost again, and PlaceUnavailable if nothing can be graded at the
        moment. ``on_event`` is called in another thread, for each attempt; the last events may arrive after the result.
        """
        with self._lock:
            if self._is_closed:
                raise RuntimeError("The executor is closed.")
            self._count += 1
            entry = _Entry(work, task, on_event, priority, self._count)
            self._entries[entry.future] = entry
            self._has_short_tasks |= priority < Priority.CLASS
            insort(self._waiting, entry)
        self._start_waiting()
        return entry.future

    def cancel(self, future: Future[TaskResult]) -> bool:
        """Cancel a task that waits or runs; its future raises CancelledError. False if it has a result already.

        A running task is ended on this machine. Dask cannot end one: it runs on, and its answer is ignored.
        """
        with self._lock:
            entry = self._entries.get(future)
            if entry is None:
                return False
            entry.is_cancelled = True
            if entry in self._waiting:
                self._waiting.remove(entry)
            inner = entry.inner
        self._settle(entry, CancelledError())
        if inner is not None:
            self._place.stop(inner)
        return True

    def close(self) -> None:
        """Cancel all tasks; further ones are refused. The processes of this machine begin to end, so nothing may be called there."""
        with self._lock:
            self._is_closed = True
            futures = [*self._entries]
        self._place.retire()  # first, so that no process is replaced
        for future in futures:
            self.cancel(future)

    def _start_waiting(self) -> None:
        """Start every task that may start now, or end all that wait if nothing can be graded."""
        if problem := self._place.problem():
            with self._lock:
                given_up, self._waiting = self._waiting, []
            for each in given_up:
                self._settle(each, PlaceUnavailable(problem))
        while (entry := self._next()) is not None:
            if not self._begin(entry):
                continue
            try:
                inner = self._place.start(entry.work, entry.task, entry.listener)
            except Exception as error:
                with self._lock:
                    self._running.remove(entry)
                self._settle(entry, self._reason(error))
                continue
            with self._lock:
                entry.inner = inner
                is_cancelled = entry.is_cancelled
            if is_cancelled:
                self._place.stop(inner)
            inner.add_done_callback(partial(self._finish, entry))

    def _next(self) -> _Entry | None:
        """Return the task that starts next, or None if none can start now. It counts as running from now on."""
        with self._lock:
            slots = self.slots  # once: a cluster counts those of all its workers
            ahead = 1 if self._has_short_tasks else 2  # a second task for each slot waits there: no slot is idle
            if len(self._running) >= ahead * slots:
                return None
            running = [(other.work, other.task) for other in self._running]
            for position, entry in enumerate(self._waiting):
                if not self._may_take_slot(entry, slots):
                    continue
                if not self._place.has_room(entry.work, entry.task, running, ahead):
                    if entry.overtakings >= MOST_OVERTAKINGS:
                        return None
                    continue
                del self._waiting[position]
                self._running.append(entry)
                overtaken = [other for index, other in enumerate(self._waiting) if index < position or other.is_last]
                for other in overtaken:
                    other.overtakings += 1
                if overtaken:
                    self._waiting.sort()
                return entry
            return None

    def _may_take_slot(self, entry: _Entry, slots: int) -> bool:
        """True if a task may have a free slot. One of ``slots`` is kept free of long tasks if short ones may arrive."""
        if not self._has_short_tasks or entry.priority < Priority.CLASS or slots == 1:
            return True
        return sum(other.priority >= Priority.CLASS for other in self._running) < slots - 1

    def _begin(self, entry: _Entry) -> bool:
        """Mark the future of a task as running; False if the task has been cancelled."""
        with self._lock:
            if not entry.is_cancelled and (entry.future.running() or entry.future.set_running_or_notify_cancel()):
                return True
            self._running.remove(entry)
            self._entries.pop(entry.future, None)
            return False

    def _finish(self, entry: _Entry, inner: Future[TaskResult]) -> None:
        """Take the result of a task from the place; a failed task waits again, for its last attempt."""
        outcome: TaskResult | BaseException
        is_failed = is_displaced = False
        try:
            outcome = inner.result()
            is_failed = outcome.report is not None and outcome.report.ran_out_of_memory()
        except CancelledError as error:
            outcome = error
        except Displaced as error:
            entry.displacements += error.is_failure
            is_displaced = entry.displacements < MOST_DISPLACEMENTS
            if error.machine:
                entry.task = replace(entry.task, avoid=(*entry.task.avoid, error.machine))
            outcome = ProcessLost(str(error))
        except BaseException as error:
            outcome = self._reason(error)
            is_failed = isinstance(outcome, ProcessLost)
        with self._lock:
            self._running.remove(entry)
            entry.inner = None
            is_retried = (is_displaced or (is_failed and not entry.is_last)) and not (
                entry.is_cancelled or self._is_closed
            )
            if is_retried:
                if is_failed:
                    entry.task = replace(entry.task, attempt="last")
                insort(self._waiting, entry)
        self._start_waiting()  # before the caller gets the result, so that the slot is not idle
        if not is_retried:
            self._settle(entry, outcome)

    def _reason(self, error: BaseException) -> Exception:
        """Return the error to report for one that the place has raised."""
        if isinstance(error, NotGradable | UsageError | PlaceUnavailable):
            return error
        try:
            self._place.check()  # a place that is gone fails in many ways: report all in the same way
        except NotGradable as reason:
            return reason
        return ProcessLost(f"{type(error).__name__}: {error}")

    def _settle(self, entry: _Entry, outcome: TaskResult | BaseException) -> None:
        """Give the caller the result of a task, unless the task has been cancelled meanwhile."""
        with self._lock:
            if self._entries.pop(entry.future, None) is None:
                return
        if isinstance(outcome, CancelledError) and entry.future.cancel():  # it has never run
            entry.future.set_running_or_notify_cancel()
        elif isinstance(outcome, BaseException):
            entry.future.set_exception(outcome)
        else:
            entry.future.set_result(outcome)


def has_memory(
    work: Work, task: GradingTask, running: Sequence[tuple[Work, GradingTask]], memory_mb: int | None
) -> bool:
    """True if the memory of a task is free. A task that needs more than there is, or its last attempt, is alone."""
    if not running:
        return True
    if must_be_alone(task, running):
        return False
    return memory_mb is None or work.memory_mb + sum(other.memory_mb for other, _ in running) <= memory_mb


def must_be_alone(task: GradingTask, running: Iterable[tuple[Work, GradingTask]]) -> bool:
    """True if a task cannot start next to those that run, because it or one of them is at its last attempt."""
    return "last" in (task.attempt, *(other.attempt for _, other in running))


Item = TypeVar("Item")


def grade_each(
    executor: Executor, work: Work, items: Iterable[tuple[Item, GradingTask]]
) -> Iterator[tuple[Item, TaskResult | ProcessLost]]:
    """Grade ``items`` as a class, and yield each item with its result as soon as it is finished.

    Twice as many as slots are in progress, so that only their files are in memory. Raises NotGradable if nothing may be
    graded.
    """
    items_by_future: dict[Future[TaskResult], Item] = {}

    def finished() -> Iterator[tuple[Item, TaskResult | ProcessLost]]:
        while not (finished_futures := wait(items_by_future, LOOK_SECONDS, FIRST_COMPLETED).done):
            executor.check()
        for future in finished_futures:
            item = items_by_future.pop(future)
            try:
                yield item, future.result()
            except ProcessLost as loss:
                yield item, loss

    try:
        for item, task in items:
            items_by_future[executor.submit(work, task)] = item
            if len(items_by_future) >= 2 * executor.slots:
                yield from finished()
        while items_by_future:
            yield from finished()
    finally:
        for future in items_by_future:
            executor.cancel(future)
