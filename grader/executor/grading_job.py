"""Grades one submission, in a process on this machine or on a machine of a cluster."""

from __future__ import annotations

import contextlib
import io
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..assignment import Assignment, load
from ..expected.author import author_of
from ..expected.reference import Oracle
from ..grading.trace import Listener, Trace
from ..sandbox.warm import WarmStart
from ..submission import read_contents
from ..support import i18n
from ..support.errors import UsageError
from .grade_task import grade_task
from .preparing import inspect, refuse_other_rules
from .work import GradingTask, TaskResult, Work

MOST_CONTEXTS = 8  # works that a process keeps ready; one has a few megabytes


def grade_one(work: Work, task: GradingTask, listener: Listener | None = None) -> TaskResult:
    """Grade a submission; raises NotGradable if this machine must not run student code."""
    trace = Trace(listener=listener)
    trace.notify("started")
    with i18n.use(task.language):
        if task.problem:
            return TaskResult(None, task.problem, {})
        with context_for(work) as context:
            submission = task.submission
            if submission is None:
                try:
                    submission = read_contents(task.path, task.contents, context.assignment, task.pattern)
                except UsageError as error:
                    return TaskResult(None, str(error), {})
                if submission.nothing is not None:
                    return TaskResult(None, submission.nothing, {})
            report = grade_task(work, task, context.assignment, submission, trace, context.oracle, _warm)
            return TaskResult(report, "", dict(trace.timings), trace.executed)


class _GradingContext:
    """The objects of a work that a process keeps from one submission to the next."""

    def __init__(self, work: Work) -> None:
        self.users = 0
        """The number of threads that use it now."""
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        if work.files is not None:
            self._folder = tempfile.TemporaryDirectory(prefix="grader-assignment-")
            for name, content in work.files.items():
                path = Path(self._folder.name, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        self.assignment = load(work.assignment if self._folder is None else self._folder.name)
        if work.pass_mark is not None:
            changed_content = self.assignment.content.model_copy(update={"pass_mark": work.pass_mark})
            self.assignment = Assignment(self.assignment.folder, changed_content)
        answers: dict[str, Any] | None = None
        if work.answers:
            with np.load(io.BytesIO(work.answers), allow_pickle=False) as archive:
                answers = dict(archive)
        self.oracle = Oracle(self.assignment, answers=answers)
        refuse_other_rules(work, self.assignment)
        if not work.inspected:
            inspect(work, self.assignment)

    def close(self) -> None:
        """End the author's worker, and delete the files."""
        author_of(self.assignment).close()
        if self._folder is not None:
            self._folder.cleanup()


_contexts: dict[str, _GradingContext] = {}  # by the identity of a work, the one used last at the end
_warm = WarmStart()  # it knows nothing about assignments, so all works share it
_setting_up = threading.Lock()  # a worker of Dask grades in several threads


@contextlib.contextmanager
def context_for(work: Work) -> Iterator[_GradingContext]:
    """Yield the context of a work; the contexts that were not used for the longest time are closed.

    Raises NotGradable if this machine must not grade the work.
    """
    with _setting_up:
        context = _contexts.pop(work.identity, None) or _GradingContext(work)
        _contexts[work.identity] = context
        context.users += 1
        idle = [identity for identity, other in _contexts.items() if not other.users]
        for identity in idle[: max(0, len(_contexts) - MOST_CONTEXTS)]:
            _contexts.pop(identity).close()
    try:
        yield context
    finally:
        with _setting_up:
            context.users -= 1
