"""Parts of an inline SVG. Its text follows the light or dark theme; title and description are for screen readers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from ..support import i18n
from ..support.i18n import _

WIDTH = 360  # of every picture: the width of a phone, so that text is never scaled down


@dataclass(frozen=True)
class Drawing:
    """A picture with its title, a description in words, and a legend: pairs of a style and a label."""

    title: str
    body: Markup
    description: str = ""
    legend: Sequence[tuple[str, str]] = ()


def svg(height: float, title: str, description: str, parts: Sequence[str]) -> Markup:
    """Return an SVG of width ``WIDTH``; the functions of this module made its parts."""
    head = f'<svg class="picture" viewBox="0 0 {WIDTH} {height:g}" role="img">'
    return Markup(f"{head}<title>{escape(title)}</title><desc>{escape(description)}</desc>{''.join(parts)}</svg>")


def text(x: float, y: float, content: object, anchor: str = "start", style: str = "") -> str:
    """Return a line of text in an SVG; ``content`` is escaped, since it may come from a submission."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{style}">{escape(content)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
    """Return a straight line in an SVG."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{style}"/>'


def box(x: float, y: float, width: float, height: float, style: str, opacity: float = 1.0) -> str:
    """Return a rectangle in an SVG."""
    size = f'width="{max(width, 0):.1f}" height="{height:.1f}"'
    return f'<rect x="{x:.1f}" y="{y:.1f}" {size} class="{style}" fill-opacity="{opacity:.2f}"/>'


def dot(x: float, y: float, style: str, radius: float = 5) -> str:
    """Return a circle in an SVG."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" class="{style}"/>'


def swatch(style: str) -> Markup:
    """Return the mark of a legend, in the same style as in the picture."""
    shapes = {
        "band": box(1, 1, 22, 10, style, 0.22),
        "trained": box(7, 1, 10, 10, style),
        "right": box(1, 1, 22, 10, style, 0.35),
        "wrong": box(1, 1, 22, 10, style, 0.35),
        "error": box(1, 1, 22, 10, style, 0.8),
        "held-out": dot(12, 6, style, 4),
        "seen": dot(12, 6, style, 4),
        "unseen": dot(12, 6, style),
    }
    shape = shapes.get(style, line(1, 6, 23, 6, style))
    return Markup('<svg class="swatch" viewBox="0 0 24 12" aria-hidden="true">' + shape + "</svg>")


def in_case(title: str, case: str) -> str:
    """Return the title of a picture that shows one of several cases; the title alone if the case has no name."""
    return _("{title}, case '{case}'").format(title=title, case=case) if case else title


def percent(share: float) -> str:
    """Return e.g. ``6.4 %``."""
    return i18n.number(f"{100 * share:.1f} %")


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return about ``most`` round numbers from ``low`` to ``high``."""
    step = 10 ** math.floor(math.log10((high - low) / most))
    step *= next(factor for factor in (1, 2, 5, 10) if (high - low) / (factor * step) <= most)
    return [number * step for number in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
