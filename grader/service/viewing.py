"""Finds a submission for somebody who wants to see it, and writes down if an admin looks at the work of a student."""

from __future__ import annotations

from dataclasses import dataclass

from . import access, audit
from .access import Caller
from .service import Service
from .tables import Course, Exercise, Submission, User
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
    if caller.is_admin and not view.is_own:
        with service.database.writing() as session:
            audit.write(session, caller, "looked at a submission", submission.id)
    return view
