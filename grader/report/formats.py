"""The formats of a report by their names."""

from __future__ import annotations

from collections.abc import Callable

from ..assignment.content import AssignmentFile
from . import classroom, gradescope, junit, markdown, sarif, terminal
from .model import Report

Renderer = Callable[[Report, AssignmentFile], str]


RENDERERS: dict[str, Renderer] = {
    "text": lambda report, content: terminal.as_text(report, content.pass_mark, content.hints),
    "json": lambda report, _: report.to_json(),
    "junit": junit.render,
    "gradescope": gradescope.render,
    "classroom": classroom.render,
    "sarif": sarif.render,
    "markdown": markdown.render,
}
SUFFIXES = {"text": ".txt", "json": ".json", "junit": ".junit.xml", "gradescope": ".gradescope.json"}
SUFFIXES |= {"classroom": ".classroom.txt", "sarif": ".sarif", "markdown": ".md"}


def render(name: str, report: Report, content: AssignmentFile, hint_level: int | None = None) -> str:
    """The report as a text in a format; what the level of hints keeps back is kept back, but from JSON.

    What is for instructors alone is in none of them: these are the formats of ``grader check`` and of CI.
    """
    report = report.without_words_to_instructors()
    if name != "json":  # which names the bug whatever the level, as it is for scripts
        report = shown(report, content, hint_level)
    return RENDERERS[name](report, content)


def shown(report: Report, content: AssignmentFile, hint_level: int | None = None) -> Report:
    """The report without the names of bugs, if the level of hints is the first."""
    if (hint_level or content.hints) > 1:
        return report
    checks = [check.model_copy(update={"diagnosis": None}) for check in report.checks]
    return report.model_copy(update={"checks": checks})
