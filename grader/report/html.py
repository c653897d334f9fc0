"""The report as one HTML file: no script, no network, readable on a phone, in print and by a screen reader."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ..language import _, current
from ..text import clean
from . import evidence, executed, pictures, said
from .model import CheckResult, Report
from .svg import Drawn, swatch

TEMPLATES = Path(__file__).parent / "templates"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
ICONS = {"passed": "✓", "partial": "½", "skipped": "–", "not_gradable": "?"}
NOT_PASSED = "✕"


def render(
    report: Report,
    title: str,
    pass_mark: float,
    who: str,
    hint_level: int = 2,
    notebook: Mapping[str, Any] | None = None,
    overview: str | None = None,
    note: str = "",
) -> str:
    """The page on one submission. What students must not see has to be left out of ``report`` before.

    ``title`` is the assignment's, ``pass_mark`` its percentage, ``who`` the student or the file. Bugs are named from the
    second level of hints on. ``notebook`` is the executed one (nbformat), ``overview`` the address of the class page,
    which only instructors' pages have, and with it what is for instructors alone. ``note`` is a sentence about the score.
    """
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            title=title,
            pass_mark=pass_mark,
            needed=pass_mark / 100 * report.max_score,
            who=who,
            above=said.common(report),
            bugs_named=hint_level > 1,
            cells=executed.cells(notebook) if notebook is not None else [],
            overview=overview,
            note=note,
        )
    )


@cache
def environment() -> Environment:
    """The templates, compiled once; whatever is put into them is escaped."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {
        "_": _,
        "language": current,
        "policy": POLICY,
        "style": Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),
        "icon": icon,
        "word": word,
        "own_message": said.own_message,
        "own_notes": said.own_notes,
        "pictures_of": _pictures_of,
        "swatch": swatch,
    }
    made.filters |= {"translated": _, "line": line, "marked": marked, "number": number}
    return made


def icon(status: str) -> str:
    """A sign for how a check ended, so that nobody depends on colours."""
    return ICONS.get(status, NOT_PASSED)


def word(status: str) -> str:
    """How a check ended, in a word or two."""
    words = {
        "passed": _("Passed"),
        "partial": _("Partly right"),
        "failed": _("Not passed"),
        "error": _("Error in the code"),
        "timeout": _("Time limit"),
        "memory": _("Memory limit"),
        "output": _("Output limit"),
        "crashed": _("Crashed"),
        "protocol": _("Connection broken"),
        "skipped": _("Not run"),
        "not_gradable": _("Not graded"),
    }
    return words[status]


def line(content: object) -> str:
    """A text of a submission as one line without control characters and direction marks."""
    return clean(content, said.LONGEST)


def marked(sentence: object) -> Markup:
    """A sentence with what stands between backquotes as code."""
    parts = line(sentence).split("`")
    if len(parts) % 2 == 0:  # one without its partner
        return escape("`".join(parts))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if odd % 2 else escape(part) for odd, part in enumerate(parts)
    )


def number(value: float) -> str:
    """A score as it is read: without zeros that say nothing."""
    return f"{round(value, 2):g}"


def _pictures_of(check: CheckResult) -> list[Drawn]:
    return [pictures.draw(picture) for picture in evidence.pictures(check.evidence)]
