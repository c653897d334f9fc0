"""The data that every check uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..assignment import Assignment
from ..assignment.spec import AssignmentSpec
from ..datasets import Split
from ..diagnosis.log import DiagnosisLog
from ..expected.cases import Cases
from ..expected.mutations import Mutations
from ..expected.reference import Oracle
from ..sandbox.rebuilding import Rebuilder
from ..sandbox.session import Session
from ..student.starts import Starts
from ..student.submitted import Submitted
from ..submission import Submission


@dataclass(frozen=True)
class Context:
    """One submission under one assignment, with one seed."""

    assignment: Assignment
    content: AssignmentSpec
    submission: Submission
    student: Submitted
    cases: Cases
    oracle: Oracle
    mutations: Mutations
    seed: int
    starts: Starts
    log: DiagnosisLog
    splits: Mapping[str, Split] = field(default_factory=dict)
    """The parts of all datasets of the assignment, by name."""
    rebuilder: Rebuilder | None = None
    """Lets models predict outside of the worker that runs student code."""
    predictions: dict[Any, Any] = field(default_factory=dict)
    """Predictions of models, and the pixel maps of functions that prepare images: each is computed once, for all checks."""

    def in_layout_of(self, student: Submitted) -> Context:
        """Return the same context with the submission in another layout."""
        return replace(self, student=student, starts=self.starts.of(student))

    def split(self, dataset: str) -> Split:
        """Return the parts of a dataset: the data that the submission was given, and the held-out data."""
        return self.splits[dataset]

    def labels(self) -> dict[str, np.ndarray[Any, Any]]:
        """Return the labels of the training images that the submission gets, int64 (n,), by dataset."""
        return {name: split.y_train.ravel().astype(np.int64) for name, split in self.splits.items()}

    def generator(self, purpose: str) -> np.random.Generator:
        """Return a random generator with the seed of this grading; each purpose has its own random numbers."""
        return np.random.default_rng([self.seed, *purpose.encode()])


def context_of(
    assignment: Assignment,
    submission: Submission,
    session: Session,
    oracle: Oracle,
    seed: int,
    splits: Mapping[str, Split],
    rebuilder: Rebuilder | None,
) -> Context:
    """Return the context in which the checks of one submission are run."""
    content = assignment.content
    cases, mutations = oracle.cases(seed), oracle.mutations
    stepping: dict[str, dict[str, str]] = {}
    for check in content.checks:
        parameters = {result: parameter for _objective, parameter, result in check.derivatives()}
        if parameters:
            stepping |= dict.fromkeys(check.functions(), parameters)
    student = Submitted(assignment, submission.code, session, cases, mutations, stepping)
    return Context(
        assignment,
        content,
        submission,
        student,
        cases,
        oracle,
        mutations,
        seed,
        Starts(student, cases),
        DiagnosisLog(),
        dict(splits),
        rebuilder,
    )
