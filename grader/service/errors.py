"""The reasons for which a request is refused. Pages and the API show the same sentence, with the status of HTTP."""

from __future__ import annotations

import errno

from ..support.errors import GraderError
from ..support.i18n import _


class Refusal(GraderError):
    """A request that cannot be fulfilled; the message says in one sentence why, and what to do.

    ``status`` is the status of HTTP, and ``kind`` a fixed name for programs. After ``retry_after`` seconds the same request
    may succeed.
    """

    status = 400
    kind = "bad-request"

    def __init__(self, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotSignedIn(Refusal):
    """Nobody is signed in, or the token is not valid."""

    status, kind = 401, "not-signed-in"


class NotAllowed(Refusal):
    """The request comes from another page, or the token lacks a scope. Things of other people are :class:`NotFound`."""

    status, kind = 403, "not-allowed"


class NotFound(Refusal):
    """It does not exist, or the user must not know that it exists."""

    status, kind = 404, "not-found"


class Conflict(Refusal):
    """The state does not allow it: too late, not open, no attempts left, or already finished."""

    status, kind = 409, "conflict"


class TooLarge(Refusal):
    """More bytes or files than an upload may have."""

    status, kind = 413, "too-large"


class Unreadable(Refusal):
    """The upload or a field of a form cannot be understood."""

    status, kind = 422, "unreadable"


class TooMany(Refusal):
    """A limit for requests or submissions in a period; ``retry_after`` says how long to wait."""

    status, kind = 429, "too-many"


class Unavailable(Refusal):
    """The server cannot answer now: the database is locked, or the server stops."""

    status, kind = 503, "unavailable"


class NoSpace(Refusal):
    """The disk of the server is nearly full, so nothing is accepted."""

    status, kind = 507, "no-space"

    def __init__(self) -> None:
        sentence = _(
            "The disk of the server is nearly full, so nothing was stored. Tell your instructor, and try again later."
        )
        super().__init__(sentence, retry_after=300)


def is_full_disk(error: BaseException) -> bool:
    """Return whether an error of the operating system or of the database says that the disk is full."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return "disk is full" in str(getattr(error, "orig", ""))


def missing() -> NotFound:
    """Return the refusal for a page that does not exist, or that the user may not see."""
    return NotFound(_("There is no such page, or you may not see it."))
