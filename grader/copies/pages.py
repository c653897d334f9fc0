"""Renders ``copies.html``, the list of similar submissions, and for each pair a page with both codes side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote as urlquote

from markupsafe import Markup, escape

from ..report import code_lines, html
from ..support.i18n import _
from . import wording
from .compared_code import ComparedCode
from .comparing import Pair, Similarities
from .statements import Statement

MOST_LINES = 3_000  # of a piece of code
MOST_PIECES = 1_000  # of a submission
SIDES = ("a", "b")


def render_list(
    title: str,
    similarities: Similarities,
    files: Sequence[str],
    solution_files: Sequence[str],
    links: Mapping[str, str],
    overview: str,
) -> str:
    """Return the list as HTML.

    ``files`` are the pages of ``similarities.pairs``, ``solution_files`` those of ``similarities.like_solution``; a pair without a page has "".
    ``links`` has the addresses of the pages of students by identity, and ``overview`` is the address of the class page.
    """
    return (
        html.environment()
        .get_template("copies.html.j2")
        .render(
            title=title,
            overview=overview,
            identical=[[_name(work, links) for work in group] for group in similarities.identical],
            pairs=_entries(similarities.pairs, files, links, "pair"),
            like_solution=_entries(similarities.like_solution, solution_files, links, "solution"),
            taken_away=wording.taken_away(similarities),
        )
    )


def render_pair(title: str, pair: Pair, links: Mapping[str, str], overview: str) -> str:
    """Return the page of a pair as HTML: both codes, in which the shared passages are marked and linked."""
    sides = []
    for side, work in enumerate((pair.first, pair.second)):
        passages = [passage.second if side else passage.first for passage in pair.passages]
        marks = _marks_by_piece(passages)
        pieces = [
            {"label": piece.label, "lines": _lines(piece.text.rstrip(), marks.get(number, _Marks()), side)}
            for number, piece in enumerate(work.pieces[:MOST_PIECES])
            if piece.text.strip()
        ]
        sides.append({"name": work.name, "pieces": pieces})
    return (
        html.environment()
        .get_template("pair.html.j2")
        .render(
            title=title,
            overview=overview,
            names=_names(pair, links),
            sides=sides,
            strength=wording.strength(pair),
            reasons=wording.reasons(pair),
        )
    )


def _entries(
    pairs: Sequence[Pair], files: Sequence[str], links: Mapping[str, str], anchor: str
) -> list[dict[str, object]]:
    return [
        {
            "anchor": f"{anchor}-{number}",
            "names": _names(pair, links),
            "strength": wording.strength(pair),
            "reasons": wording.reasons(pair),
            "file": file,
        }
        for number, (pair, file) in enumerate(zip(pairs, files, strict=True), start=1)
    ]


def _names(pair: Pair, links: Mapping[str, str]) -> Markup:
    names = escape(_("{first} and {second}"))
    return names.format(first=_name(pair.first, links), second=_name(pair.second, links))


def _name(work: ComparedCode, links: Mapping[str, str]) -> Markup:
    """Return the name of a work, with a link to its page if it has one."""
    name, link = html.line(work.name), links.get(work.identity)
    return escape(name) if link is None else Markup('<a href="{}">{}</a>').format(urlquote(link), name)


@dataclass
class _Marks:
    """The lines of a piece that are shared: {line: number of its passage}, and {line: passages that begin there}."""

    numbers: dict[int, int] = field(default_factory=dict)
    beginnings: dict[int, list[int]] = field(default_factory=dict)


def _marks_by_piece(passages: Sequence[Sequence[Statement]]) -> dict[int, _Marks]:
    """Return the shared lines of each piece; a passage outside functions may continue in the next cell."""
    marks: dict[int, _Marks] = defaultdict(_Marks)
    for number, passage in enumerate(passages, start=1):
        for statement in passage:
            marks[statement.piece].numbers |= dict.fromkeys(range(statement.line, statement.last_line + 1), number)
        marks[passage[0].piece].beginnings.setdefault(passage[0].line, []).append(number)
    return marks


def _lines(text: str, marks: _Marks, side: int) -> list[Markup]:
    """Return the lines of a piece of code; shared ones have the number of their passage, which links to the other side."""
    lines = []
    for line, code in enumerate(code_lines.highlighted(tuple(text.split("\n")[:MOST_LINES])), start=1):
        gutter = _gutter(marks.numbers.get(line, 0), marks.beginnings.get(line, ()), side)
        style = "row common" if line in marks.numbers else "row"
        lines.append(
            Markup('<span class="{}"><span class="gutter">{}</span><code>{}</code></span>').format(
                style, gutter, Markup(code)
            )
        )
    return lines


def _gutter(number: int, beginnings: Sequence[int], side: int) -> Markup:
    """Return the number of a passage; at its beginning, which may be that of several passages, it is a link."""
    if not number:
        return Markup("")
    if not beginnings:
        return Markup('<span aria-hidden="true">{}</span>').format(number)
    here, there = SIDES[side], SIDES[1 - side]
    label = _("Passage {number}: to the same passage on the other side")
    return Markup(" ").join(
        Markup('<a id="{}{}" href="#{}{}" aria-label="{}">{}</a>').format(
            here, each, there, each, label.format(number=each), each
        )
        for each in beginnings
    )
