"""Renders ``index.html``: the results of the class for instructors, with filters, and a link to the page of each student."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from markupsafe import Markup

from ..assignment.spec import AssignmentSpec
from ..report import html
from ..report.html import TEMPLATES
from ..report.leaderboard import LeaderboardEntry, by_contest
from ..support import i18n
from ..support.i18n import _
from . import class_filters, class_rows
from .class_filters import Filter
from .distribution import bars
from .gradebook import Row
from .student_lines import StudentLine
from .summary import OPTIONAL, ClassSummary, Difficulty

GROUP = 50  # rows that a browser lays out together
LEADERS = 10
MARGINS = 3  # rem, at both sides of the table of students together
SCRIPTS = ("search.js", "class.js")


def render(
    content: AssignmentSpec,
    student_lines: Sequence[StudentLine],
    summary: ClassSummary,
    left_over: Sequence[str],
    isolation: str,
    stand_ins: Sequence[str] = (),
    similar: int | None = None,
) -> str:
    """Return the page of a class as HTML; ``stand_ins`` are the datasets that were replaced by generated ones.

    ``similar`` is the number of entries of ``copies.html``, None without this file.
    """
    histogram = bars(student_lines[0].row.max_score, content.pass_mark)
    checks, bugs = summary.difficulties(), summary.bugs()
    filters = class_filters.class_filters(student_lines, histogram, checks, bugs)
    columns = class_rows.columns(student_lines)
    rows = [*class_rows.rows(student_lines, columns, filters, histogram)]
    statuses = [class_filters.status_address(status) for status in class_filters.statuses()]
    return (
        html.environment()
        .get_template("class.html.j2")
        .render(
            title=_(content.title),
            count=len(student_lines),
            columns=columns,
            narrow_style=_file("class_narrow.css") + _column_labels(columns),
            narrow=class_rows.least_width(columns) + MARGINS,
            groups=[rows[start : start + GROUP] for start in range(0, len(rows), GROUP)],
            scores=summary.scores(),
            filters=filters,
            statuses=[filters[address] for address in [*statuses, *class_filters.REMARKS] if filters[address].students],
            sections=[
                filters[class_filters.section_address(section)] for section in class_filters.sections(student_lines)
            ],
            outcomes=_outcome_columns(checks),
            check_address=class_filters.check_address,
            bug_address=class_filters.bug_address,
            histogram=[(bar, filters[class_filters.score_address(bar)]) for bar in histogram],
            pass_mark=content.pass_mark,
            max_score=histogram[-1].high,
            checks=sorted(checks, key=lambda check: 2 if check.mean is None else check.mean),
            required={check.name for check in content.checks if check.required},
            bugs=bugs,
            contests=_contests(summary),
            left_over=left_over,
            similar=similar,
            isolation=isolation,
            warning=_("Warning: graded on generated stand-ins instead of {names}.").format(names=", ".join(stand_ins))
            if stand_ins
            else "",
            about=_graded_by([student.row for student in student_lines]),
            decimal=lambda value: i18n.number(f"{value:.2f}"),
            own_style=_file("class.css"),
            targets=_targets(filters.values()),
            script=_script(),
            script_policy=html.policy_with(_script()),
        )
    )


def _outcome_columns(checks: Sequence[Difficulty]) -> dict[str, str]:
    """Return {outcome: label} of the columns of the table of checks."""
    return {
        outcome: label
        for outcome, label in class_filters.outcome_labels().items()
        if outcome not in OPTIONAL or any(getattr(check.outcomes, outcome) for check in checks)
    }


def _column_labels(columns: Sequence[class_rows.Column]) -> Markup:
    """Return the style that names the columns where the head is not above them: on a narrow screen."""
    labels = {
        f"tbody td:nth-child({number})": column.title
        for number, column in enumerate(columns, 1)
        if column.key not in ("name", "status")  # which need none
    }
    return Markup("\n").join(
        Markup("#students {}::before {{ content: {}; }}").format(place, _css_string(f"{label}: "))
        for place, label in {"thead tr": _("Sort by"), **labels}.items()
    )


def _css_string(text: str) -> Markup:
    """Return a string of CSS with every special character escaped, so that it is safe in a page."""
    return Markup('"{}"').format(Markup("".join(c if c.isalnum() else f"\\{ord(c):x} " for c in text)))


def _targets(filters: Iterable[Filter]) -> Markup:
    """Return the style with which the address of one filter shows its students in a browser without scripts."""
    return Markup("\n".join(f".{each.mark}:target ~ #list .{each.mark} {{ display: grid; }}" for each in filters))


def _graded_by(rows: Sequence[Row]) -> list[str]:
    """Return one sentence for each combination of grader, assignment and seed that graded somebody."""
    settings = dict.fromkeys((row.grader, row.assignment_digest, row.seed_fingerprint) for row in rows if row.grader)
    sentence = _("grader {version}, assignment {digest}, seed {fingerprint}")
    return [sentence.format(version=version, digest=digest, fingerprint=seed) for version, digest, seed in settings]


def _contests(summary: ClassSummary) -> list[tuple[str, list[LeaderboardEntry]]]:
    """Return for each contest its check and data, and the best entries."""
    return [
        (f"{entries[0].contest[1]} ({entries[0].contest[2]})", entries[:LEADERS])
        for entries in by_contest(summary.leaderboard())
    ]


@cache
def _script() -> Markup:
    return Markup("\n").join(_file(name) for name in SCRIPTS)


@cache
def _file(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))
