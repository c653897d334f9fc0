"""A course system that is connected with the course of the tests, whose students it knows."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from grader.lti import own_keys
from grader.service import lti_keys
from grader.service.lti_tables import LtiContext, LtiPlatform, LtiResource
from grader.service.outside_tables import Identity
from grader.service.tables import Course, Exercise, Membership, User
from tests.lti.platform import CONTEXT, DEPLOYMENT, Platform
from tests.lti.platform_services import LINE_ITEM, RESULT, SCORE, PlatformServices
from tests.service.kept_results import EXERCISE

SCOPES = (LINE_ITEM, RESULT, SCORE)


@pytest.fixture(scope="module")
def own_key():
    """The private key with which the server signs: making one takes a while."""
    return own_keys.new_key()[1]


@pytest.fixture(scope="module")
def platform():
    """A running platform."""
    with Platform("http://tool.example") as platform:
        yield platform


@pytest.fixture
def connected(service, platform, own_key, monkeypatch):
    """A course system that is connected with the course "demo"; it knows the students."""
    monkeypatch.setattr(lti_keys, "sign", lambda database, claims: own_keys.signed(own_key, claims))
    monkeypatch.setattr(lti_keys, "key_set", lambda database: own_keys.key_set([own_key]))
    return connect(service, platform)


@dataclass
class CourseSystem:
    """A platform with its services, and the rows that connect it; ``resource_id`` is that of a link to the exercise."""

    platform: Platform
    services: PlatformServices
    platform_id: str
    context_id: str
    resource_id: str
    item: str


def connect(service, platform, people=("ada", "ben"), link="link-1", with_item=True, scopes=SCOPES):
    """Connect a running platform with the course "demo"; its user ids are the login names with "lms-" in front."""
    services = PlatformServices(platform, lambda: lti_keys.key_set(service.database))
    item = services.add_item(resourceLinkId=link) if with_item else ""
    settings = platform.settings()
    with service.database.writing() as session:
        course = session.scalar(select(Course).where(Course.slug == "demo"))
        exercise = session.scalar(select(Exercise).where(Exercise.name == EXERCISE))
        row = LtiPlatform(**settings)
        session.add(row)
        session.flush()
        context = LtiContext(
            platform_id=row.id,
            deployment=DEPLOYMENT,
            context=CONTEXT,
            course_id=course.id,
            title="Deep Learning",
            members_url=services.members_url,
        )
        session.add(context)
        session.flush()
        resource = LtiResource(
            context_id=context.id,
            resource_link=link,
            exercise_id=exercise.id,
            line_item=item,
            line_items=services.line_items,
            scopes=" ".join(scopes),
        )
        session.add(resource)
        session.flush()
        for name in people:
            user = session.scalar(select(User).where(User.name == name))
            session.add(
                Identity(provider="lti", issuer=settings["issuer"], subject=f"lms-{name}", user_id=user.id, name=name)
            )
            session.get(Membership, (course.id, user.id)).source = f"lti:{context.id}"
        return CourseSystem(platform, services, row.id, context.id, resource.id, item)
