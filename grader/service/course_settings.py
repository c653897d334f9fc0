"""Creates courses and changes their settings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..support.i18n import _
from ..support.text import clean
from . import audit, local_times, users
from .access import Caller
from .errors import Conflict, Unreadable, missing
from .exercise_settings import whole_number
from .identifiers import new_id
from .moments import now
from .tables import Course, Membership, Role

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_SLUG = 60
LONGEST_TITLE = 200
REGISTRATIONS = ("closed", "link", "open")
MOST_DAYS = 3650
SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa", "œ": "oe"})


@dataclass(frozen=True, kw_only=True)
class CourseSettings:
    """The choices of an instructor for a course; the columns of the table have the same names."""

    title: str
    time_zone: str
    registration: str
    check_days: int
    attempt_days: int


def of_form(fields: Mapping[str, str]) -> CourseSettings:
    """Return the settings that a form has; raises Unreadable for the first mistake."""
    title = users.line(fields.get("title", ""), LONGEST_TITLE)
    if not title:
        raise Unreadable(_("The title is missing: enter one."))
    registration = fields.get("registration", "closed")
    if registration not in REGISTRATIONS:
        raise Unreadable(_("Choose how people join the course."))
    return CourseSettings(
        title=title,
        time_zone=local_times.zone_named(fields.get("time_zone", "")),
        registration=registration,
        check_days=whole_number(fields.get("check_days", "").strip(), _("Days for self-checks"), 1, MOST_DAYS),
        attempt_days=whole_number(fields.get("attempt_days", "").strip(), _("Days for graded attempts"), 1, MOST_DAYS),
    )


def may_create(session: Session, caller: Caller) -> bool:
    """Return whether a user may create a course: an admin, or an instructor of another course."""
    if caller.is_admin:
        return True
    statement = select(Membership.course_id).where(
        Membership.user_id == caller.user_id, Membership.role >= Role.INSTRUCTOR
    )
    return session.scalar(statement.limit(1)) is not None


def require_may_create(session: Session, caller: Caller) -> None:
    """Raise NotFound for a user who may not create a course."""
    if not may_create(session, caller):
        raise missing()


def create(session: Session, caller: Caller, settings: CourseSettings, slug: str = "") -> Course:
    """Return a new course with the caller as instructor. Raises Unreadable or Conflict for a name in addresses that is not possible.

    Without ``slug`` the name in addresses is made from the title.
    """
    require_may_create(session, caller)
    return create_for_teacher(session, caller, settings, slug)


def create_for_teacher(
    session: Session, caller: Caller, settings: CourseSettings, slug: str = "", others: Collection[str] = ()
) -> Course:
    """Do the same for somebody who teaches at another system that this server trusts.

    Without a ``slug`` the course gets one that neither a course nor ``others`` have.
    """
    if slug and (SLUG.fullmatch(slug) is None or len(slug) > LONGEST_SLUG):
        sentence = _("'{slug}' cannot be part of an address: use lower-case letters, digits and single hyphens.")
        raise Unreadable(sentence.format(slug=clean(slug, LONGEST_SLUG)))
    if slug and session.scalar(select(Course.id).where(Course.slug == slug)):
        raise Conflict(_("Another course has the address '{slug}': choose another one.").format(slug=slug))
    course = Course(slug=slug or _free_slug(session, settings.title, others), title=settings.title)
    _apply(course, settings)
    session.add(course)
    session.flush()
    session.add(Membership(course_id=course.id, user_id=caller.user_id, role=Role.INSTRUCTOR))
    audit.write(session, caller, "course created", course.slug)
    return course


def change(session: Session, caller: Caller, course: Course, settings: CourseSettings) -> None:
    """Change the settings of a course of the session."""
    _apply(course, settings)
    audit.write(session, caller, "course settings", course.slug)


def archive(session: Session, caller: Caller, course: Course, is_archived: bool) -> None:
    """Archive a course of the session, so that nothing can be handed in, or open it again."""
    course.archived = now() if is_archived else None
    audit.write(session, caller, "course archived" if is_archived else "course opened again", course.slug)


def _apply(course: Course, settings: CourseSettings) -> None:
    course.title, course.time_zone, course.registration = settings.title, settings.time_zone, settings.registration
    course.check_days, course.attempt_days = settings.check_days, settings.attempt_days


def _free_slug(session: Session, title: str, others: Collection[str]) -> str:
    """Return a name for addresses that neither a course nor ``others`` have, similar to the title if that has Latin letters."""
    plain = unicodedata.normalize("NFKD", title.casefold().translate(SPELLED_OUT)).encode("ascii", "ignore").decode()
    words = "-".join(re.findall(r"[a-z0-9]+", plain))[:LONGEST_SLUG].strip("-")
    slug = words or f"course-{new_id()[:6]}"
    number = 2
    while slug in others or session.scalar(select(Course.id).where(Course.slug == slug)):
        slug = f"{words[: LONGEST_SLUG - 8].strip('-') or 'course'}-{number}"
        number += 1
    return slug
