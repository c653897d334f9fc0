"""The scores of an exercise that course systems have, wait for, or have refused: for its staff, for a student, and for administrators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import audit, deliveries, passback
from .access import Caller
from .deliveries import GIVEN_UP, SENT, DeliveryView
from .errors import missing
from .lti_tables import LtiResource
from .outside_tables import Delivery
from .passback import Passback
from .tables import Exercise


@dataclass(frozen=True)
class ScoreOverview:
    """The scores of an exercise in course systems. ``views`` leaves out the students about whom nothing had to be sent."""

    passback: Passback
    views: Sequence[DeliveryView] = field(default_factory=list)

    @property
    def is_connected(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.passback.resources)

    def in_state(self, state: str) -> list[DeliveryView]:
        """Return the scores in one of the states of a delivery."""
        return [view for view in self.views if view.delivery.state == state]

    def of_student(self, name: str) -> list[DeliveryView]:
        """Return the scores of a student with a login name."""
        return [view for view in self.views if view.user.name == name]


def overview_of(session: Session, exercise: Exercise) -> ScoreOverview:
    """Return the scores of an exercise in course systems."""
    own = passback.passback_of(session, exercise.id, exercise.course_id)
    places = {resource.id for resource in own.resources}
    views = [view for view in deliveries.views(session, exercise.id) if view.delivery.place in places]
    return ScoreOverview(own, [view for view in views if _is_shown(view.delivery)])


def of_student(session: Session, exercise_id: str, user_id: str) -> list[Delivery]:
    """Return the scores of one student in course systems."""
    statement = select(Delivery).join(LtiResource, LtiResource.id == Delivery.place)
    statement = statement.where(Delivery.user_id == user_id, Delivery.exercise_id == exercise_id)
    return [row for row in session.scalars(statement.order_by(Delivery.created)) if _is_shown(row)]


def send_again(session: Session, caller: Caller, exercise: Exercise, delivery_id: str = "") -> int:
    """Send the score of one student again, or all that were given up; return how many. Raises NotFound for another exercise."""
    statement = select(Delivery).where(Delivery.exercise_id == exercise.id, Delivery.kind == passback.KIND)
    statement = statement.where(Delivery.id == delivery_id if delivery_id else Delivery.state == GIVEN_UP)
    rows = session.scalars(statement).all()
    if delivery_id and not rows:
        raise missing()
    about = f"{exercise.course.slug}/{exercise.name} {rows[0].user.name if delivery_id else len(rows)}"
    audit.write(session, caller, "score sent again", about)
    return passback.send_again(session, rows)


def send_all_again(session: Session, caller: Caller, target: str) -> int:
    """Send everything again that a system has refused, and try at once what waits for it; return how much was refused."""
    rows = session.scalars(select(Delivery).where(Delivery.target == target, Delivery.state == GIVEN_UP)).all()
    deliveries.end_pause(session, target)
    audit.write(session, caller, "sent again", f"{target} {len(rows)}")
    return passback.send_again(session, rows)


def _is_shown(row: Delivery) -> bool:
    """Return whether a score was sent, or should be; a wish without a score leaves a row without both."""
    return row.kind == passback.KIND and (row.state != SENT or row.sent is not None)
