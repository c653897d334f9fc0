"""The report for a person at a terminal; plain text without colours if the output is piped."""

from __future__ import annotations

import io
from pathlib import Path, PurePath
from typing import TextIO

from rich.console import Console
from rich.text import Text

from ..support.i18n import _, lazy
from ..support.text import clean
from . import not_reached, wording
from .model import CheckResult, Diagnosis, NamedBug, Report

LEVELS = [lazy("strong"), lazy("medium"), lazy("none")]  # listed for translation; in JSON they stay as they are
COLOURS = {"passed": "green", "partial": "yellow", "failed": "red", "skipped": "dim", "not_gradable": "magenta"}
INDENT = " " * 14
NARROW = 20  # a column that is too narrow for titles


class PlainConsole(Console):
    """A console that prints text unchanged: no markup, no emoji, no automatic colours."""

    def __init__(self, file: TextIO | None = None) -> None:
        super().__init__(file=file, highlight=False, emoji=False, markup=False, force_jupyter=False)

    def on_broken_pipe(self) -> None:
        """Raise BrokenPipeError; rich would exit with code 1, which means "not passed" here."""
        raise BrokenPipeError


def show(
    report: Report, pass_mark: float, entry: str, hint_level: int = 2, console: PlainConsole | None = None
) -> None:
    """Print ``report`` to standard output or to ``console``; ``entry`` is the file of the submission that was executed.

    Bugs are named if ``hint_level`` is at least 2.
    """
    console = console or PlainConsole()
    wrap = console.is_terminal

    def line(text: Text | str, indent: str = "") -> None:
        """Print text, wrapped to the width of a terminal and indented; a pipe gets whole lines."""
        text = Text(text) if isinstance(text, str) else text
        lines = text.wrap(console, console.width - len(indent)) if wrap else [text]
        for part in lines:
            console.print(Text(indent) + part, soft_wrap=True)

    line(Text(f"{report.assignment.name}: {_which(report, entry)}", style="bold"))
    width = max(len(result.name) for result in report.checks)
    above = wording.common(report)

    def headline(result: CheckResult) -> None:
        """Print status, points, name and title; the title stays in its column if that is wide enough."""
        start, title = _headline(result, width), Text(result.title, style="dim")
        room = console.width - len(start)
        if not wrap or room < NARROW:
            line(start + title)
            return
        for number, part in enumerate(title.wrap(console, room)):
            console.print((Text(" " * len(start)) if number else start) + part, soft_wrap=True)

    for sentence in above:
        line(sentence)
    for result in report.checks:
        headline(result)
        message, notes = wording.own_message(result, above), wording.own_notes(result, above)
        if result.status != "passed":
            notes = [note for note in notes if note.rstrip(".") not in result.message]
            if message and not not_reached.reason_follows(result, report):
                line(message, INDENT)
        if notes:
            line(_("Note: {notes}").format(notes=" ".join(notes)), INDENT)
        if result.diagnosis is not None and hint_level > 1:
            for name in _bugs(result.diagnosis):
                line(name, INDENT)
        if wording.marked_line(result):
            line(wording.marked_line(result), INDENT)
        if result.hint:
            line(Text(_("Hint: {hint}").format(hint=result.hint), style="italic"), INDENT)
        for sentence in [*wording.example(result), *wording.rubric(result)]:
            line(sentence, INDENT)
    line(_summary(report, pass_mark))
    if report.environment.data:
        line(Text(_("data {data}").format(data=report.environment.data), style="dim"))
    names = ", ".join(map(_, report.isolation.not_enforced))
    gaps = _(", without {names}").format(names=names) if names else ""
    engine = report.environment.engine
    by = _("; executed by a {engine}").format(engine=engine) if engine else ""
    confined = _("isolation {level}{gaps}{by}; {seconds:.1f} s")
    last = confined.format(level=_(report.isolation.level), gaps=gaps, by=by, seconds=report.seconds)
    line(Text(last, style="dim"))


def as_text(report: Report, pass_mark: float, hint_level: int) -> str:
    """Return the text that :func:`show` prints to a pipe."""
    stream = io.StringIO()
    show(report, pass_mark, PurePath(report.submission.path).name, hint_level, PlainConsole(stream))
    return stream.getvalue().rstrip()


def _bugs(diagnosis: Diagnosis) -> list[str]:
    """Return one line for each bug: first the diagnosed bug, then its alternatives, then further bugs."""

    def line(word: str, bug: NamedBug) -> str:
        return f"{word:5} {bug.title} ({bug.bug}, {bug.where})"

    further = [line(_("Also:"), bug) for bug in diagnosis.also]
    alternatives = [line(_("Or:"), bug) for bug in diagnosis.alternatives]
    return [line(_("Bug:"), diagnosis), *alternatives, *further]


def _which(report: Report, entry: str) -> str:
    path = clean(report.submission.path)
    return path if Path(report.submission.path).name == entry else f"{path} ({clean(entry)})"


def _headline(result: CheckResult, width: int) -> Text:
    colour = COLOURS[result.properties.group]
    points = (
        _("{score:3g} of {max_score:<2g}").format(score=result.score, max_score=result.max_score)
        if result.max_score and result.score is not None
        else wording.points(result).rjust(len(_("{score:3g} of {max_score:<2g}").format(score=0, max_score=0)))
    )
    return Text.assemble((f"{wording.status(result):12}", colour), f"  {points}  {result.name:{width}}  ")


def _summary(report: Report, pass_mark: float) -> Text:
    if report.nothing_to_grade():
        return Text(_("Not graded, no score: the submission contains nothing that can be graded."), "bold magenta")
    if report.score is None:
        return Text(_("Not graded: this is a problem of the grader, not of the submission."), "bold magenta")
    colour = "yellow" if report.provisional else "red"
    return Text(wording.verdict(report, pass_mark), "bold green" if report.passed else f"bold {colour}")
