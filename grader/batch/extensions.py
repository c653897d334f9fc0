"""Reads ``extensions.csv``: another due date for single students, and students who are excused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path

from ..assignment.policy import Policy, in_named_zone, later_of_two
from ..marking.class_list import ClassList
from ..support import tables
from ..support.errors import UsageError
from ..support.tables import TableRow
from ..support.text import clean

NAME = "extensions.csv"
COLUMNS = ("student", "due")
FILLED = ("student",)  # without a due date: excused
END_OF_DAY = "23:59:59"
DATE = r"(?P<date>\d{4}-\d{1,2}-\d{1,2}|\d{1,2}\.\d{1,2}\.\d{4})"  # as people write it, and a spreadsheet in Germany
TIME = r"(?:[T\s]+(?P<time>\d{1,2}:\d{2}(?::\d{2})?))?"
ZONE = r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2}|[A-Za-z][\w/+-]*)?"
MOMENT = re.compile(DATE + TIME + ZONE)
YEARS = range(2000, 3000)


@dataclass(frozen=True)
class Extensions:
    """The due dates of single people by their ids, None for an excused person, and that of ``everybody`` else.

    ``notes`` are sentences for the instructor.
    """

    due_dates: Mapping[str, datetime | None] = field(default_factory=dict)
    everybody: datetime | None = None
    notes: tuple[str, ...] = ()

    def is_excused(self, identity: str) -> bool:
        """Return whether the person with this id is excused."""
        return identity in self.due_dates and self.due_dates[identity] is None

    def due(self, identity: str) -> datetime | None:
        """Return the due date of the person with this id, None if it is that of the assignment."""
        return self.due_dates.get(identity) or self.everybody

    def policy(self, policy: Policy, identity: str) -> Policy:
        """Return the policy with the due date of a person."""
        due = self.due(identity)
        return policy if due is None else policy.model_copy(update={"due": due})


def read(path: Path, class_list: ClassList, policy: Policy) -> Extensions:
    """Return the extensions of a table; raises UsageError, with file and line, for each mistake.

    A date and time without a zone is in the zone of the due date of ``policy``. A date without a time means the end of
    that day. ``*`` is every student who has no line. A group's name stands for all members.
    """
    return _of_rows(tables.read(path, COLUMNS, filled=FILLED), str(path), class_list, policy)


def parse(text: str, class_list: ClassList, policy: Policy) -> Extensions:
    """Return the extensions of the text of a table, as :func:`read`."""
    rows = tables.rows_of(tables.parse(text, NAME), NAME, COLUMNS, filled=FILLED)
    return _of_rows(rows, NAME, class_list, policy)


def _of_rows(rows: Sequence[TableRow], path: str, class_list: ClassList, policy: Policy) -> Extensions:
    due_dates: dict[str, datetime | None] = {}
    lines: dict[str, int] = {}
    notes = []
    for row in rows:
        name, text = row["student"], row["due"]
        try:
            due = _moment(text, policy.due.tzinfo if policy.due else None) if text else None
            if name == tables.EVERYBODY and due is None:
                raise UsageError("'*' needs a due date: excuse each student in a line of their own.")
            members = [""] if name == tables.EVERYBODY else [each.identity for each in class_list.find(name)]
            for identity in members:
                if lines.setdefault(identity, row.line) != row.line:
                    raise UsageError(f"'{clean(name)}' is also in line {lines[identity]}: keep one line per student.")
        except UsageError as error:
            raise UsageError(f"{path}:{row.line}: {error}") from error
        due_dates |= dict.fromkeys(members, due)
        if due is not None and policy.due is not None and due < policy.due:
            notes.append(f"{path}:{row.line}: the due date of '{clean(name)}' is before that of the assignment.")
    return Extensions(due_dates, due_dates.pop("", None), tuple(notes))


def text_of(due: datetime | None) -> str:
    """Return a due date as an instructor may write it in the table, "" for None."""
    if due is None:
        return ""
    name = getattr(due.tzinfo, "key", "")
    local_time = due.replace(tzinfo=None) if name else due
    return f"{local_time.isoformat(' ', 'seconds' if due.second else 'minutes')} {name}".rstrip()


def _moment(text: str, zone: tzinfo | None) -> datetime:
    """Return the moment that an instructor wrote; ``zone`` is that of a text without one."""
    try:
        match = MOMENT.fullmatch(text)
        if match is None:
            raise ValueError
        moment = _local_time(match["date"], match["time"] or END_OF_DAY)
        moment = _in_zone(moment, match["zone"] or "", zone)
        if moment.year not in YEARS:
            raise ValueError
    except ValueError as error:
        reason = f" ({error})" if "zone" in str(error) else ""
        raise UsageError(
            f"'{clean(text)}' is not a date and time{reason}: write it as 2026-11-25 23:59, if necessary with an offset "
            "(+01:00) or the name of a time zone (Europe/Berlin) at the end."
        ) from error
    return moment


def _local_time(date: str, time: str) -> datetime:
    if "." in date:
        date = "-".join(reversed(date.split(".")))
    year, month, day = map(int, date.split("-"))
    hour, minute, second = map(int, f"{time}:00".split(":")[:3])
    return datetime(year, month, day, hour, minute, second)


def _in_zone(moment: datetime, name: str, default: tzinfo | None) -> datetime:
    if name == "Z" or name[:1] in ("+", "-"):
        return datetime.fromisoformat(f"{moment.isoformat()}{name}")
    if name:
        named_moment: datetime = in_named_zone(f"{moment.isoformat(' ')} {name}")
        return named_moment
    if default is None:
        raise UsageError(
            f"'{moment.isoformat(' ')}' has no time zone, and the assignment has no due date with one: write the offset or "
            f"the name of the zone after it, for example {moment.isoformat(' ')} Europe/Berlin."
        )
    return later_of_two(moment.replace(tzinfo=default))
