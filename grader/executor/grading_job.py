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

MOST_CONTEXTS = 8  # families of works that a process keeps ready; one has a few megabytes
MOST_SEEDS = 20  # whose answers and inputs a family keeps: more than a course uses at a time


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
            oracle = context.oracle_for(work)
            report = grade_task(work, task, context.assignment, submission, trace, oracle, warm)
            source = source_files.packed(source_files.source_files(submission))
            return TaskResult(report, "", dict(trace.timings), trace.executed, source)


class _GradingContext:
    """The objects of a family of works that a process keeps from one submission to the next."""

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
        self._oracle = Oracle(self.assignment)
        self._oracles: dict[int, Oracle] = {}  # by seed, the one used last at the end
        preparing.refuse_other_rules(work, self.assignment)
        if not work.inspected:
            preparing.inspect(work, self.assignment)

    def prepare(self, work: Work) -> bytes | None:
        """Prepare the work, and use the reference's answers from now on; see :func:`preparing.prepare`."""
        answers = preparing.prepare(work, self.assignment, warm=warm)
        if answers:
            self._add_oracle(replace(work, answers=answers))
        return answers

    def oracle_for(self, work: Work) -> Oracle:
        """Return the expected answers for the seed of a work."""
        if not work.answers:
            return self._oracle
        oracle = self._oracles.pop(work.seed, None)
        if oracle is None:
            return self._add_oracle(work)
        self._oracles[work.seed] = oracle
        return oracle

    def _add_oracle(self, work: Work) -> Oracle:
        with np.load(io.BytesIO(work.answers), allow_pickle=False) as archive:
            oracle = self._oracle.for_answers(dict(archive))
        self._oracles[work.seed] = oracle
        for seed in [*self._oracles][:-MOST_SEEDS]:
            self._oracles.pop(seed, None)
        return oracle

    def close(self) -> None:
        """End the author's worker, and delete the files."""
        author_of(self.assignment).close()
        if self._folder is not None:
            self._folder.cleanup()


_contexts: dict[str, _GradingContext] = {}  # by the family of works, the one used last at the end
warm = WarmStart()  # it knows nothing about assignments, so all works share it
_setting_up = threading.Lock()  # a worker of Dask grades in several threads


@contextlib.contextmanager
def context_for(work: Work) -> Iterator[_GradingContext]:
    """Yield the context of a family of works; the contexts that were not used for the longest time are closed.

    Raises NotGradable if this machine must not grade the work.
    """
    with _setting_up:
        family = work.family or work.identity
        context = _contexts.pop(family, None) or _GradingContext(work)
        _contexts[family] = context
        context.users += 1
        idle = [name for name, other in _contexts.items() if not other.users]
        for name in idle[: max(0, len(_contexts) - MOST_CONTEXTS)]:
            _contexts.pop(name).close()
    try:
        yield context
    finally:
        with _setting_up:
            context.users -= 1
