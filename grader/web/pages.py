"""Renders the pages of the server from templates; they work without scripts and load nothing from other servers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..assignment import chapters
from ..report.html import TEMPLATES as REPORT_TEMPLATES
from ..report.html import marked
from ..report.template_cache import template_cache
from ..service.errors import Refusal
from ..service.overview import ExerciseLine
from ..support.i18n import LANGUAGES, _, current, ngettext, number
from ..support.text import number_of_points
from . import csrf, requests, times, way_names

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
NAMES_OF_LANGUAGES = {"en": "English", "de": "Deutsch", "es": "Español"}


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Return the page that a template makes of these values, for the user who is signed in.

    In a template, every address of the server begins with ``{{ root }}``, and ``ways`` are the other systems by which people sign in.
    """
    caller = requests.visitor(request)
    service = requests.service_of(request)
    values["is_paused"] = caller is not None and service.places.is_paused(service.database)
    values |= {"request": request, "caller": caller, "csrf_field": csrf.field(request), "root": requests.root(request)}
    values["ways"] = way_names.ways_of(request).offered
    return HTMLResponse(environment().get_template(template).render(values), status)


def form(request: Request, template: str, refusal: Refusal | None = None, **values: Any) -> HTMLResponse:
    """Return the page of a form with its values. After a refusal, it has the sentence as ``problem``, and the status."""
    if refusal is None:
        return page(request, template, problem="", **values)
    response = page(request, template, refusal.status, problem=str(refusal), **values)
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


@cache
def environment() -> Environment:
    """Return the environment of the templates, made once; it escapes all values."""
    settings: dict[str, Any] = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    templates = Environment(
        loader=FileSystemLoader([TEMPLATES]),
        undefined=StrictUndefined,
        auto_reload=False,
        bytecode_cache=template_cache(f"web {settings!r}"),
        **settings,
    )
    templates.globals |= {"_": _, "ngettext": ngettext, "language": current}
    templates.globals |= {"languages": languages, "style_address": style_address}
    templates.filters |= {"translated": _, "marked": marked, "number": number_of_points}
    templates.filters |= {
        "moment": times.moment,
        "distance": times.distance,
        "seconds_from_now": times.seconds_from_now,
    }
    templates.filters |= {"size": size, "by_chapter": by_chapter}
    return templates


@cache
def style_sheet() -> str:
    """Return the style sheet of all pages: that of reports, and the rules for forms, tables and navigation."""
    return "".join(path.read_text(encoding="utf-8") for path in (REPORT_TEMPLATES / "style.css", STATIC / "site.css"))


@cache
def style_address() -> str:
    """Return the address of the style sheet, which changes with its content, so that browsers may keep it."""
    return f"/static/style.css?v={hashlib.sha256(style_sheet().encode()).hexdigest()[:12]}"


def languages() -> list[tuple[str, str]]:
    """Return the languages of the pages, each with its own name."""
    return [(code, NAMES_OF_LANGUAGES.get(code, code)) for code in LANGUAGES]


def by_chapter(lines: Sequence[ExerciseLine]) -> list[tuple[str, list[ExerciseLine]]]:
    """Return the exercises of a course with their chapters, in the order of the course."""
    return chapters.grouped(lines, lambda line: line.chapter)


def size(count: int) -> str:
    """Return the size of a file in words."""
    if count < 1000:
        return f"{count} B"
    return number(f"{count / 1000:.0f} kB" if count < 1_000_000 else f"{count / 1e6:.1f} MB")
