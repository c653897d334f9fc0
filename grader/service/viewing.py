"""Finds a submission for somebody who wants to see it, and writes down if an admin looks at the work of a student."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from . import access, audit
from .access import Caller
from .service import Service
from .tables import Course, Exercise, Submission, User, Version
from .terms import Terms, terms_of


@dataclass(frozen=True)
class ViewedSubmission:
    """A submission with everything that belongs to it. ``is_own``: the caller is the student."""

    submission: Submission
    exercise: Exercise
    course: Course
    student: User
    terms: Terms
    is_own: bool
    is_staff: bool

    @property
    def is_late(self) -> bool:
        """Whether it is a graded attempt that arrived after the deadline and the grace period."""
        return self.submission.kind == "attempt" and self.terms.is_late(self.submission.received)


def submission_for(service: Service, caller: Caller, submission_id: str) -> ViewedSubmission:
    """Return a submission that the caller may see; raises NotFound. The look of an admin at other people's work is kept."""
    with service.database.reading() as session:
        submission, course_access = access.submission(session, caller, submission_id)
        view = ViewedSubmission(
            submission,
            submission.exercise,
            course_access.course,
            submission.user,
            terms_of(session, submission.exercise, submission.user_id),
            submission.user_id == caller.user_id,
            course_access.is_staff,
        )
    _note(service, caller, submission.id, view.is_own)
    return view


@dataclass(frozen=True)
class SubmissionView:
    """The columns of a submission, for requests that come often. ``is_of_others``: the caller is staff, and not the student."""

    row: Any
    version: Version
    is_of_others: bool


def quick_view(service: Service, session: Session, caller: Caller, submission_id: str) -> SubmissionView:
    """Return a submission like :func:`submission_for`, in a transaction that reads, and in less time."""
    row, is_staff = access.submission_row(session, caller, submission_id)
    is_own = row.user_id == caller.user_id
    _note(service, caller, row.id, is_own)
    version = Version(id=row.version_id, name=row.version_name, blob=row.version_blob)
    return SubmissionView(row, version, is_staff and not is_own)


def _note(service: Service, caller: Caller, submission_id: str, is_own: bool) -> None:
    """Keep the look of an admin at the work of somebody else."""
    if caller.is_admin and not is_own:
        with service.database.writing() as session:
            audit.write(session, caller, "looked at a submission", submission_id)
