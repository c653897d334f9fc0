"""Shows the progress of a batch: a live bar on a terminal, otherwise one line per result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ..support.numbers import general
from ..support.text import clean
from .store import Record


class ProgressDisplay:
    """Shows each result once it is on disk. ``total`` is the number of submissions, ``jobs`` the number of processes."""

    def __init__(self, console: Console, total: int, jobs: int) -> None:
        self._console = console
        self._total = total
        self._jobs = jobs
        self._finished_count = 0
        self._failed = 0
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[failed]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("Grading", total=total, rate="", failed="")

    def __enter__(self) -> ProgressDisplay:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._bar.stop()

    def add(self, record: Record) -> None:
        """Show one result."""
        self._finished_count += 1
        self._failed += record.report is None or record.report.score is None
        running_count = min(self._jobs, self._total - self._finished_count)
        speed = self._bar.tasks[0].finished_speed or self._bar.tasks[0].speed
        self._bar.update(
            self._task,
            advance=1,
            description=f"Grading, {running_count} running",
            rate=f"{speed:.1f}/s" if speed else "",
            failed=f"{self._failed} not graded" if self._failed else "",
        )
        if not self._console.is_terminal:
            seconds = sum(record.timings.values())
            self._console.print(
                f"{self._finished_count}/{self._total}  {_result(record)}  {clean(record.name)}  {seconds:.1f} s",
                soft_wrap=True,
            )


@contextmanager
def writing_pages(console: Console, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on a terminal while ``total`` pages are written; yields a function that adds a number of pages."""
    bar = Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console, transient=True)
    bar.disable = not (console.is_terminal and total)
    task = bar.add_task("Writing the students' pages", total=total)
    with bar:
        yield lambda count: bar.advance(task, count)


def _result(record: Record) -> str:
    if record.report is None:
        return "unreadable" if record.problem else "not gradable"
    if record.report.score is None:
        return "not gradable"
    so_far = " so far" if record.report.provisional else ""
    return f"{general(record.report.score)} of {general(record.report.max_score)}{so_far}"
