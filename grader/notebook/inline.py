"""A report inside a notebook: a few lines of HTML, and text for front ends that do not show HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from ..report import html, not_reached, terminal, wording
from ..report.model import CheckResult, Diagnosis, Report
from ..support.i18n import _
from ..support.text import number_of_points

ICONS = {
    "passed": ("✔", "#1a7f37"),
    "partial": ("◐", "#9a6700"),
    "failed": ("✘", "#cf222e"),
    "skipped": ("–", "#6e7781"),
    "not_gradable": ("!", "#8250df"),
}


def as_text(report: Report, about: Sequence[str], pass_mark: float, hints: int) -> str:
    """Return the text that ``grader check`` would print, below the sentences ``about`` the graded file."""
    if (problem := report.problem()) is not None:
        return "\n".join([*about, problem])
    return "\n".join([*about, terminal.as_text(report, pass_mark, hints)])


def as_html(report: Report, about: Sequence[str], title: str, pass_mark: float, hints: int) -> str:
    """Return an HTML fragment for the output of a cell; it contains the whole report page, collapsed.

    All text is escaped. The page is in a frame without scripts, so that its styles do not affect the notebook.
    """
    if (problem := report.problem()) is not None:
        return _paragraphs([*about, problem])
    page = html.render(report, title, pass_mark, Path(report.submission.path).name, hints)
    above = wording.common(report)
    rows = "".join(_row(result, hints, above, not_reached.reason_follows(result, report)) for result in report.checks)
    level = _("isolation {level}").format(level=_(report.isolation.level))
    isolation = escape(f"{report.assignment.name}; {level}; {report.seconds:.1f} s")
    return (
        f'<div>{_paragraphs(about)}<p style="margin:0 0 .5em"><b>{escape(_verdict(report, pass_mark))}</b></p>{_paragraphs(above)}'
        f'<table style="margin:0;text-align:left"><tbody>{rows}</tbody></table>'
        f'<p style="margin:.5em 0 0;opacity:.7">{isolation}</p>'
        f"<details><summary>{escape(_('Full report with pictures'))}</summary>"
        f'<iframe sandbox srcdoc="{escape(page)}" style="width:100%;height:40em;border:0;background:#fff"></iframe>'
        "</details></div>"
    )


def _verdict(report: Report, pass_mark: float) -> str:
    if report.score is None:
        return _("Not graded: this is a problem of the grader, not of the submission.")
    if report.provisional:
        return wording.verdict(report, pass_mark)
    sentence = (
        _("Score: {score:g} of {max_score:g}, passed.")
        if report.passed
        else _("Score: {score:g} of {max_score:g}, not passed.")
    )
    sentence = sentence.format(score=report.score, max_score=report.max_score)
    return " ".join(filter(None, [sentence, wording.preventing(report)]))


def _row(result: CheckResult, hints: int, above: Sequence[str], next_has_reason: bool) -> str:
    """Return the row of a check; ``next_has_reason`` is true if the next row gives the same reason for not being run."""
    icon, colour = ICONS[result.properties.group]
    score = "–" if result.score is None else number_of_points(result.score)
    share = f"{score} / {number_of_points(result.max_score)}" if result.max_score else ""
    message = wording.own_message(result, above)
    sentences = [message] if message and not next_has_reason else []
    if result.status == "passed":
        sentences = wording.own_notes(result, above)
    if result.diagnosis is not None and hints > 1:
        sentences += _bugs(result.diagnosis)
    if result.hint:
        sentences.append(_("Hint: {hint}").format(hint=result.hint))
    sentences += [*wording.example(result), *wording.rubric(result)]
    cell = '<td style="text-align:left;vertical-align:top">'
    single = '<td style="text-align:left;vertical-align:top;white-space:nowrap">'
    return (
        f'<tr>{single}<span style="color:{colour}">{icon}</span> {escape(wording.status(result))}</td>'
        f"{single}{share}</td>"
        f"{cell}<b>{escape(result.name)}</b> {escape(result.title)}{_paragraphs(sentences)}</td></tr>"
    )


def _bugs(diagnosis: Diagnosis) -> list[str]:
    bugs = [diagnosis, *diagnosis.alternatives, *diagnosis.also]
    words = [_("Bug"), *[_("Or")] * len(diagnosis.alternatives), *[_("Also")] * len(diagnosis.also)]
    return [f"{word}: {bug.title} ({bug.bug}, {bug.where})" for word, bug in zip(words, bugs, strict=True)]


def _paragraphs(sentences: Sequence[str]) -> str:
    return "".join(f'<p style="margin:.2em 0">{escape(sentence)}</p>' for sentence in sentences)
