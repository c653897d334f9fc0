"""Writes the files of each student: both reports as JSON and as pages, and the executed notebook.

They are made from the stored results alone, and only when they are needed: a file that is missing, damaged or outdated is
written again. Processes that have nothing to grade do this.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from rich.console import Console

from ..assignment.spec import AssignmentSpec
from ..executor import local
from ..executor.executor import Executor
from ..report.redact import redact_for_student
from ..support import i18n
from ..support.atomic_files import write_whole
from ..support.errors import GraderError, UsageError
from ..support.i18n import _
from ..support.places import PACKAGE
from ..support.text import clean, plural
from ..version import __version__
from .progress import writing_pages
from .store import Record, Store, StoredPage, refuse_without_results

REPORTS, FOR_INSTRUCTORS, EXECUTED = "reports", "instructor", "executed"
FILES = (  # of each person
    (REPORTS, ".json"),
    (REPORTS, ".html"),
    (FOR_INSTRUCTORS, ".json"),
    (FOR_INSTRUCTORS, ".html"),
    (EXECUTED, ".ipynb"),
)
CLASS_PAGE = "index.html"
TEMPORARY = ".part"  # a file that a killed process has left
CHUNK = 20  # pages that a process writes at a time
SMALL_CHUNK = 5  # the same while submissions are graded: a second attempt at one may have to wait for it
MOST_EARLY = 20  # of these chunks that wait or are written
FEW = 100  # pages that this process has written before other processes have imported the templates
SOURCES = (".py", ".j2", ".js", ".css")

Schedule = Callable[..., Future[Any]]
WrittenPages = list[tuple[str, str, str]]  # for Store.keep_written_pages
PagesFuture = Future[tuple[WrittenPages, list[str]]]


class PageSettings(BaseModel):
    """The settings that all pages of a class share; ``visibility`` is that of each check."""

    title: str
    pass_mark: float
    hints: int
    visibility: dict[str, str]
    language: str


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
    sentence = _("Handed in {late}: {points:g} points are taken off, and the final score is {score:g}.")
    return sentence.format(late=late, points=penalty, score=score)


def write_missing(folder: Path, console: Console) -> tuple[list[str], list[str]]:
    """Write the files that are missing, damaged or outdated in an output folder.

    Returns sentences about the result, and about pages that could not be written. Raises UsageError if the folder has no
    stored results.
    """
    refuse_without_results(folder)
    with Store(folder) as store:
        if not store.page_settings():
            raise UsageError(f"{folder} was written by an earlier version: run the same 'grader grade' command again.")
        writer = PageWriter(folder, store)
        names = writer.outdated_names()
        writer.begin(names)
        writer.finish(console, local.cores())
        lines = [
            f"Of {plural(store.page_count(), 'student')} with a report, {len(names)} had missing or outdated files."
        ]
        if not store.is_complete():
            lines.append(
                "The last run was stopped before it wrote the gradebooks: run the same 'grader grade' command again."
            )
        return lines, writer.problems


class PageWriter:
    """Finds and writes the files of students that are missing, damaged or outdated.

    :meth:`begin` and :meth:`finish` write them. While the last submissions are graded, processes that have no submission
    left can write files early; this may fail without harm, because those files are then outdated at the end.
    """

    def __init__(self, folder: Path, store: Store) -> None:
        self._folder = folder
        self._store = store
        self._early_names: deque[str] = deque()
        self._early: deque[PagesFuture] = deque()
        self._names: deque[str] = deque()
        self._count = 0
        self._schedule: Schedule | None = None
        self._slots = 1
        self._pending: deque[PagesFuture] = deque()
        self.problems: list[str] = []
        """Sentences about pages that could not be written."""

    def write_early(self, names: Iterable[str], executor: Executor) -> None:
        """Let processes of ``executor`` on this machine write the files of ``names`` after the submissions that wait there."""
        if executor.call is None:
            return
        self._early_names += names
        while self._early and self._early[0].done():
            self._keep_early(self._early.popleft())
        while self._early_names and len(self._early) < MOST_EARLY:
            self._early.append(executor.call(write_pages, *self._chunk(self._early_names, SMALL_CHUNK)))

    def end_early(self) -> None:
        """Wait for the files that are written now; no others are written early."""
        self._early_names.clear()
        while self._early:
            self._keep_early(self._early.popleft())

    def _keep_early(self, future: PagesFuture) -> None:
        with contextlib.suppress(Exception):  # the files are written again, and then it is reported
            self._store.keep_written_pages(future.result()[0])

    def outdated_names(self) -> list[str]:
        """Return the names of the pages whose files must be written."""
        basis = _basis(PageSettings.model_validate_json(self._store.page_settings()))
        return [
            stored.page.name
            for stored in self._store.pages()
            if stored.key != _key(basis, stored) or stored.digests != _digest_of_files(self._folder, stored.page.name)
        ]

    def remove_outdated(self, outdated_names: Iterable[str], names: Iterable[str]) -> None:
        """Remove the files of ``outdated_names``, and of all names except ``names``: nobody should read an outdated mark."""
        kept_names = {*names} - {*outdated_names}
        suffixes = {suffix for _kind, suffix in FILES}
        for kind in (REPORTS, FOR_INSTRUCTORS, EXECUTED):
            for file in (self._folder / kind).glob("*.*"):
                if file.suffix == TEMPORARY or (file.suffix in suffixes and file.stem not in kept_names):
                    file.unlink()

    def begin(self, names: Sequence[str], executor: Executor | None = None) -> None:
        """Let processes of ``executor`` on this machine begin to write the files of ``names``."""
        self._names, self._count = deque(names), len(names)
        if executor is not None and executor.call is not None:
            self._schedule, self._slots = executor.call, executor.slots
            self._hand_over()

    def needs_no_process(self) -> bool:
        """Return whether all files of :meth:`begin` have been written."""
        return not self._names and all(future.done() for future in self._pending)

    def finish(self, console: Console, jobs: int) -> None:
        """Write all files that are left, and show the progress.

        Without an executor on this machine this process writes a few, and ``jobs`` new processes write many.
        """
        with contextlib.ExitStack() as stack:
            if self._schedule is None and len(self._names) > FEW:
                self._slots = min(jobs, local.cores())
                self._schedule = stack.enter_context(local.processes(self._slots))
            progress = stack.enter_context(writing_pages(console, self._count))
            while self._pending or self._names:
                self._hand_over()
                if self._schedule is None:
                    written_pages, problems = write_pages(*self._chunk(self._names, CHUNK))
                else:
                    written_pages, problems = self._pending.popleft().result()
                self._store.keep_written_pages(written_pages)
                self.problems += problems
                progress(len(written_pages) + len(problems))
            self._schedule = None

    def _hand_over(self) -> None:
        """Schedule the next pages, as many as the processes can write soon."""
        while self._schedule is not None and self._names and len(self._pending) <= 2 * self._slots:
            size = min(CHUNK, math.ceil(len(self._names) / self._slots))
            self._pending.append(self._schedule(write_pages, *self._chunk(self._names, size)))

    def _chunk(self, names: deque[str], size: int) -> tuple[Path, str, list[StoredPage]]:
        """Remove the first ``size`` names, and return the arguments of :func:`write_pages` for them."""
        chunk = [names.popleft() for _ in range(min(size, len(names)))]
        return self._folder, self._store.page_settings(), [*self._store.pages(chunk)]


def write_pages(folder: Path, settings: str, stored_pages: Sequence[StoredPage]) -> tuple[WrittenPages, list[str]]:
    """Write all files of some people; return what the store keeps about them, and a sentence for each failure."""
    page_settings = PageSettings.model_validate_json(settings)
    basis = _basis(page_settings)
    written_pages, problems = [], []
    with i18n.use(page_settings.language):
        for stored in stored_pages:
            name = stored.page.name
            try:
                contents = _contents(page_settings, stored)
                for kind, suffix in FILES:
                    _write(folder / kind / f"{name}{suffix}", contents[kind, suffix])
            except GraderError:  # it cannot be written, and neither can others
                raise
            except Exception as error:  # one unusual report must not cost everybody else their page
                problem = clean(f"{type(error).__name__}: {error}")
                problems.append(f"{stored.page.who}: the pages could not be written ({problem}).")
                continue
            written_pages.append((name, _key(basis, stored), _digest(contents.values())))
    return written_pages, problems


def _contents(settings: PageSettings, stored: StoredPage) -> dict[tuple[str, str], bytes]:
    """Return the contents of the files of a person, in the order of ``FILES``; b"" for a file that must not exist."""
    from ..report import html  # the templates are only needed here

    page = stored.page
    report = Record.model_validate_json(stored.record).report
    assert report is not None, page.name  # only reports have pages
    visible_report = redact_for_student(report, settings.visibility)
    executed = stored.notebook()
    notebook = json.loads(executed) if executed else None
    title, pass_mark, overview = settings.title, settings.pass_mark, f"../{CLASS_PAGE}"
    students_page = html.render(visible_report, title, pass_mark, page.who, settings.hints, notebook, note=page.note)
    students_json = visible_report.to_json()
    if visible_report == report and settings.hints > 1:  # nothing is hidden from the student
        instructors_page, instructors_json = html.with_overview(students_page, overview), students_json
    else:
        instructors_page = html.render(report, title, pass_mark, page.who, 3, notebook, overview, page.note)
        instructors_json = report.to_json()
    contents = (
        f"{students_json}\n".encode(),
        students_page.encode(errors="replace"),
        f"{instructors_json}\n".encode(),
        instructors_page.encode(errors="replace"),
        executed,
    )
    return dict(zip(FILES, contents, strict=True))


def _write(path: Path, content: bytes) -> None:
    """Write a file unless it is there already; without content it is removed."""
    if not content:
        path.unlink(missing_ok=True)
    elif not path.is_file() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(path, content, forced=False)  # it can be written again from the store


def _key(basis: str, stored: StoredPage) -> str:
    """Return a digest of everything that the files of a person are made from; ``basis`` is that of all pages."""
    page = stored.page
    return _digest([*(text.encode() for text in (basis, page.who, page.note, stored.record)), stored.executed])


def _basis(settings: PageSettings) -> str:
    """Return a digest of what all pages are made from: the settings, and the grader that writes them."""
    return _digest([settings.model_dump_json().encode(), _digest_of_renderer(settings.language).encode()])


@cache
def _digest_of_renderer(language: str) -> str:
    """Return a digest of the code, the templates and the sentences of pages: they may change without the version."""
    report_files = (file for file in sorted((PACKAGE / "report").rglob("*.*")) if file.suffix in SOURCES)
    sentences = [i18n.FOLDER / f"{language}.po"] if language != i18n.ENGLISH else []
    files = [Path(__file__), *report_files, *sentences]
    return _digest([__version__.encode(), *(file.read_bytes() for file in files)])


def _digest_of_files(folder: Path, name: str) -> str:
    return _digest(_content(folder / kind / f"{name}{suffix}") for kind, suffix in FILES)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d:" % len(part) + part)
    return digest.hexdigest()
