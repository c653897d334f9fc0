"""The filters of the class page. Each has an address such as ``#check=gradients:failed``, which shows some students."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote

from ..support.i18n import _
from .distribution import Bar, bar_of
from .student_lines import StudentLine
from .summary import BugCount, Difficulty

LOST = ("partial", "failed", "not_reached")  # outcomes of a check that cost points


@dataclass(frozen=True)
class Filter:
    """A filter: its ``address`` without "#", its label for people, and how many students it shows.

    Of two filters of the same ``kind`` only one applies. Filters of different kinds, and those without a kind, combine.
    ``mark`` is the class of the rows that it shows. The search finds these rows by the words of ``title``, too.
    """

    address: str
    kind: str
    label: str
    title: str
    students: int
    mark: str


def class_filters(
    lines: Sequence[StudentLine], bars: Sequence[Bar], checks: Iterable[Difficulty], bugs: Iterable[BugCount]
) -> dict[str, Filter]:
    """Return the filters of a class by their addresses."""
    descriptions = [*_of_statuses(lines), *_of_sections(lines), *_of_scores(bars), *_of_checks(checks), *_of_bugs(bugs)]
    counts = Counter(address for line in lines for address in addresses_of(line, bars))
    return {
        address: Filter(address, kind, label, title, counts[address], f"f{number}")
        for number, (address, kind, label, title) in enumerate(descriptions)
    }


def addresses_of(line: StudentLine, bars: Sequence[Bar]) -> list[str]:
    """Return the addresses of all filters that show a student."""
    addresses = [status_address(status_of(line))]
    if line.row.score is not None:
        addresses.append(score_address(bar_of(line.row.score, bars)))
    if line.row.late:
        addresses.append(LATE)
    if line.row.by_hand:
        addresses.append(BY_HAND)
    if line.row.provisional:
        addresses.append(PROVISIONAL)
    if line.row.section:
        addresses.append(section_address(line.row.section))
    for check, outcome in line.outcomes.items():
        addresses.append(check_address(check, outcome))
        if outcome in LOST:
            addresses.append(check_address(check))
    addresses += [bug_address(bug.bug) for bug in line.bugs]
    return addresses


def status_of(line: StudentLine) -> str:
    """Return the status of a student on this page: "passed", "failed", or the reason for a missing score."""
    if line.row.score is None:
        return line.row.status
    return "passed" if line.row.passed else "failed"


def statuses() -> dict[str, str]:
    """Return {status: its label} in the order in which the page lists them."""
    return {
        "passed": _("Passed"),
        "failed": _("Not passed"),
        "not_submitted": _("Not handed in"),
        "unreadable": _("Unreadable"),
        "not_gradable": _("Not graded"),
        "excused": _("Excused"),
        "pending": _("Not graded yet"),
    }


def outcome_labels() -> dict[str, str]:
    """Return {attribute of ``Outcomes``: its label} in the order of the columns."""
    return {
        "passed": _("Passed"),
        "partial": _("Partly correct"),  # as on the page of a student
        "failed": _("Not passed"),
        "not_reached": _("Not reached"),
        "not_gradable": _("Not gradable"),
        "unmarked": _("Not marked yet"),
        "taken_out": _("Taken out"),
    }


LATE = "late=yes"
BY_HAND = "hand=yes"
PROVISIONAL = "provisional=yes"
REMARKS = (LATE, BY_HAND, PROVISIONAL)
"""Addresses that the page lists after the statuses. A student can have several."""


def status_address(status: str) -> str:
    """Return the address of the students with a status."""
    return f"status={quote(status, safe='')}"


def score_address(bar: Bar) -> str:
    """Return the address of the students whose scores are in a bar of the histogram."""
    return f"score={bar.name}"


def section_address(section: str) -> str:
    """Return the address of the students of a section."""
    return f"section={quote(section, safe='')}"


def sections(lines: Iterable[StudentLine]) -> list[str]:
    """Return the names of the sections of a class, sorted."""
    return sorted({line.row.section for line in lines if line.row.section})


@cache
def check_address(check: str, outcome: str = "") -> str:
    """Return the address of the students with an outcome of a check; without an outcome, of those who lost points there."""
    return f"check={quote(check, safe='')}{':' * bool(outcome)}{outcome}"


def bug_address(bug: str) -> str:
    """Return the address of the students who have a bug."""
    return f"bug={quote(bug, safe='')}"


Descriptions = Iterable[tuple[str, str, str, str]]  # address, kind, label and title of each filter


def _of_statuses(lines: Sequence[StudentLine]) -> Descriptions:
    labels = statuses()
    labels |= {status: status for status in map(status_of, lines) if status not in labels}
    yield from ((status_address(status), "status", label, "") for status, label in labels.items())
    yield LATE, "late", _("Late"), ""
    yield BY_HAND, "hand", _("Marked by hand"), ""
    yield PROVISIONAL, "provisional", _("Provisional"), ""


def _of_sections(lines: Iterable[StudentLine]) -> Descriptions:
    for section in sections(lines):
        yield section_address(section), "section", _("Section {name}").format(name=section), section


def _of_scores(bars: Sequence[Bar]) -> Descriptions:
    for bar in bars:
        yield score_address(bar), "score", _("{low:g} to {high:g} points").format(low=bar.low, high=bar.high), ""


def _of_checks(checks: Iterable[Difficulty]) -> Descriptions:
    labels: Mapping[str, str] = outcome_labels()
    for check in checks:
        kind = check_address(check.name)
        yield kind, kind, _("Points lost in {check}").format(check=check.name), check.title
        for outcome, label in labels.items():
            yield check_address(check.name, outcome), kind, f"{check.name}: {label}", ""


def _of_bugs(bugs: Iterable[BugCount]) -> Descriptions:
    for bug in bugs:
        yield bug_address(bug.bug), "", _("Bug: {title}").format(title=bug.title.replace("`", "")), bug.title
