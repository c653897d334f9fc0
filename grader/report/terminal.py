"""The report for a person at a terminal; plain text, without colours, where it is piped."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.text import Text

from ..text import clean
from .model import CheckResult, Diagnosis, Report

COLOURS = {"passed": "green", "partial": "yellow", "skipped": "dim", "not_gradable": "magenta"}
INDENT = " " * 14


class PlainConsole(Console):
    """Text as it is: no markup, no emoji, no colours of its own."""

    def __init__(self, file: TextIO | None = None) -> None:
        super().__init__(file=file, highlight=False, emoji=False, markup=False, force_jupyter=False)

    def on_broken_pipe(self) -> None:
        """Raise what rich would turn into exit code 1, which is a verdict here."""
        raise BrokenPipeError


def show(
    report: Report, pass_mark: float, entry: str, hint_level: int = 2, console: PlainConsole | None = None
) -> None:
    """Print ``report``, to standard output or another ``console``; ``entry`` is the file of the submission that was executed.

    Bugs are named from the second level of hints on.
    """
    console = console or PlainConsole()
    wrap = console.is_terminal

    def line(text: Text | str, indent: str = "") -> None:
        """Wrap to the width of a terminal, under the indent; a pipe gets whole lines."""
        text = Text(text) if isinstance(text, str) else text
        lines = text.wrap(console, console.width - len(indent)) if wrap else [text]
        for part in lines:
            console.print(Text(indent) + part, soft_wrap=True)

    line(Text(f"{report.assignment.name}: {_which(report, entry)}", style="bold"))
    width = max(len(result.name) for result in report.checks)
    for result in report.checks:
        line(_headline(result, width))
        if result.status != "passed" and not _is_shared(report, result):
            line(result.message, INDENT)
        elif "notes" in result.evidence:
            line(f"Note: {' '.join(result.evidence['notes'])}", INDENT)
        if result.diagnosis is not None and hint_level > 1:
            for name in _bugs(result.diagnosis):
                line(name, INDENT)
        if result.hint:
            line(Text(f"Hint: {result.hint}", style="italic"), INDENT)
    if report.checks and _is_shared(report, report.checks[0]):
        line(report.checks[0].message)
    line(_summary(report, pass_mark))
    if report.environment.data:
        line(Text(f"data {report.environment.data}", style="dim"))
    gaps = f", without {', '.join(report.isolation.not_enforced)}" if report.isolation.not_enforced else ""
    by = f"; executed by a {report.environment.engine}" if report.environment.engine else ""
    line(Text(f"isolation {report.isolation.level}{gaps}{by}; {report.seconds:.1f} s", style="dim"))


def _bugs(diagnosis: Diagnosis) -> list[str]:
    """Each bug in a line; those that cannot be told apart from the first come after it."""
    also = [f"Also: {bug.title} ({bug.bug}, {bug.where})" for bug in diagnosis.also]
    instead = [f"Or:   {bug.title} ({bug.bug}, {bug.where})" for bug in diagnosis.alternatives]
    return [f"Bug:  {diagnosis.title} ({diagnosis.bug}, {diagnosis.where})", *instead, *also]


def _which(report: Report, entry: str) -> str:
    path = clean(report.submission.path)
    return path if Path(report.submission.path).name == entry else f"{path} ({clean(entry)})"


def _is_shared(report: Report, result: CheckResult) -> bool:
    """A submission that cannot be loaded has the same sentence everywhere: it is said once."""
    return len(report.checks) > 1 and all(
        other.message == result.message and other.status == result.status for other in report.checks
    )


def _headline(result: CheckResult, width: int) -> Text:
    colour = COLOURS.get(result.status, "red")
    points = "     note" if not result.max_score else f"{result.score or 0:3g} of {result.max_score:<2g}"
    return Text.assemble(
        (f"{result.status:12}", colour), f"  {points}  {result.name:{width}}", (f"  {result.title}", "dim")
    )


def _summary(report: Report, pass_mark: float) -> Text:
    if report.score is None:
        return Text(
            "Not graded: the grader could not do its work, which is not the submission's fault.", "bold magenta"
        )
    needed = pass_mark / 100 * report.max_score
    verdict = "passed" if report.passed else f"not passed, {needed:g} are needed"
    style = "bold green" if report.passed else "bold red"
    return Text(f"Score: {report.score:g} of {report.max_score:g}, {verdict}.", style)
