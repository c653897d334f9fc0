"""Why a course system did not do what it was asked for."""

from __future__ import annotations

from ..support.errors import GraderError


class CourseSystemFailure(GraderError):
    """The course system cannot be reached, or answers something else than its API. Exit code 3."""

    exit_code = 3


class TokenRefused(CourseSystemFailure):
    """The course system does not accept the token: nothing more can be done with it."""


class RequestRefused(CourseSystemFailure):
    """The course system refused one request, for the reason in the message; others may succeed."""


class BrokenDownload(CourseSystemFailure):
    """A file did not arrive completely, or is not where the course system says."""
