"""The report as one HTML file without scripts and network access, for screens, phones, print and screen readers."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ..submission.source_files import SourceFile
from ..support.i18n import _, current, joined
from ..support.text import clean, number_of_points
from . import anchors, by_hand, code_lines, code_view, not_reached, pictures, wording
from .code_view import LineFinding
from .download import download
from .model import CheckResult, Report
from .svg import Drawing, swatch
from .template_cache import template_cache

TEMPLATES = Path(__file__).parent / "templates"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
HEADER = '<header class="top">\n'  # on an instructor's page the links to other pages are the first thing in it
LONGEST_COMMENT = 10_000  # characters of a line that a person wrote
ICONS = {"passed": "✓", "partial": "½", "failed": "✕", "skipped": "–", "not_gradable": "?"}


@dataclass(frozen=True)
class ReportBody:
    """A report as a part of a page, and whether it shows code, for which the page should be wide."""

    html: Markup
    has_code: bool


def render(
    report: Report,
    title: str,
    pass_mark: float,
    who: str,
    hint_level: int = 2,
    notebook: Mapping[str, Any] | None = None,
    for_instructor: bool = False,
    note: str = "",
    files: Sequence[SourceFile] = (),
    original: str = "",
) -> str:
    """Return the page of one submission.

    The caller has removed from ``report`` everything that students must not see. ``title`` is the title of the
    assignment, ``pass_mark`` its pass mark in per cent, ``who`` the name of the student or of the file. Bugs are named
    if ``hint_level`` is at least 2. ``notebook`` is the executed notebook (nbformat). ``note`` is a sentence about the
    score. ``files`` are the graded file and its modules; ``original`` is the address of the graded file if it should not be
    part of the page. A page ``for_instructor`` also shows the sentences that are only for instructors.
    """
    values = _values(report, title, pass_mark, who, hint_level, notebook, note, files)
    return (
        environment()
        .get_template("report.html.j2")
        .render(download=download(files[0], original) if files else None, for_instructor=for_instructor, **values)
    )


def body(
    report: Report,
    title: str,
    pass_mark: float,
    who: str,
    hint_level: int = 2,
    notebook: Mapping[str, Any] | None = None,
    note: str = "",
    files: Sequence[SourceFile] = (),
    for_instructor: bool = False,
) -> ReportBody:
    """Return the same as :func:`render` as a part of another page, which has the style sheet and links to the file."""
    values = _values(report, title, pass_mark, who, hint_level, notebook, note, files)
    text = (
        environment().get_template("report_body.html.j2").render(download=None, for_instructor=for_instructor, **values)
    )
    return ReportBody(Markup(text), bool(values["code"].parts))


def _values(
    report: Report,
    title: str,
    pass_mark: float,
    who: str,
    hint_level: int,
    notebook: Mapping[str, Any] | None,
    note: str,
    files: Sequence[SourceFile],
) -> dict[str, Any]:
    bugs_named = hint_level > 1
    return {
        "report": report,
        "title": title,
        "pass_mark": pass_mark,
        "needed": pass_mark / 100 * report.max_score,
        "who": who,
        "above": wording.common(report),
        "not_reached": not_reached.by_reason(report),
        "bugs_named": bugs_named,
        "code": code_view.view(_findings(report, bugs_named), files, notebook),
        "note": note,
    }


def policy_with(script: str) -> str:
    """Return the policy of a page that runs this script and no other."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"{POLICY}; script-src 'sha256-{digest}'"


@cache
def environment() -> Environment:
    """Return the environment of the templates, made once; it escapes all values."""
    settings: dict[str, Any] = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        auto_reload=False,
        bytecode_cache=template_cache(repr(settings)),
        **settings,
    )
    templates.globals |= {
        "_": _,
        "language": current,
        "policy": POLICY,
        "style": Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),
        "icon": icon,
        "word": wording.label,
        "own_message": wording.own_message,
        "own_notes": wording.own_notes,
        "anchors": anchors,
        "see_line": see_line,
        "reason_to_skip": reason_to_skip,
        "example_of": wording.example,
        "unmarked": wording.unmarked,
        "preventing": wording.preventing,
        "is_marked_part": is_marked_part,
        "spot_of": wording.spot_of,
        "check_words": by_hand.check_words,
        "total_words": by_hand.total_words,
        "paragraphs": paragraphs,
        "pictures_of": _pictures_of,
        "swatch": swatch,
    }
    templates.filters |= {
        "translated": _,
        "line": line,
        "marked": marked,
        "number": number_of_points,
        "unhidden": unhidden,
    }
    return templates


def icon(check: CheckResult) -> str:
    """Return a sign for the status of a check, so that the page does not depend on colours."""
    return ICONS[check.properties.group]


def line(content: object) -> str:
    """Return text of a submission as one line without control characters and direction marks."""
    return clean(content, wording.LONGEST)


def marked(sentence: object) -> Markup:
    """Return a sentence in which the parts between backquotes are marked as code."""
    safe = str(escape(line(sentence)))
    parts = safe.split("`")
    if len(parts) % 2 == 0:  # an unpaired backquote
        return Markup(safe)
    return Markup("".join(f"<code>{part}</code>" if odd % 2 else part for odd, part in enumerate(parts)))


def unhidden(text: str) -> Markup:
    """Return text of several lines in which characters that cannot be seen, such as direction marks, are replaced by their codes."""
    return Markup("\n".join(map(code_lines.visible, code_lines.lines_of(text))))


def see_line(check: CheckResult, anchor: str) -> Markup:
    """Return the sentence with the line of a finding, linked to the line if it is on the page; "" without a sentence."""
    if check.evidence.location is None or not (anchor or check.evidence.code_line):
        return Markup()
    spot = Markup('<a href="#{}">{}</a>').format(anchor, wording.spot(check)) if anchor else wording.spot(check)
    if not check.evidence.code_line:
        return marked(_("In the code: {spot}.")).format(spot=spot)
    return marked(_("See {spot}: `{code}`")).format(spot=spot, code=clean(check.evidence.code_line, 200))


def reason_to_skip(check: CheckResult, report: Report, above: Sequence[str]) -> Markup:
    """Return why a check was not run, with links to the checks that did not pass if they are on the page."""
    by_name = {other.name: other for other in report.checks}
    if not check.evidence.waits_for or not by_name.keys() >= {*check.evidence.waits_for}:
        return marked(wording.own_message(check, above))
    links = [
        Markup('<a href="#{}">{}</a>').format(anchors.of_check(name), marked(by_name[name].title))
        for name in check.evidence.waits_for
    ]
    sentence = Markup(escape(_("Skipped because {checks} did not pass. Fix that first.")))
    return sentence.format(checks=Markup(joined(links)))


def is_marked_part(check: CheckResult) -> bool:
    """Return whether a person has marked a part that is not for the grader; the mark says more than its message."""
    return check.evidence.manual and not check.is_unmarked and check.evidence.by_hand is not None


def paragraphs(comment: str) -> list[str]:
    """Return the lines of a comment without control characters and direction marks."""
    return [clean(part, LONGEST_COMMENT) for part in comment.splitlines() if part.strip()]


def _findings(report: Report, bugs_named: bool) -> list[LineFinding]:
    """Return the findings of a report that have a line; a message that all checks share is one finding."""
    findings: list[LineFinding] = []
    shared, first = wording.shared(report), next(iter(report.checks), None)
    if (
        shared is not None
        and first is not None
        and first.evidence.location is not None
        and not first.properties.is_fine
    ):
        place = first.evidence.location
        if all(check.evidence.location == place for check in report.checks):
            return [LineFinding(anchors.SHARED, place, marked(shared), first.properties.group, icon(first))]
    for check in report.checks:
        location = check.evidence.location
        if location is None or check.properties.is_fine:
            continue
        title = marked(check.title)
        if check.diagnosis is not None and bugs_named:
            title = Markup("{}: {}").format(title, marked(check.diagnosis.title))
        findings.append(LineFinding(anchors.of_check(check.name), location, title, check.properties.group, icon(check)))
    return findings


def _pictures_of(check: CheckResult) -> list[Drawing]:
    return [pictures.draw(picture) for picture in check.evidence.pictures]
