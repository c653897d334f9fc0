"""The tables for logins and systems outside: identities of users, secrets that work once, and deliveries to such a system."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .identifiers import new_id
from .moments import now
from .tables import Exercise, Table, User


class Identity(Table):
    """A login of another system that belongs to an account.

    It is found by ``provider`` (``hub``, ``oidc``, ``github``, ``gitlab`` or ``lti``), ``issuer`` and ``subject``, which never change,
    and never by a name or an e-mail address, which somebody else may have or get. ``name`` is only shown.
    """

    __tablename__ = "identity"
    provider: Mapped[str] = mapped_column(primary_key=True)
    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(default="")
    makes_admin: Mapped[bool] = mapped_column(default=False)  # a group of that system, so that it can take it back
    created: Mapped[datetime] = mapped_column(default=now)
    seen: Mapped[datetime] = mapped_column(default=now)
    user: Mapped[User] = relationship()


class OneTime(Table):
    """Something that is remembered under a secret until it is used once, by the hash of the secret. ``data`` is JSON."""

    __tablename__ = "one_time"
    digest: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    data: Mapped[str] = mapped_column(Text, default="{}")
    expires: Mapped[datetime] = mapped_column(index=True)


class Delivery(Table):
    """A message to another system about a user's work; there is one for each ``kind``, ``place`` and user.

    ``kind`` says how, ``place`` where, for example the id of an exercise in a course system. The content is found out when it
    is sent, so it is always the newest. ``wishes`` counts the reasons to send, ``sent_wish`` is the number of the one that was
    sent last. ``state`` is ``pending``, ``sent`` or ``given_up``. ``due`` is when it is tried next, ``sentence`` is for the staff,
    and ``detail`` the answer of the other system. ``target`` is that system: everything for it waits if it fails.

    ``digest`` is that of the message that was accepted last, ``trying`` that of a message with an unknown outcome, and ``stamp``
    the time that was sent with the last message. ``about`` belongs to the sender of the kind.
    """

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("kind", "place", "user_id"), Index("ix_delivery_due", "state", "due"))
    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    place: Mapped[str]
    target: Mapped[str] = mapped_column(default="")
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    exercise_id: Mapped[str] = mapped_column(ForeignKey("exercise.id", ondelete="CASCADE"), index=True)
    submission_id: Mapped[str | None] = mapped_column(ForeignKey("submission.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(default="pending")
    wishes: Mapped[int] = mapped_column(default=1)
    sent_wish: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)  # in a row, without success
    due: Mapped[datetime] = mapped_column(default=now)
    owner: Mapped[str] = mapped_column(default="")  # the server that sends it now
    digest: Mapped[str] = mapped_column(default="")
    trying: Mapped[str] = mapped_column(default="")
    stamp: Mapped[datetime | None]
    about: Mapped[str] = mapped_column(default="")
    sentence: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[str] = mapped_column(Text, default="")
    created: Mapped[datetime] = mapped_column(default=now)
    since: Mapped[datetime] = mapped_column(default=now)  # when the state began
    sent: Mapped[datetime | None]
    user: Mapped[User] = relationship()
    exercise: Mapped[Exercise] = relationship()


class DeliveryPause(Table):
    """A system that has failed: how often in a row, why, and until when it is left alone. The row is deleted when it works again."""

    __tablename__ = "delivery_pause"
    target: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    until: Mapped[datetime | None]
    sentence: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[str] = mapped_column(Text, default="")
    since: Mapped[datetime] = mapped_column(default=now)
