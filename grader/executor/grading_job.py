"""Grades one submission, in a process on this machine or on a machine of a cluster."""

from __future__ import annotations

import contextlib
import io
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..assignment import Assignment, load
from ..expected.author import author_of
from ..expected.reference import Oracle
from ..grading.trace import Listener, Trace
from ..sandbox.warm import WarmStart
from ..submission import read_contents, source_files
from ..support import i18n
from ..support.errors import UsageError
from . import preparing
from .grade_task import grade_task
from .work import GradingTask, TaskResult, Work

MOST_CONTEXTS = 8  # works that a process keeps ready; one has a few megabytes


def prepare(work: Work) -> bytes | None:
    """Prepare a work in a process that then grades it; return the reference's answers, None if they need TensorFlow.

    Raises NotGradable if this machine must not run student code, or cannot compute the answers.
    """
    with context_for(replace(work, inspected=True)) as context:  # the preparation tests the isolation
        return context.prepare(work)


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
            report = grade_task(work, task, context.assignment, submission, trace, context.oracle, warm)
            source = source_files.packed(source_files.source_files(submission))
            return TaskResult(report, "", dict(trace.timings), trace.executed, source)


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
        self.oracle = _oracle(self.assignment, work.answers)
        preparing.refuse_other_rules(work, self.assignment)
        if not work.inspected:
            preparing.inspect(work, self.assignment)

    def prepare(self, work: Work) -> bytes | None:
        """Prepare the work, and use the reference's answers from now on; see :func:`preparing.prepare`."""
        answers = preparing.prepare(work, self.assignment, warm=warm)
        if answers is not None:
            self.oracle = _oracle(self.assignment, answers)
        return answers

    def close(self) -> None:
        """End the author's worker, and delete the files."""
        author_of(self.assignment).close()
        if self._folder is not None:
            self._folder.cleanup()


def _oracle(assignment: Assignment, answers: bytes) -> Oracle:
    if not answers:
        return Oracle(assignment)
    with np.load(io.BytesIO(answers), allow_pickle=False) as archive:
        return Oracle(assignment, answers=dict(archive))


_contexts: dict[str, _GradingContext] = {}  # by the identity of a work, the one used last at the end
warm = WarmStart()  # it knows nothing about assignments, so all works share it
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
