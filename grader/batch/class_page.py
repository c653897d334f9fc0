"""Renders ``index.html``: the results of the class for instructors, with a link to the page of each student."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote as urlquote

from markupsafe import Markup, escape

from ..assignment.spec import AssignmentSpec
from ..report import html
from ..report.html import POLICY, TEMPLATES
from ..report.leaderboard import LeaderboardEntry, by_contest
from ..report.svg import WIDTH, Drawing, box, line, svg, text
from ..support import i18n
from ..support.i18n import _
from .gradebook import Row
from .summary import ClassSummary

# The columns of the students. They are the same in every row, because a browser lays out the rows independently.
WIDTHS = {
    "name": "minmax(9rem, 2fr)",
    "id": "minmax(6rem, 1fr)",
    "score": "5rem",
    "status": "8.5rem",
    "late": "minmax(6rem, 1fr)",
    "file": "minmax(8rem, 1.5fr)",
    "lost": "minmax(9rem, 2fr)",
    "bugs": "minmax(9rem, 2fr)",
}
GROUP = 50  # rows that a browser lays out together
BINS = 10  # of the distribution of scores
HEIGHT = 150
LEADERS = 10


@dataclass(frozen=True)
class StudentLine:
    """A student's line on the page.

    ``reason`` explains a missing score, ``page`` is the link to the report (None without a report), ``bugs`` are names.
    """

    row: Row
    reason: str = ""
    page: str | None = None
    bugs: Sequence[str] = ()


def render(
    content: AssignmentSpec,
    student_lines: Sequence[StudentLine],
    summary: ClassSummary,
    left_over: Sequence[str],
    isolation: str,
    stand_ins: Sequence[str] = (),
) -> str:
    """Return the page of a class as HTML; ``stand_ins`` are the datasets that were replaced by generated ones."""
    scores = [student.row.score for student in student_lines if student.row.score is not None]
    max_score = student_lines[0].row.max_score
    points = {check.name: check.points for check in content.checks if not check.bonus}
    with_ids = any(student.row.name != student.row.identity for student in student_lines)
    with_late = any(student.row.late for student in student_lines)
    left_out = [name for name, has_column in (("id", with_ids), ("late", with_late)) if not has_column]
    rows = _rows(student_lines, points, with_ids, with_late)
    return (
        html.environment()
        .get_template("class.html.j2")
        .render(
            title=_(content.title),
            count=len(student_lines),
            with_ids=with_ids,
            with_late=with_late,
            widths=" ".join(width for name, width in WIDTHS.items() if name not in left_out),
            groups=[rows[start : start + GROUP] for start in range(0, len(rows), GROUP)],
            scores=summary.scores(),
            passed=sum(student.row.passed for student in student_lines),
            distribution=_distribution(scores, max_score, content.pass_mark),
            checks=sorted(summary.difficulties(), key=lambda check: 2 if check.mean is None else check.mean),
            bugs=summary.bugs(),
            contests=_contests(summary),
            left_over=left_over,
            isolation=isolation,
            warning=_("Warning: graded on generated stand-ins instead of {names}.").format(names=", ".join(stand_ins))
            if stand_ins
            else "",
            about=_graded_by([student.row for student in student_lines]),
            own_style=_file("class.css"),
            script=_script(),
            script_policy=f"{POLICY}; script-src '{_digest(_script())}'",
        )
    )


def _rows(
    student_lines: Sequence[StudentLine], points: Mapping[str, float], with_ids: bool, with_late: bool
) -> list[Markup]:
    """Return the rows of the table of students; a template would take longer for thousands of them."""
    states, passed, not_passed = _states(), _("Passed"), _("Not passed")
    rows = []
    for student in student_lines:
        row, name = student.row, str(_text(student.row.name))
        if student.page:
            name = f'<a href="{escape(urlquote(student.page))}">{name}</a>'
        value, score, status, state = "-1", "", "not_gradable", states.get(row.status, row.status)
        remarks = student.reason
        if row.score is not None:
            value, score = str(row.score), html.number(row.score)
            status, state = ("passed", passed) if row.passed else ("failed", not_passed)
            failed_names = [check for check, own in row.checks.items() if own is None or own < points.get(check, 0)]
            remarks = ", ".join(failed_names)
        cells = [
            f'<th scope="row">{name}</th>',
            f"<td>{_text(row.identity)}</td>" if with_ids else "",
            f'<td class="count" data-value="{value}">{score}</td>',
            f'<td class="state {status}">{escape(state)}</td>',
            f"<td>{_text(row.late)}</td>" if with_late else "",
            f"<td>{_text(row.file)}</td><td>{_text(remarks)}</td><td>{_text(', '.join(student.bugs))}</td>",
        ]
        rows.append(Markup(f"<tr>{''.join(cells)}</tr>"))
    return rows


def _text(content: str) -> Markup:
    return escape(html.line(content)) if content else Markup()


def _graded_by(rows: Sequence[Row]) -> list[str]:
    """Return one sentence for each combination of grader, assignment and seed that graded somebody."""
    settings = dict.fromkeys((row.grader, row.assignment_digest, row.seed_fingerprint) for row in rows if row.grader)
    sentence = _("grader {version}, assignment {digest}, seed {fingerprint}")
    return [sentence.format(version=version, digest=digest, fingerprint=seed) for version, digest, seed in settings]


def _states() -> dict[str, str]:
    """Return a short text for each status without a score."""
    return {
        "not_submitted": _("Not handed in"),
        "unreadable": _("Unreadable"),
        "not_gradable": _("Not graded"),
        "pending": _("Not graded yet"),
    }


def _contests(summary: ClassSummary) -> list[tuple[str, list[LeaderboardEntry]]]:
    """Return for each contest its check and data, and the best entries."""
    return [
        (f"{entries[0].contest[1]} ({entries[0].contest[2]})", entries[:LEADERS])
        for entries in by_contest(summary.leaderboard())
    ]


def _script() -> Markup:
    return _file("class.js")


@cache
def _file(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def _digest(script: str) -> str:
    """Return the digest that a browser compares the script with before it runs it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def _distribution(scores: Sequence[float], max_score: float, pass_mark: float) -> Drawing:
    """Return the histogram of scores; scores above the maximum (bonus points) count in the last bar."""
    counts = [0] * BINS
    for score in scores:
        counts[max(0, min(int(BINS * score / max_score) if max_score else 0, BINS - 1))] += 1
    width = (WIDTH - 20) / BINS
    bottom = HEIGHT - 22
    parts = []
    for number, count in enumerate(counts):
        height = (bottom - 24) * count / max(1, *counts)
        x = 10 + width * number
        parts.append(
            box(x + 1, bottom - height, width - 2, height, "right" if 100 * number / BINS >= pass_mark else "wrong")
        )
        if count:
            parts.append(text(x + width / 2, bottom - height - 5, count, "middle"))
    parts.append(line(10, bottom, WIDTH - 10, bottom, "grid"))
    mark = 10 + (WIDTH - 20) * pass_mark / 100
    parts.append(line(mark, 6, mark, bottom, "threshold"))
    for share in (0, 0.25, 0.5, 0.75, 1):
        parts.append(text(10 + (WIDTH - 20) * share, HEIGHT - 6, i18n.number(f"{share * max_score:g}"), "middle"))
    title = _("Distribution of scores")
    description = "; ".join(
        _("{low:g} to {high:g} points: {count}").format(
            low=max_score * number / BINS, high=max_score * (number + 1) / BINS, count=count
        )
        for number, count in enumerate(counts)
        if count
    )
    return Drawing(title, svg(HEIGHT, title, description, parts), legend=[("threshold", _("needed to pass"))])
