"""The leaderboard of a challenge. It ranks the graded attempts by their accuracy on held-out images, of which one half is public.

Before the end, students see only the accuracy on the public half, rounded, so that many attempts reveal little about the other
half. At the end the private half decides. The attempt of a student with the best public accuracy takes part.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..report.evidence import Evidence
from ..report.model import CheckResult, Report
from ..support.i18n import _
from . import kept_results, terms
from .access import Caller
from .errors import missing
from .moments import now
from .server_secret import server_secret
from .service import Service
from .tables import Exercise, Extension, Kind, Membership, Result, Role, State, Submission, User

DIGITS = 3  # of a public accuracy: 0.1 %
MOST_KEPT = 50_000
Halves = tuple[str, float, float]
"""The data of the images, the accuracy on the public half, and that on the private half."""


@dataclass(frozen=True)
class BoardEntry:
    """A student on a leaderboard. ``private`` is None before the end; ``person`` is the real name, for the staff only."""

    name: str
    person: str
    public: float
    private: float | None
    is_own: bool
    rank: int = 0

    @property
    def decisive(self) -> float:
        """The accuracy by which entries are ranked."""
        return self.public if self.private is None else self.private


@dataclass(frozen=True)
class Board:
    """The entries with the same images, the best first. ``is_final``: the private half decides."""

    data: str
    entries: list[BoardEntry]
    is_final: bool


def is_final(session: Session, exercise: Exercise) -> bool:
    """Return whether no student, also with an extension, can hand in in time any more, so that the private half is shown."""
    extensions = session.scalars(select(Extension).where(Extension.exercise_id == exercise.id))
    everybody = [terms.terms_with(exercise, extension) for extension in (None, *extensions)]
    ends = [each.closes or each.last_in_time for each in everybody]
    return all(end is not None and now() > end for end in ends)


def require_shown(exercise: Exercise, is_staff: bool) -> None:
    """Raise NotFound if a student must not see the leaderboard."""
    if not (exercise.board or is_staff):
        raise missing()


def boards(service: Service, session: Session, caller: Caller, exercise: Exercise, is_staff: bool) -> list[Board]:
    """Return the leaderboards of an exercise, one for each data; raises NotFound if students must not see them."""
    require_shown(exercise, is_staff)
    shows_private = is_final(session, exercise)
    best: dict[tuple[str, str], Halves] = {}
    people: dict[str, tuple[User, Membership]] = {}
    rows = session.execute(
        select(Submission.result_key, User, Membership)
        .join(User, User.id == Submission.user_id)
        .join(Membership, (Membership.user_id == User.id) & (Membership.course_id == exercise.course_id))
        .where(
            Submission.exercise_id == exercise.id,
            Submission.kind == Kind.ATTEMPT,
            Submission.state == State.GRADED,
            Submission.result_key.is_not(None),
            Membership.role == Role.STUDENT,
        )
        .order_by(Submission.received)
    )
    for key, user, membership in rows:
        people[user.id] = user, membership
        for halves in _halves(service, session, str(key)):
            place = (halves[0], user.id)
            if place not in best or halves[1] > best[place][1]:
                best[place] = halves
    entries: dict[str, list[BoardEntry]] = {}
    for (data, user_id), (_data, public, private) in best.items():
        user, membership = people[user_id]
        is_named = membership.shows_name or user_id == caller.user_id
        entry = BoardEntry(
            name=user.shown_name if is_named else pseudonym(session, exercise, user_id),
            person=user.shown_name if is_staff else "",
            public=round(public, DIGITS),
            private=private if shows_private else None,
            is_own=user_id == caller.user_id,
        )
        entries.setdefault(data, []).append(entry)
    return [Board(data, ranked(each), shows_private) for data, each in sorted(entries.items())]


def ranked(entries: Iterable[BoardEntry]) -> list[BoardEntry]:
    """Return the entries with their ranks, the best first. Equal accuracies share a rank: 1, 1, 3."""
    ordered = sorted(entries, key=lambda entry: (-entry.decisive, entry.name.casefold()))
    ranks: dict[float, int] = {}
    return [
        replace(entry, rank=ranks.setdefault(entry.decisive, place)) for place, entry in enumerate(ordered, start=1)
    ]


def pseudonym(session: Session, exercise: Exercise, user_id: str) -> str:
    """Return another name for a student, which is always the same in an exercise, and another one in each exercise."""
    secret = server_secret(session).encode()
    number = int.from_bytes(hmac.digest(secret, f"board {exercise.id} {user_id}".encode(), hashlib.sha256)[:8])
    return _("Participant {number}").format(number=str(100_000 + number % 900_000))


def with_public_half(service: Service, report: Report, exercise: Exercise) -> Report:
    """Return a report for a student without the accuracy on the private half, as long as the leaderboard runs."""
    if not exercise.board:
        return report
    with service.database.reading() as session:
        if is_final(session, exercise):
            return report
    return report.model_copy(update={"checks": [_with_public_half(check) for check in report.checks]})


def _with_public_half(check: CheckResult) -> CheckResult:
    halves = check.evidence.content.get("halves")
    if not check.evidence.bonus or not isinstance(halves, list):
        return check
    public = round(halves[0], DIGITS)
    sentence = _(
        "{percent:.1f} % of the public half of the held-out images are classified correctly. The other half is shown at the end of the challenge."
    )
    return check.model_copy(
        update={
            "message": sentence.format(percent=100 * public),
            "evidence": Evidence(bonus=True, accuracy=public),
        }
    )


def _halves(service: Service, session: Session, key: str) -> tuple[Halves, ...]:
    """Return the accuracies of a result, none without a challenge; they are kept in memory."""
    cache = service.halves
    if key not in cache:
        result = session.get(Result, key)
        if len(cache) >= MOST_KEPT:
            cache.clear()
        cache[key] = () if result is None else tuple(_read(kept_results.document_in(result)))
    return cache[key]


def _read(report: dict[str, object]) -> Iterable[Halves]:
    data = str((report.get("environment") or {}).get("data") or "")  # type: ignore[attr-defined]
    for check in report["checks"]:  # type: ignore[attr-defined]
        halves = check["evidence"].get("halves")
        if check["evidence"].get("bonus") and isinstance(halves, list):
            yield data, float(halves[0]), float(halves[1])
