"""Sends scores to course systems by LTI: the score of the gradebook, with a comment that the student reads there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ..lti import grades
from ..lti.outgoing import Unreachable
from ..lti.services import PlatformServices, ServiceRefused
from ..support import i18n
from ..support.i18n import _, lazy
from . import passback, standings
from .delivery_sender import Envelope, NeverAccepted, TryLater
from .lti_columns import Columns
from .lti_services import NOT_ALLOWED, CourseSystems, no_answer, outcome_of
from .lti_tables import LtiResource
from .outside_tables import Delivery
from .service import Service
from .standings import GradebookLine
from .tables import Exercise, Membership, Role, Submission, User

NEWER = lazy(
    "The course system has a newer score of this person, or its clock is ahead of the clock of this server. The score is sent again "
    "with a later time."
)


class ScoreSender:
    """Sends the deliveries of the kind :data:`grader.service.passback.KIND`."""

    def __init__(self, service: Service, systems: CourseSystems) -> None:
        self._columns = Columns(service, systems)

    def message(self, service: Service, session: Session, delivery: Delivery) -> Mapping[str, Any] | None:
        """Return the score of a student as the gradebook has it, without its time; None if there is nothing to send."""
        resource = session.get(LtiResource, delivery.place)
        user = session.get(User, delivery.user_id)
        if resource is None or user is None:
            return None
        exercise = session.get_one(Exercise, resource.exercise_id)
        member = session.get(Membership, (exercise.course_id, user.id))
        subject = passback.subject_of(session, resource.context.platform.issuer, user.id)
        if member is None or member.role != Role.STUDENT or subject is None:
            return None
        with i18n.use(_language_of(session, exercise, user)):
            line = standings.gradebook_line(service, session, exercise, user.id)
            content = None if line is None else content_of(line, is_known=bool(delivery.digest or delivery.trying))
        return None if content is None else {"userId": subject, **content}

    def send(self, service: Service, envelope: Envelope) -> None:
        """Send a score; raises TryLater or NeverAccepted."""
        place, delivery = envelope.delivery.place, envelope.delivery
        address = self._columns.address(place)
        services, scopes = self._columns.services_of(place)
        if scopes and grades.SCORE_SCOPE not in scopes:
            raise NeverAccepted(NOT_ALLOWED)
        if envelope.is_repeated and _is_there(services, scopes, address, envelope.message) is True:
            return
        message = dict(envelope.message)
        submission = message.pop("submission_id", "")
        _add_submission(message, is_new=submission != delivery.about)
        document = grades.score_document(message, envelope.stamp)
        try:
            self._send(services, place, address, document)
        except Unreachable as error:
            raise no_answer(error) from error
        except ServiceRefused as refusal:
            if not _is_conflict(refusal):
                raise outcome_of(refusal) from refusal
            # The score of an earlier try, whose answer was lost, has the same time.
            if not envelope.is_repeated or _is_there(services, scopes, address, envelope.message) is False:
                raise TryLater(NEWER, refusal.detail, is_of_system=False, is_refused=True) from refusal
        if submission != delivery.about:
            with service.database.claiming() as session:
                session.execute(update(Delivery).where(Delivery.id == delivery.id).values(about=submission))

    def _send(self, services: PlatformServices, place: str, address: str, document: Mapping[str, Any]) -> None:
        """Send a score to a column, or to the one that has replaced it; raises ServiceRefused, TryLater or NeverAccepted."""
        try:
            grades.send_score(services, address, document)
        except ServiceRefused as refusal:
            if refusal.status not in (404, 410) or refusal.is_token:
                raise
            grades.send_score(services, self._columns.replace(place, address), document)


def content_of(line: GradebookLine, is_known: bool) -> dict[str, Any] | None:
    """Return a score without user and time, None if there is nothing to send. ``is_known``: the course system may have a score.

    A score that a person still has to complete is not sent, because most course systems show it as if it were the last one.
    """
    row, submission = line.row, line.submission
    content: dict[str, Any] = {"activityProgress": "Completed", "comment": row.comment}
    if row.status == "excused":
        return {**content, "gradingProgress": "NotReady"} if is_known else None
    if row.status in ("pending", "unreadable") or (row.score is None and submission is None) or row.max_score <= 0:
        return None
    if submission is not None:
        content["submission_id"] = submission.id
        content["submission"] = {"submittedAt": grades.moment_text(submission.received)}
    if row.score is None:
        return {**content, "activityProgress": "Submitted", "gradingProgress": "NotReady"}
    if row.provisional:
        return {**content, "gradingProgress": "PendingManual"}
    points = _("{score:g} of {most:g} points.").format(score=round(row.score, 2), most=round(row.max_score, 2))
    return {
        **content,
        "gradingProgress": "FullyGraded",
        "scoreGiven": max(0.0, row.score),
        "scoreMaximum": row.max_score,
        "comment": f"{points} {row.comment}".strip(),
    }


def _add_submission(message: dict[str, Any], is_new: bool) -> None:
    """Add the extension of Canvas, which counts each score as a new attempt without it."""
    submission = message.get("submission")
    fields: dict[str, Any] = {"new_submission": is_new and submission is not None}
    if submission is not None:
        fields["submitted_at"] = submission["submittedAt"]
    message[grades.CANVAS_SUBMISSION] = fields


def _language_of(session: Session, exercise: Exercise, user: User) -> str:
    """Return the language that a student has chosen, else that of the browser with which the student has handed in last."""
    own = (Submission.user_id == user.id, Submission.exercise_id == exercise.id)
    last = select(Submission.language).where(*own).order_by(Submission.received.desc()).limit(1)
    language = user.language or session.scalar(last)
    return language if language in i18n.LANGUAGES else i18n.ENGLISH


def _is_conflict(refusal: ServiceRefused) -> bool:
    """Return whether a score was refused because of its time: Canvas answers with status 400, others with 409."""
    return refusal.status == 409 or (refusal.status == 400 and "timestamp" in refusal.detail.lower())


def _is_there(
    services: PlatformServices, scopes: frozenset[str], address: str, message: Mapping[str, Any]
) -> bool | None:
    """Return whether the course system has this score already, None if that cannot be found out."""
    if grades.RESULT_SCOPE not in scopes:
        return None
    try:
        stored = grades.stored_score(services, address, message["userId"])
    except (Unreachable, ServiceRefused):
        return None
    if stored is None:
        return False
    points = message.get("scoreGiven")
    if points is None or stored.points is None:
        is_same = points is None and stored.points is None
    else:
        is_same = abs(points / message["scoreMaximum"] - stored.points / stored.most) < 1e-6
    if is_same and not stored.comment and message["comment"]:
        return None  # some course systems do not return comments
    return is_same and stored.comment == message["comment"]
