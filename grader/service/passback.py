"""The reasons to send scores to course systems, and the students who get them there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Delete, Select, String, bindparam, delete, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from . import deliveries
from .deliveries import DeliveryPlace
from .lti_tables import LtiContext, LtiPlatform, LtiResource
from .outside_tables import Delivery, Identity
from .tables import Membership, Role, User

KIND = "lti-score"
LTI = "lti"
GONE, MAKE = "gone", "make"
"""The states of a column for marks: it was deleted; and a person has asked for a new one."""


def want(session: Session, exercise_id: str, user_ids: Iterable[str] | None = None) -> None:
    """Let the course systems with a link to an exercise get the scores of these students, or with None of all.

    Call it in the transaction that may change a score. It is sent only if it has changed.
    """
    if user_ids is None:
        rows = session.execute(_statement(False), {"exercise": exercise_id}).all()
    else:
        rows = [
            row
            for user_id in sorted(set(user_ids))
            for row in session.execute(_statement(True), {"exercise": exercise_id, "user": user_id})
        ]
    if rows:
        places = [DeliveryPlace(row.id, row.user_id, target_of(row)) for row in rows]
        deliveries.want_all(session, KIND, places, exercise_id)


def want_in_course(session: Session, course_id: str, user_ids: Collection[str]) -> None:
    """Do the same for all exercises of a course, for students who have come from a course system."""
    exercises = select(LtiResource.exercise_id).join(LtiResource.context).where(LtiContext.course_id == course_id)
    for exercise_id in session.scalars(exercises.distinct().order_by(LtiResource.exercise_id)).all():
        want(session, exercise_id, user_ids)


def target_of(row: Any) -> str:
    """Return the host that gets the scores of a link."""
    return urlsplit(row.own_item or row.line_item or row.line_items).hostname or KIND


def subject_of(session: Session, issuer: str, user_id: str) -> str | None:
    """Return the id of a user in a course system, None for somebody who has none there."""
    statement = select(Identity.subject).where(
        Identity.provider == LTI, Identity.issuer == issuer, Identity.user_id == user_id
    )
    return session.scalar(statement.order_by(Identity.seen.desc(), Identity.subject).limit(1))


@dataclass(frozen=True)
class Passback:
    """The course systems that have a link to an exercise, and what their links lack.

    ``strangers`` are the students whom none of these systems has named yet, so that they get no score there.
    """

    resources: Sequence[LtiResource]
    strangers: Sequence[User]

    @property
    def without_column(self) -> list[LtiResource]:
        """The links that have no place for marks."""
        return [each for each in self.resources if not (each.own_item or each.line_item or each.line_items)]


def passback_of(session: Session, exercise_id: str, course_id: str) -> Passback:
    """Return the course systems of an exercise."""
    with_platform = joinedload(LtiResource.context).joinedload(LtiContext.platform)
    statement = select(LtiResource).options(with_platform).where(LtiResource.exercise_id == exercise_id)
    resources = session.scalars(statement.order_by(LtiResource.created)).all()
    if not resources:
        return Passback([], [])
    issuers = {each.context.platform.issuer for each in resources}
    is_known = exists().where(Identity.user_id == User.id, Identity.provider == LTI, Identity.issuer.in_(issuers))
    students = select(User).join(Membership, Membership.user_id == User.id)
    students = students.where(Membership.course_id == course_id, Membership.role == Role.STUDENT)
    strangers = session.scalars(students.where(~is_known, User.erased.is_(None)).order_by(User.full_name, User.name))
    return Passback(resources, strangers.all())


def send_again(session: Session, rows: Sequence[Delivery]) -> int:
    """Send deliveries again because a person asks for it; a column that was deleted is made again. Return how many there are."""
    places = {row.place for row in rows if row.kind == KIND}
    resources = session.scalars(
        select(LtiResource).where(LtiResource.id.in_(places), LtiResource.item_state == GONE)
    ).all()
    for resource in resources:
        resource.item_state = MAKE
    session.flush()
    for exercise_id in sorted({resource.exercise_id for resource in resources}):
        want(session, exercise_id)  # the scores that came while there was no column
    return deliveries.send_again(session, rows)


def without_link() -> Delete:
    """Return the statement that deletes the scores of links that were removed."""
    return delete(Delivery).where(Delivery.kind == KIND, Delivery.place.not_in(select(LtiResource.id)))


def forget_gone(session: Session, context_id: str, exercise_id: str) -> None:
    """Forget the links of a course to an exercise whose columns were deleted, because there is a new link."""
    own = (LtiResource.context_id == context_id, LtiResource.exercise_id == exercise_id, LtiResource.item_state == GONE)
    for resource in session.scalars(select(LtiResource).where(*own)).all():
        session.execute(delete(Delivery).where(Delivery.kind == KIND, Delivery.place == resource.id))
        session.delete(resource)


def is_stranger(session: Session, exercise_id: str, user_id: str) -> bool:
    """Return whether there are course systems with a link to an exercise, and none of them knows a user yet."""
    statement = select(LtiPlatform.issuer).join(LtiContext).join(LtiResource, LtiResource.context_id == LtiContext.id)
    issuers = {*session.scalars(statement.where(LtiResource.exercise_id == exercise_id))}
    return bool(issuers) and all(subject_of(session, issuer, user_id) is None for issuer in issuers)


@cache
def _statement(is_of_one: bool) -> Select[Any]:
    """Return the statement for the links to an exercise with their students: those of the link's own course, and those by hand."""
    student, context = Membership, LtiContext
    is_of_context = or_(student.source == "lti:" + context.id, ~student.source.startswith("lti:"))
    statement: Any = (
        select(
            LtiResource.id,
            LtiResource.own_item,
            LtiResource.line_item,
            LtiResource.line_items,
            Identity.user_id,
        )
        .join(LtiResource.context)
        .join(LtiContext.platform)
        .join(Identity, (Identity.issuer == LtiPlatform.issuer) & (Identity.provider == LTI))
        .join(student, (student.course_id == context.course_id) & (student.user_id == Identity.user_id))
        .where(
            LtiResource.exercise_id == bindparam("exercise", type_=String()),
            student.role == Role.STUDENT,
            is_of_context,
            LtiResource.item_state != GONE,
            or_(LtiResource.own_item != "", LtiResource.line_item != "", LtiResource.line_items != ""),
        )
        .distinct()
    )
    if is_of_one:
        statement = statement.where(Identity.user_id == bindparam("user", type_=String()))
    complete: Select[Any] = statement
    return complete
