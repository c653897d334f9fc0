"""Starts the workers of a session, at the strictest isolation level that this machine offers."""

from __future__ import annotations

from functools import partial

from ..assignment.limits import Limits
from ..submission import Submission
from ..support.choices import Engine, Level
from ..support.errors import NoIsolation, NoMemory
from ..support.i18n import _
from . import levels, mapped, memory_needs
from .engines import engine_of, libraries_of
from .filesystem import WorkerSetup
from .warm import WarmKind, WarmStart
from .worker_process import SetupFailed, WorkerProcess


class Confinement:
    """The current worker of a session. The level is chosen with the first worker and never changes afterwards."""

    def __init__(
        self,
        submission: Submission,
        limits: Limits,
        isolation: Level | None,
        setup: WorkerSetup,
        warm: WarmStart | None,
        engine: Engine,
        watches_libraries: bool,
    ) -> None:
        self.worker: WorkerProcess | None = None
        self.engine = engine_of(submission, engine)
        self.setup = setup
        self._limits = limits
        self._warm = warm
        self._candidates = levels.to_try(isolation)
        self.level = self._candidates[0]
        self.not_enforced: list[str] = []
        """The protections that this level does not give on this machine."""
        self._libraries = libraries_of(submission)
        self._confined: WorkerProcess | None = None
        self._watches_libraries = watches_libraries
        self._mapped: set[str] = set()
        self._mapped_before: set[str] = set()

    @property
    def kind(self) -> WarmKind:
        """The kind of warm process that the worker can be forked from."""
        return WarmKind(self.engine, self._libraries)

    @property
    def is_confined(self) -> bool:
        """True if there is a worker and it is confined."""
        return self.worker is not None and self.worker is self._confined

    def start(self) -> None:
        """Start a worker without waiting for it, so that the start overlaps with other work."""
        fork = None
        # With a GPU the libraries must find CUDA, which they search for when their process starts.
        if self._warm is not None and not self.setup.gpu:
            fork = partial(self._warm.fork, self.kind)
        self.worker = WorkerProcess(self._candidates[0], self.engine, self._limits, self.setup, fork)
        self.worker.mapped = self._mapped if self._watches_libraries else None

    def confine(self) -> None:
        """Wait until the worker is confined; raises NotGradable if that is not possible at any level."""
        while True:
            if self.worker is None:
                self.start()
            assert self.worker is not None
            try:
                gaps = self.worker.await_ready()
            except SetupFailed as error:
                is_out_of_memory = self.worker.out_of_memory()
                self.worker = None
                if is_out_of_memory:
                    raise NoMemory(memory_needs.ran_out()) from error
                if self._warm is not None:  # a forked worker may need more of the system than one that starts cold
                    self._warm = None
                    continue
                if len(self._candidates) == 1:
                    raise NoIsolation(
                        _(
                            "No worker could be started at isolation level '{level}' ({error}): run 'grader doctor' to see what this machine offers."
                        ).format(level=self._candidates[0], error=error)
                    ) from error
                del self._candidates[0]
                continue
            self._confined = self.worker
            if self._watches_libraries and self._libraries:
                self._mapped_before |= mapped.libraries(self.worker.pid)
            self.level = self._candidates[0]
            self._candidates = [self.level]
            self.not_enforced = [*levels.NOT_ENFORCED[self.level], *gaps]
            return

    def close(self) -> None:
        """End the worker and everything that it started."""
        if self.worker is not None:
            self.worker.kill()
            self.worker = None

    def mapped_libraries(self) -> set[str]:
        """Return the packages that the workers have mapped since the submission was loaded."""
        return self._mapped - self._mapped_before
