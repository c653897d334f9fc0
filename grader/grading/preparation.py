"""Prepares a grading before a worker starts: memory limits, packages, expected answers, datasets and the device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .. import datasets
from ..assignment import Assignment
from ..assignment.check import Check
from ..datasets import Split, lengths
from ..expected.author import author_of
from ..expected.reference import Oracle
from ..machine.device import choose
from ..sandbox import memory_needs
from ..sandbox.filesystem import WorkerSetup
from ..submission import Submission
from ..support import seeds
from ..support.errors import NotGradable
from . import needs
from .options import GradeOptions


class Preparation:
    """The preparation of one grading. The attributes have usable values even if :meth:`complete` fails."""

    def __init__(self, assignment: Assignment, submission: Submission, options: GradeOptions) -> None:
        self.assignment = assignment
        self.submission = submission
        self.options = options
        self.limits = assignment.content.limits
        self.oracle: Oracle | None = options.oracle
        """The source of the expected answers; set after :meth:`complete`."""
        self.splits: dict[str, Split] = {}
        """{dataset: its training, public and held-out data}."""
        self.device = "cpu"
        """The device that is used: "cpu", or "gpu" with a name."""
        self.setup = WorkerSetup(
            seed=seeds.of_worker(options.seed),
            hide=[assignment.folder, *datasets.paths_to_hide(options.data), *options.hide],
            threads=options.threads,
        )

    def complete(self, checks: Sequence[Check]) -> Oracle:
        """Prepare everything that the checks need and return the source of the expected answers.

        Raises NotGradable if the submission has nothing to grade or if this machine lacks something.
        """
        content, options = self.assignment.content, self.options
        if self.submission.nothing is not None:
            raise NotGradable(self.submission.nothing)
        self.limits = memory_needs.limits_here(self.assignment)
        needs.refuse_missing_packages(self.assignment)
        self.oracle = oracle = options.oracle or Oracle(self.assignment)
        oracle.refuse_without_answers(content.functions_on_probes(checks), options.seed == seeds.DEFAULT)
        self.splits = self._split()
        public_files = {name: datasets.public_file(split) for name, split in self.splits.items()}
        self.device = choose(options.device)
        uses_gpu = self.device != "cpu"
        author_of(self.assignment).use(options.isolation, uses_gpu)
        self.setup = replace(
            self.setup,
            data=public_files,
            files={name: datasets.cache.copy(self.assignment.file(name)) for name in content.files},
            globals=list(content.globals),
            gpu=uses_gpu,
        )
        return oracle

    def _split(self) -> dict[str, Split]:
        """Return {dataset: split}; code that relies on the length of the original dataset gets all training data."""
        sources = [code.source for code in self.submission.code]
        splits: dict[str, Split] = {}
        for name, budget in self.assignment.content.datasets.items():
            is_complete = budget.load_all or (
                budget.training is not None
                and lengths.counts_on_all(sources, budget.training, datasets.LENGTHS[name][0])
            )
            splits[name] = datasets.split(
                datasets.load(name, self.options.data), budget.training, budget.held_out, is_complete
            )
        return splits
