"""Course systems in the database, and visits of their people, for tests of the service."""

from __future__ import annotations

from sqlalchemy import select

from grader.service import lti_courses, lti_launches, lti_platforms
from grader.service.lti_launches import Visit
from grader.service.tables import Course
from tests.lti.platform import DEPLOYMENT


def register(service, platform, **changes):
    """Register a platform of the tests, and return its row."""
    settings = lti_platforms.of_form(platform.settings() | changes)
    with service.database.writing() as session:
        return lti_platforms.add(session, "root", settings, [DEPLOYMENT])


def arrive(service, row, claims):
    """Let a checked message arrive."""
    return lti_launches.arrive(service, Visit(row.id, claims))


def connect(service, arrival, slug="", settings=None):
    """Connect the course of a message, and return the connection."""
    with service.database.writing() as session:
        return lti_courses.connect(session, arrival, slug, settings)


def course(service, slug="demo"):
    """Return a course."""
    with service.database.reading() as session:
        return session.scalar(select(Course).where(Course.slug == slug))
