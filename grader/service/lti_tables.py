"""The tables for LTI 1.3: course systems ("platforms"), their courses ("contexts"), the links in them ("resources"), and own keys."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .identifiers import new_id
from .moments import now
from .tables import Course, Exercise, Table


class LtiPlatform(Table):
    """A course system that an administrator has registered, by its issuer and the client id that it has given this server.

    ``address`` is where people use it, if that is another host than the issuer; its pages may show those below /lti in a frame.
    ``token_audience`` is the audience of requests for access tokens, "" for ``token_url``.
    """

    __tablename__ = "lti_platform"
    __table_args__ = (UniqueConstraint("issuer", "client_id"),)
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    title: Mapped[str]
    issuer: Mapped[str]
    client_id: Mapped[str]
    login_url: Mapped[str]
    token_url: Mapped[str]
    token_audience: Mapped[str] = mapped_column(default="")
    keys_url: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    created: Mapped[datetime] = mapped_column(default=now)
    deployments: Mapped[list[LtiDeployment]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="LtiDeployment.deployment"
    )


class LtiDeployment(Table):
    """A place in a course system where this server is installed; messages of others are refused."""

    __tablename__ = "lti_deployment"
    platform_id: Mapped[str] = mapped_column(ForeignKey("lti_platform.id", ondelete="CASCADE"), primary_key=True)
    deployment: Mapped[str] = mapped_column(primary_key=True)


class LtiContext(Table):
    """A course of a course system that an instructor has connected with a course here.

    ``members_url`` is where its members can be read (names and roles), "" if the course system does not offer that. ``members_read`` is
    when that was tried last, and ``members_problem`` why it failed, "" if it did not.
    """

    __tablename__ = "lti_context"
    __table_args__ = (UniqueConstraint("platform_id", "deployment", "context"),)
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    platform_id: Mapped[str] = mapped_column(ForeignKey("lti_platform.id", ondelete="CASCADE"))
    deployment: Mapped[str]
    context: Mapped[str]
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(default="")
    members_url: Mapped[str] = mapped_column(Text, default="")
    members_read: Mapped[datetime | None]
    members_problem: Mapped[str] = mapped_column(Text, default="")
    created: Mapped[datetime] = mapped_column(default=now)
    platform: Mapped[LtiPlatform] = relationship()
    course: Mapped[Course] = relationship()


class LtiResource(Table):
    """A link in a course of a course system, and the exercise that it opens.

    ``line_item`` is the address of its column for marks, ``line_items`` that of all columns of the course, "" without one;
    ``scopes`` are what this server may do there, with spaces between. All three are those of the last launch.
    ``own_item`` is the address of a column that this server has found or made, which comes before ``line_item``. ``item_state``
    is "gone" after the column was deleted, and "make" after a person has asked for a new one.
    """

    __tablename__ = "lti_resource"
    __table_args__ = (UniqueConstraint("context_id", "resource_link"),)
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    context_id: Mapped[str] = mapped_column(ForeignKey("lti_context.id", ondelete="CASCADE"))
    resource_link: Mapped[str]
    exercise_id: Mapped[str] = mapped_column(ForeignKey("exercise.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(default="")
    line_item: Mapped[str] = mapped_column(Text, default="")
    line_items: Mapped[str] = mapped_column(Text, default="")
    scopes: Mapped[str] = mapped_column(Text, default="")
    own_item: Mapped[str] = mapped_column(Text, default="")
    item_state: Mapped[str] = mapped_column(default="")
    created: Mapped[datetime] = mapped_column(default=now)
    context: Mapped[LtiContext] = relationship()
    exercise: Mapped[Exercise] = relationship()


class LtiKey(Table):
    """A key with which this server signs; ``id`` is the id under which platforms find its public part. Secret: no page or log has it."""

    __tablename__ = "lti_key"
    id: Mapped[str] = mapped_column(primary_key=True)
    private: Mapped[str] = mapped_column(Text, deferred=True)
    created: Mapped[datetime] = mapped_column(default=now)
