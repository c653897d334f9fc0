"""The rows and columns of the table of students on the class page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup, escape

from ..report import html
from ..support.i18n import _
from ..support.text import number_of_points
from .class_filters import Filter, addresses_of, outcome_labels, status_of, statuses
from .distribution import Bar
from .student_lines import StudentLine

NEXT = "\n"  # between two parts of a cell, so that the search does not join their words


@dataclass(frozen=True)
class Column:
    """A column: its key in the address when it sorts the table, its title, its width, and its cell for a student."""

    key: str
    title: str
    width: str
    cell: Callable[[StudentLine], str]


def columns(lines: Sequence[StudentLine]) -> list[Column]:
    """Return the columns; those without content for anybody are left out.

    A browser lays out the rows independently, so the widths are those of CSS grid, and the same in every row.
    """
    labels = statuses()
    outcomes = outcome_labels()
    candidates = [
        (True, Column("name", _("Student"), "minmax(9rem, 2fr)", _name)),
        (
            any(line.row.name != line.row.identity for line in lines),
            Column("id", _("ID"), "minmax(6rem, 1fr)", lambda line: f"<td>{_text(line.row.identity)}</td>"),
        ),
        (
            any(line.row.section for line in lines),
            Column("section", _("Section"), "minmax(6rem, 1fr)", lambda line: f"<td>{_text(line.row.section)}</td>"),
        ),
        (True, Column("score", _("Score"), "6.5rem", _score)),
        (True, Column("status", _("Status"), "9.5rem", lambda line: _status(line, labels))),
        (
            any(line.row.late or line.row.due for line in lines),
            Column("late", _("Late"), "minmax(7rem, 1fr)", lambda line: f"<td>{_text(_lateness(line))}</td>"),
        ),
        (
            any(line.row.by_hand for line in lines),
            Column("hand", _("By hand"), "minmax(9rem, 1.5fr)", lambda line: f"<td>{_text(line.row.by_hand)}</td>"),
        ),
        (True, Column("file", _("File"), "minmax(8rem, 1.5fr)", lambda line: f"<td>{_text(line.row.file)}</td>")),
        (True, Column("lost", _("Points lost in"), "minmax(9rem, 2fr)", lambda line: _lost(line, outcomes))),
        (True, Column("bugs", _("Bugs"), "minmax(9rem, 2fr)", _bugs)),
    ]
    return [column for is_shown, column in candidates if is_shown]


def least_width(table_columns: Sequence[Column]) -> float:
    """Return the width in rem that the columns need next to each other."""
    return sum(float(re.findall(r"[\d.]+(?=rem)", column.width)[0]) for column in table_columns)


def rows(
    lines: Sequence[StudentLine], table_columns: Sequence[Column], filters: Mapping[str, Filter], bars: Sequence[Bar]
) -> Iterator[Markup]:
    """Yield the row of each student; a template would take longer for thousands of them."""
    for line in lines:
        marks = [filters[address].mark for address in addresses_of(line, bars) if address in filters]
        cells = "".join(column.cell(line) for column in table_columns)
        yield Markup(f'<tr class="{" ".join(marks)}">{cells}</tr>')


def _lateness(line: StudentLine) -> str:
    """Return the lateness and the extension of a student in words."""
    extension = _("extension to {due}").format(due=line.row.due) if line.row.due else ""
    return "; ".join(filter(None, [line.row.late, extension]))


def _text(content: str) -> Markup:
    return escape(html.line(content)) if content else Markup()


def _link(line: StudentLine, content: str, anchor: str = "") -> str:
    """Return ``content``, which is safe, as a link to the page of the student if there is one."""
    if not line.page:
        return content
    address = quote(line.page) + (f"#{quote(anchor)}" if anchor else "")
    return f'<a href="{escape(address)}">{content}</a>'


def _name(line: StudentLine) -> str:
    return f'<th scope="row">{_link(line, _text(line.row.name))}</th>'


def _score(line: StudentLine) -> str:
    score = line.row.score
    if score is None:
        return '<td class="count" data-value="-1"></td>'
    remark = f' <span class="quiet">{escape(_("so far"))}</span>' if line.row.provisional else ""
    return f'<td class="count" data-value="{score}">{number_of_points(score)}{remark}</td>'


def _status(line: StudentLine, labels: Mapping[str, str]) -> str:
    status = status_of(line)
    style = "not_gradable" if line.row.score is None else status
    return f'<td class="state {style}">{escape(labels.get(status, status))}</td>'


def _lost(line: StudentLine, labels: Mapping[str, str]) -> str:
    """Return the reason for a missing score, and the checks that did not pass, grouped by their outcomes."""
    names: dict[str, list[str]] = {}
    for check, outcome in line.outcomes.items():
        if outcome != "passed":
            names.setdefault(outcome, []).append(check)
    parts = [f"<p>{_text(line.reason)}</p>"] if line.reason else []
    parts += [f"<p>{labels[outcome]}: {_text(', '.join(names[outcome]))}</p>" for outcome in labels if outcome in names]
    return f"<td>{NEXT.join(parts)}</td>"


def _bugs(line: StudentLine) -> str:
    parts = []
    for bug in line.bugs:
        place = f' <span class="quiet">{_text(bug.place)}</span>' if bug.place else ""
        parts.append(f"<p>{_link(line, _text(bug.bug), bug.anchor)}{place}</p>")
    return f"<td>{NEXT.join(parts)}</td>"
