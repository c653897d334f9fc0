"""Writes the files of each student: both reports as JSON and as pages, and the executed notebook.

They are made from the stored results alone, and only when they are needed: a file that is missing, damaged or outdated is
written again. Processes that have nothing to grade do this.
"""

from __future__ import annotations

import contextlib
import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console

from ..assignment.spec import AssignmentSpec
from ..executor import local
from ..executor.executor import Executor
from ..support import i18n
from ..support.i18n import _, ngettext
from .page_files import (
    FILES,
    TEMPORARY,
    PageSettings,
    WrittenPages,
    basis_of,
    digest_of_files,
    key_of,
    write_pages,
)
from .progress import writing_pages
from .store import Store, StoredPage, earlier_version

CHUNK = 20  # pages that a process writes at a time
SMALL_CHUNK = 5  # the same while submissions are graded: a second attempt at one may have to wait for it
MOST_EARLY = 20  # of these chunks that wait or are written
FEW = 100  # pages that this process has written before other processes have imported the templates
Schedule = Callable[..., Future[Any]]


def settings_of(content: AssignmentSpec) -> str:
    """Return the settings of pages in the current language, as JSON."""
    return PageSettings(
        title=_(content.title),
        pass_mark=content.pass_mark,
        hints=content.hints,
        visibility=content.visibility(),
        language=i18n.current(),
    ).model_dump_json()


def note(late: str, penalty: float, score: float | None) -> str:
    """Return the sentence of a page about points taken off, "" without such points."""
    if not penalty:
        return ""
    sentence = ngettext(
        "Handed in {late}: {points:g} point is taken off, and the final score is {score:g}.",
        "Handed in {late}: {points:g} points are taken off, and the final score is {score:g}.",
        1 if penalty == 1 else 2,
    )
    return sentence.format(late=late, points=penalty, score=score)


def renew(folder: Path, store: Store, console: Console) -> tuple[list[str], list[str]]:
    """Write the files that are missing, damaged or outdated; return the names of their pages, and sentences about problems.

    Raises UsageError if an earlier version of the grader wrote the folder.
    """
    if not store.page_settings():
        raise earlier_version(folder)
    writer = PageWriter(folder, store)
    names = writer.outdated_names()
    writer.begin(names)
    writer.finish(console, local.cores())
    return names, writer.problems


class _Chunk(NamedTuple):
    """The pages that a process writes at the same time, and whether it does so before the end of the grading."""

    names: list[str]
    future: Future[tuple[WrittenPages, list[str]]]
    is_early: bool

    def is_written(self) -> bool:
        """Return whether the process has written all pages that it can write."""
        return self.future.done() and self.future.exception() is None


class PageWriter:
    """Finds and writes the files of students that are missing, damaged or outdated.

    :meth:`begin` and :meth:`finish` write them. While the last submissions are graded, processes that have no submission
    left can write files early; if this fails, :meth:`finish` writes them.
    """

    def __init__(self, folder: Path, store: Store) -> None:
        self._folder = folder
        self._store = store
        self._early_names: deque[str] = deque()
        self._names: deque[str] = deque()
        self._chunks: deque[_Chunk] = deque()  # that are written now
        self._schedule: Schedule | None = None
        self._slots = 1
        self.problems: list[str] = []
        """Sentences about pages that could not be written."""

    def write_early(self, names: Iterable[str], executor: Executor) -> None:
        """Let processes of ``executor`` on this machine write the files of ``names`` after the submissions that wait there."""
        if executor.call is None:
            return
        self._early_names += names
        self._keep_finished()
        while self._early_names and len(self._chunks) < MOST_EARLY:
            self._chunks.append(self._chunk(self._early_names, SMALL_CHUNK, executor.call, is_early=True))

    def outdated_names(self) -> list[str]:
        """Return the names of the pages whose files must be written, without those that are written now."""
        self._early_names.clear()
        self._keep_finished()
        written_names = self._written_names()
        basis = basis_of(PageSettings.model_validate_json(self._store.page_settings()))
        return [
            stored.page.name
            for stored in self._store.pages()
            if stored.page.name not in written_names
            and (
                stored.key != key_of(basis, stored) or stored.digests != digest_of_files(self._folder, stored.page.name)
            )
        ]

    def remove_outdated(self, outdated_names: Iterable[str], names: Iterable[str]) -> None:
        """Remove the files of ``outdated_names``, and of all names except ``names``: nobody should read an outdated mark."""
        kept_names = {*names} - {*outdated_names}
        suffixes = {suffix for _kind, suffix in FILES}
        written_files = {f".{name}{suffix}{TEMPORARY}" for name in self._written_names() for suffix in suffixes}
        for kind in dict(FILES):
            for file in (self._folder / kind).glob("*.*"):
                is_left_behind = file.suffix == TEMPORARY and file.name not in written_files
                if is_left_behind or (file.suffix in suffixes and file.stem not in kept_names):
                    file.unlink()

    def begin(self, names: Sequence[str], executor: Executor | None = None) -> None:
        """Let processes of ``executor`` on this machine begin to write the files of ``names``."""
        self._names = deque(names)
        if executor is not None and executor.call is not None:
            self._schedule, self._slots = executor.call, executor.slots
            self._hand_over()

    def needs_no_process(self) -> bool:
        """Return whether all files have been written."""
        return not self._names and all(chunk.is_written() and not chunk.is_early for chunk in self._chunks)

    def finish(self, console: Console, jobs: int) -> None:
        """Write all files that are left, and show the progress.

        Without an executor on this machine this process writes a few, and ``jobs`` new processes write many.
        """
        with contextlib.ExitStack() as stack:
            if self._schedule is None and len(self._names) > FEW:
                self._slots = min(jobs, local.cores())
                self._schedule = stack.enter_context(local.processes(self._slots))
            progress = stack.enter_context(writing_pages(console, len(self._names) + len(self._written_names())))
            while self._chunks or self._names:
                self._hand_over()
                if not self._chunks:
                    progress(self._keep(*write_pages(*self._arguments(self._next(self._names, CHUNK)))))
                    continue
                chunk = self._chunks.popleft()
                if chunk.is_early and chunk.future.exception() is not None:
                    self._names += chunk.names
                else:
                    written_pages, problems = chunk.future.result()
                    progress(self._keep(written_pages, problems))
                    self._names += self._changed_names(written_pages) if chunk.is_early else []
            self._schedule = None

    def _hand_over(self) -> None:
        """Schedule the next pages, as many as the processes can write soon."""
        while self._schedule is not None and self._names and len(self._chunks) <= 2 * self._slots:
            size = min(CHUNK, math.ceil(len(self._names) / self._slots))
            self._chunks.append(self._chunk(self._names, size, self._schedule, is_early=False))

    def _chunk(self, names: deque[str], size: int, schedule: Schedule, is_early: bool) -> _Chunk:
        chunk_names = self._next(names, size)
        return _Chunk(chunk_names, schedule(write_pages, *self._arguments(chunk_names)), is_early)

    def _next(self, names: deque[str], size: int) -> list[str]:
        """Remove and return the first ``size`` names."""
        return [names.popleft() for _ in range(min(size, len(names)))]

    def _arguments(self, names: Sequence[str]) -> tuple[Path, str, list[StoredPage]]:
        """Return the arguments of :func:`write_pages` for the pages with these names."""
        return self._folder, self._store.page_settings(), [*self._store.pages(names)]

    def _keep(self, written_pages: WrittenPages, problems: list[str]) -> int:
        """Store which pages have been written; return the number of pages and problems."""
        self._store.keep_written_pages(written_pages)
        self.problems += problems
        return len(written_pages) + len(problems)

    def _changed_names(self, written_pages: WrittenPages) -> list[str]:
        """Return the names of early pages that have changed since, for example because a neighbour has no page."""
        keys = {name: key for name, key, _digests in written_pages}
        basis = basis_of(PageSettings.model_validate_json(self._store.page_settings()))
        return [
            stored.page.name for stored in self._store.pages([*keys]) if key_of(basis, stored) != keys[stored.page.name]
        ]

    def _keep_finished(self) -> None:
        """Store which pages have been written early so far; failures are left to :meth:`finish`."""
        while self._chunks and self._chunks[0].is_written():
            self._store.keep_written_pages(self._chunks.popleft().future.result()[0])

    def _written_names(self) -> set[str]:
        """Return the names of the pages that are written now."""
        return {name for chunk in self._chunks for name in chunk.names}
