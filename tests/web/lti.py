"""A course system that is registered, and browsers that come from it."""

from __future__ import annotations

import re

from fastapi.testclient import TestClient

from grader.service.lti_tables import LtiContext
from grader.service.tables import Course
from tests.lti import platform as lti
from tests.lti.platform import CHOICE, CONTEXT, DEPLOYMENT, TEACHER
from tests.service.lti import register

TOOL = "https://127.0.0.1:8000"


def browser(app):
    """Return a browser without a sign-in, which uses HTTPS, because cookies of launches need it."""
    client = TestClient(app, base_url=TOOL, follow_redirects=False)
    client.headers["Origin"] = TOOL
    return client


def teacher(platform, kind=CHOICE, **changes):
    """Return a message of the instructor."""
    return platform.message(kind, person="teacher", roles=[TEACHER], name="Iris T.", **changes)


def choose(client, platform, claims):
    """Open a message for a choice, in the frame of the course system, and return the page."""
    target = f"{TOOL}/lti/choose"
    return lti.launch(client, platform, claims, dest="iframe", target_link_uri=target)


def send(client, page, path, **fields):
    """Send the form of a page within its frame, with these choices."""
    secret = re.search(r'name="secret" value="([^"]+)"', page.text)[1]
    return client.post(path, data={"secret": secret, **fields})


def connected(service, platform, slug="demo"):
    """Register a platform whose course is connected, and return its row."""
    row = register(service, platform)
    with service.database.writing() as session:
        course = session.query(Course).filter_by(slug=slug).one()
        context = {"deployment": DEPLOYMENT, "context": CONTEXT, "title": "Deep Learning 2026"}
        session.add(LtiContext(platform_id=row.id, course_id=course.id, **context))
    return row
