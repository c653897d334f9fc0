"""A submission whose functions run in the process of the tests: a session without a worker, for quick tests."""

from __future__ import annotations

import copy
import linecache

import numpy as np

from grader.assignment import load
from grader.checks.context import context_of
from grader.expected.cases import Cases
from grader.expected.mutations import Mutations
from grader.expected.reference import Oracle
from grader.sandbox.calls import Answer, Call, Rounds, function_of
from grader.sandbox.definitions import Definitions
from grader.sandbox.failures import CallError
from grader.sandbox.loading import Causes
from grader.student.submitted import Submitted
from grader.submission import Code, read_file
from grader.worker import describe, rounds
from grader.worker.values import Generator


class InProcess:
    """Has the parts of a session that calls of functions at the top level need."""

    level = "none"
    spent = 0.0

    def __init__(self, source):
        name = f"submission-{hash(source)}.py"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        self.namespace = {}
        exec(compile(source, name, "exec"), self.namespace)
        functions, others = describe.describe_namespace(self.namespace)
        empty = {"reads": [], "stores": []}
        self.definitions = Definitions(
            {name: function_of(name, empty | item) for name, item in functions.items()}, {}, others
        )
        self.causes = Causes("Loading it", [source], (), 5)
        self.calls = []
        self.frames = []  # the number of calls that travelled together

    def call(self, function, positional, keywords, **options):
        [outcome] = self.call_all([Call(function, positional, keywords, **options)])
        if isinstance(outcome, CallError):
            raise outcome
        return outcome

    def call_all(self, calls):
        self.frames.append(len(calls))
        outcomes = []
        for call in calls:
            outcomes.append(self._outcome(call))
            if isinstance(outcomes[-1], CallError):
                break
        return outcomes

    def _outcome(self, call):
        if isinstance(call, Rounds):
            plan, values = copy.deepcopy((call.content["rounds"], call.values))
            self.calls.append("rounds")
            try:
                return Answer(rounds.run(self.namespace, plan, values), [], {})
            except Exception as error:
                return CallError("error", str(error))
        self.calls.append(call.function)
        if call.instance is not None:
            return CallError("error", "there are no instances here")
        arguments, named = copy.deepcopy((call.positional, call.keywords))
        named = {name: item.new() if isinstance(item, Generator) else item for name, item in named.items()}
        if call.seed is not None:
            np.random.seed(call.seed)
        try:
            with np.errstate(all="ignore"):  # a worker's warnings are not those of the tests
                value = self.namespace[call.function](*arguments, **named)
        except Exception as error:
            raised = f"{type(error).__name__}: {error}"
            return CallError("error", f"`{call.function}` stopped with {raised}.", raised)
        return Answer(value, [*arguments, *named.values()] if call.give_back else [], {})

    def close(self):
        self.calls.append("close")


def submitted(assignment, source, stepping=None):
    """Return (submission, its cases, its session) for a bundled assignment."""
    loaded = load(assignment)
    session = InProcess(source)
    cases = Cases(loaded.content, Oracle(loaded), 0)
    student = Submitted(loaded, [Code("", source)], session, cases, Mutations(loaded), stepping)
    return student, cases, session


def context(assignment, source):
    """Return the context of a submission to an assignment (a bundled name or a loaded assignment), with seed 0."""
    loaded = load(assignment) if isinstance(assignment, str) else assignment
    return context_of(
        loaded, read_file("submission.py", source.encode()), InProcess(source), Oracle(loaded), 0, {}, None
    )
