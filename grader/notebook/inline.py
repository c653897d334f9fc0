"""A report within a notebook: a few lines of HTML, and text where HTML is not shown."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from ..report import html, terminal, wording
from ..report.model import CheckResult, Diagnosis, Report
from ..support.i18n import _

ICONS = {"passed": ("✔", "#1a7f37"), "partial": ("◐", "#9a6700"), "skipped": ("–", "#6e7781")}
OTHERS = ("✘", "#cf222e")
UNGRADED = ("!", "#8250df")


def as_text(report: Report, about: Sequence[str], pass_mark: float, hints: int) -> str:
    """What ``grader check`` would print, below what was graded."""
    if (problem := report.problem()) is not None:
        return "\n".join([*about, problem])
    return "\n".join([*about, terminal.as_text(report, pass_mark, hints)])


def as_html(report: Report, about: Sequence[str], title: str, pass_mark: float, hints: int) -> str:
    """A fragment for the output of a cell, with the whole page folded away in it.

    Everything is escaped, whoever wrote it; the page, whose styles are its own, stands in a frame without scripts.
    """
    if (problem := report.problem()) is not None:
        return _paragraphs([*about, problem])
    page = html.render(report, title, pass_mark, Path(report.submission.path).name, hints)
    above = wording.common(report)
    rows = "".join(_row(result, hints, above) for result in report.checks)
    level = _("isolation {level}").format(level=_(report.isolation.level))
    isolation = escape(f"{report.assignment.name}; {level}; {report.seconds:.1f} s")
    return (
        f'<div>{_paragraphs(about)}<p style="margin:0 0 .5em"><b>{escape(_verdict(report))}</b></p>{_paragraphs(above)}'
        f'<table style="margin:0;text-align:left"><tbody>{rows}</tbody></table>'
        f'<p style="margin:.5em 0 0;opacity:.7">{isolation}</p>'
        f"<details><summary>{escape(_('The whole report, with pictures'))}</summary>"
        f'<iframe sandbox srcdoc="{escape(page)}" style="width:100%;height:40em;border:0;background:#fff"></iframe>'
        "</details></div>"
    )


def _verdict(report: Report) -> str:
    if report.score is None:
        return _("Not graded: this is a problem of the grader, not of the submission.")
    sentence = _("Score: {score} of {most}, passed.") if report.passed else _("Score: {score} of {most}, not passed.")
    return sentence.format(score=f"{report.score:g}", most=f"{report.max_score:g}")


def _row(result: CheckResult, hints: int, above: Sequence[str]) -> str:
    icon, colour = UNGRADED if result.status == "not_gradable" else ICONS.get(result.status, OTHERS)
    score = "–" if result.status == "not_gradable" else f"{result.score or 0:g}"
    points = f"{score} / {result.max_score:g}" if result.max_score else ""
    message = wording.own_message(result, above)
    told = wording.own_notes(result, above) if result.status == "passed" else [message] if message else []
    if result.diagnosis is not None and hints > 1:
        told += _bugs(result.diagnosis)
    if result.hint:
        told.append(_("Hint: {hint}").format(hint=result.hint))
    cell = '<td style="text-align:left;vertical-align:top">'
    single = '<td style="text-align:left;vertical-align:top;white-space:nowrap">'
    return (
        f'<tr>{single}<span style="color:{colour}">{icon}</span> {escape(wording.status(result))}</td>'
        f"{single}{points}</td>"
        f"{cell}<b>{escape(result.name)}</b> {escape(result.title)}{_paragraphs(told)}</td></tr>"
    )


def _bugs(diagnosis: Diagnosis) -> list[str]:
    named = [diagnosis, *diagnosis.alternatives, *diagnosis.also]
    words = [_("Bug"), *[_("Or")] * len(diagnosis.alternatives), *[_("Also")] * len(diagnosis.also)]
    return [f"{word}: {bug.title} ({bug.bug}, {bug.where})" for word, bug in zip(words, named, strict=True)]


def _paragraphs(sentences: Sequence[str]) -> str:
    return "".join(f'<p style="margin:.2em 0">{escape(sentence)}</p>' for sentence in sentences)
