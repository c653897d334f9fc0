"""Reads the roster of GitHub Classroom, or a table like it: which account at a host belongs to which student of a course."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ..repositories.model import Host, HostAccount, HostProblem
from ..support.i18n import _
from ..support.text import clean
from . import audit, people_table, repository_owners
from .access import Caller
from .errors import Conflict, TooLarge, Unreadable
from .repository_tables import RepositorySource, RosterAccount
from .service import Service
from .tables import Membership, Role, User

IDENTIFIER = ("identifier", "student", "login")
USERNAME = {"github": "github_username", "gitlab": "gitlab_username"}
NUMBER = {"github": "github_id", "gitlab": "gitlab_id"}
MOST_ROWS = 5000
AT_ONCE = 8  # requests to the host


@dataclass
class RosterOutcome:
    """What became of a roster: the number of accounts, and a sentence about each line that was left out."""

    count: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Line:
    identifier: str
    name: str
    number: str


def read(
    service: Service, caller: Caller, host: Host, kind: str, source: RepositorySource, content: bytes
) -> RosterOutcome:
    """Store the accounts of a roster for a course, in place of an earlier roster; raises a Refusal, and nothing is stored then.

    ``identifier`` must be the login name of a student: students can change their names and e-mail addresses. An account is stored
    by its number, which the roster has or the host tells.
    """
    lines = _lines(kind, content)
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            accounts = [*pool.map(lambda line: _account(host, line), lines)]
    except HostProblem as error:
        raise Conflict(str(error)) from error
    with service.database.writing() as session:
        outcome = _store(session, source, lines, accounts)
        repository_owners.look_again(session, source.exercise.course_id)
        audit.write(session, caller, "roster", f"{source.exercise.course.slug} {outcome.count}")
    return outcome


def _store(
    session: Session, source: RepositorySource, lines: Sequence[_Line], accounts: Sequence[HostAccount | None]
) -> RosterOutcome:
    course_id = source.exercise.course_id
    statement = select(User).join(Membership, Membership.user_id == User.id)
    statement = statement.where(Membership.course_id == course_id, Membership.role == Role.STUDENT)
    users = {user.name.lower(): user for user in session.scalars(statement)}
    session.execute(
        delete(RosterAccount).where(RosterAccount.course_id == course_id, RosterAccount.host == source.host)
    )
    outcome = RosterOutcome()
    owners: dict[str, str] = {}
    for line, account in zip(lines, accounts, strict=True):
        user = users.get(line.identifier.lower())
        if user is None:
            sentence = _("{name}: no student of this course has this login name.")
            outcome.problems.append(sentence.format(name=line.identifier))
        elif not line.name and not line.number:
            outcome.problems.append(_("{name}: the account is missing.").format(name=line.identifier))
        elif account is None:
            sentence = _("{name}: there is no account {account}.")
            outcome.problems.append(sentence.format(name=line.identifier, account=line.name))
        elif account.number in owners:
            sentence = _("{name}: {other} has the same account.")
            outcome.problems.append(sentence.format(name=line.identifier, other=owners[account.number]))
        else:
            owners[account.number] = line.identifier
            session.add(
                RosterAccount(
                    course_id=course_id, host=source.host, account=account.number, name=account.name, user_id=user.id
                )
            )
    outcome.count = len(owners)
    return outcome


def _account(host: Host, line: _Line) -> HostAccount | None:
    if line.number:
        return HostAccount(line.number, line.name)
    return host.account(line.name) if line.name else None


def _lines(kind: str, content: bytes) -> list[_Line]:
    """Return the lines of a roster; raises Unreadable."""
    if len(content) > people_table.MOST_BYTES:
        raise TooLarge(_("The file is too large: it is not a roster."))
    text = people_table.decoded(content)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = [*csv.reader(io.StringIO(text), delimiter=delimiter)]
    titles = [title.strip().lower() for title in rows[0]] if rows else []
    identifier = next((titles.index(name) for name in IDENTIFIER if name in titles), None)
    if identifier is None or USERNAME[kind] not in titles:
        sentence = _("The first line of the file must name the columns identifier and {column}.")
        raise Unreadable(sentence.format(column=USERNAME[kind]))
    places = (titles.index(USERNAME[kind]), titles.index(NUMBER[kind]) if NUMBER[kind] in titles else len(titles))
    lines = []
    for row in rows[1 : MOST_ROWS + 1]:
        cells = [clean(cell, 200).strip() for cell in row] + [""] * (len(titles) + 1 - len(row))
        number = cells[places[1]]
        if any(cells):
            lines.append(_Line(cells[identifier], cells[places[0]], number if number.isdecimal() else ""))
    return lines
