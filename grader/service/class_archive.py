"""The whole class of an exercise as a zip file, from which ``grader grade`` makes the same gradebook elsewhere.

The folder ``class`` has the students, and the attempt of each that counts, in the layout of Gradescope's export, which keeps names, ids
and times. Next to it are the tables that ``grader grade`` finds there.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import yaml
from sqlalchemy.orm import Session

from ..batch import extensions as due_dates
from ..batch import sections
from ..batch.gradescope import METADATA
from ..marking import overrides
from ..support.text import clean
from ..support.zips import zipped
from . import class_rows, served_class, standings, submissions
from .class_rows import ClassRows
from .desk_writing import marks_table
from .service import Service
from .tables import Exercise, Submission

CLASS = "class"
POLICY = "policy.yaml"


def archive(service: Service, exercise: Exercise) -> bytes:
    """Return the zip file; a submission whose file has been deleted is missing."""
    with service.database.reading() as session:
        rows = class_rows.read(session, exercise)
        counted = {user_id: _counted(service, session, rows, user_id) for user_id in rows.attempts}
    contents = {overrides.NAME: marks_table(served_class.entries(rows)), POLICY: _policy(rows)}
    contents |= _table(due_dates.NAME, due_dates.COLUMNS, _extensions(rows))
    contents |= _table(
        sections.NAME,
        sections.COLUMNS,
        [(member.user.name, member.section) for member in rows.members if member.section],
    )
    people: dict[str, dict[str, Any]] = {}
    for user in rows.users:
        folder = user.name if clean(user.name) == user.name and "/" not in user.name else user.id
        person = {":name": user.shown_name, ":sid": user.name, ":email": user.email}
        people[folder] = {":submitters": [person]}
        attempt = counted.get(user.id)
        if attempt is None:
            continue
        people[folder][":created_at"] = attempt.received.isoformat(" ")
        try:
            files = submissions.files_of(service, attempt)
        except FileNotFoundError:
            continue
        contents |= {f"{CLASS}/{folder}/{name}": content for name, content in files.items()}
    contents[f"{CLASS}/{METADATA}"] = yaml.safe_dump(people, allow_unicode=True, sort_keys=True).encode()
    return zipped(contents)


def _counted(service: Service, session: Session, rows: ClassRows, user_id: str) -> Submission | None:
    """Return the attempt of a student that counts."""
    attempts = rows.attempts[user_id]
    if len(attempts) == 1 or rows.policy.attempts == "latest":
        return attempts[-1]
    return standings.standing_of(service, session, rows.exercise, user_id).submission


def _policy(rows: ClassRows) -> bytes:
    policy = rows.policy
    values = policy.model_dump(mode="json", exclude={"due"})
    if policy.due is not None:
        values["due"] = f"{policy.due.replace(tzinfo=None).isoformat(' ')} {rows.course.time_zone}"
    return yaml.safe_dump(values).encode()


def _extensions(rows: ClassRows) -> list[tuple[str, str]]:
    dates = served_class.extensions(rows).due_dates
    return [(name, due_dates.text_of(due)) for name, due in sorted(dates.items())]


def _table(name: str, columns: Sequence[str], lines: Iterable[Sequence[str]]) -> dict[str, bytes]:
    """Return {name: table}, {} without lines."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerows([columns, *lines])
    return {name: table.getvalue().encode(errors="replace")} if table.getvalue().count("\n") > 1 else {}
