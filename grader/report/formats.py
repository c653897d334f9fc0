"""The report formats by name."""

from __future__ import annotations

from collections.abc import Callable

from ..assignment.spec import AssignmentSpec
from . import classroom, gradescope, junit, markdown, sarif, terminal
from .model import Report

Renderer = Callable[[Report, AssignmentSpec], str]


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


def render(name: str, report: Report, content: AssignmentSpec, hint_level: int | None = None) -> str:
    """Return the report as text in the format ``name``.

    Except in JSON, the level of hints decides whether bugs are named. These are the formats of ``grader check`` and
    of CI: none of them contains sentences that are only for instructors.
    """
    report = report.without_words_to_instructors()
    if name != "json":  # JSON is for scripts and always names the bug
        report = with_hint_level(report, content, hint_level)
    return RENDERERS[name](report, content)


def with_hint_level(report: Report, content: AssignmentSpec, hint_level: int | None = None) -> Report:
    """Return the report; without the names of bugs if the level of hints is 1."""
    if (hint_level or content.hints) > 1:
        return report
    checks = [check.model_copy(update={"diagnosis": None}) for check in report.checks]
    return report.model_copy(update={"checks": checks})
