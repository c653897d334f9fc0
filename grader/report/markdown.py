"""Markdown for job summaries and comments: a table and the findings."""

from __future__ import annotations

import re
from functools import partial

from ..assignment.spec import AssignmentSpec
from ..support.i18n import _
from ..support.text import clean
from . import wording
from .model import Report

PLACE = 7
SUFFIX = ".md"

MARKS = {"passed": "✅", "partial": "🟡", "failed": "❌", "skipped": "⚪", "not_gradable": "⚠️"}
# Each of these may begin a link, a mention, a heading, a list, a formula, HTML or a table cell.
SPECIAL = re.compile(r"([!#$&()*+\-.:<>@\[\\\]^_`{|}~])")


def render(report: Report, content: AssignmentSpec) -> str:
    """Return a heading, the verdict, a table of the checks, and the messages of the checks that did not pass."""
    heads = ["", _("check"), _("points"), ""]
    above = wording.common(report)
    lines = [
        f"## {text(_(content.title))}",
        "",
        f"**{text(wording.verdict(report, content.pass_mark), wording.LONGEST)}**",
        "",
        *(line for sentence in above for line in (text(sentence, wording.LONGEST), "")),
        f"| {' | '.join(heads)} |",
        "|---|---|---:|---|",
    ]
    for check in report.checks:
        mark = f"{MARKS[check.properties.group]} {text(wording.status(check))}"
        lines.append(f"| {mark} | {text(check.name)} | {text(wording.points(check))} | {text(check.title)} |")
    for check in report.checks:
        sentences = wording.sentences(check, above)
        if not sentences or not check.properties.is_finding:
            continue
        where = f" ({text(wording.spot(check))})" if check.evidence.location is not None else ""
        lines += ["", f"### {text(check.name)}{where}", ""]
        lines += [f"- {sentence}" for sentence in map(partial(text, limit=wording.LONGEST), sentences)]
    gaps = ", ".join(map(_, report.isolation.not_enforced))
    isolation = _("isolation {level}").format(level=_(report.isolation.level)) + (f" ({gaps})" if gaps else "")
    about = [
        clean(wording.path(report)),
        wording.provenance(report),
        isolation,
        *filter(None, [report.environment.data]),
    ]
    lines += ["", f"{text('; '.join(about), wording.LONGEST)}"]
    return "\n".join(lines)


def text(raw: str, limit: int = 200) -> str:
    """Return text of a submission with all ASCII punctuation escaped, so that it cannot become Markdown."""
    return SPECIAL.sub(r"\\\1", clean(raw, limit))
