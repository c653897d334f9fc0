"""The reasons for which nobody is signed in. The sentence is for people; ``reason`` is for the log, and has no secret."""

from __future__ import annotations

from ..service.errors import Refusal
from ..support.i18n import _


class LoginFailed(Refusal):
    """A sign-in with another system that did not succeed; nothing has been changed."""

    status, kind = 401, "login-failed"

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason


class ProviderSilent(LoginFailed):
    """The other system cannot be reached, is too slow, or answers with something else."""

    status, kind = 503, "login-unavailable"

    def __init__(self, title: str, reason: str) -> None:
        sentence = _("{title} does not answer as it should at the moment: try again in a few minutes.")
        super().__init__(sentence.format(title=title), reason)


class WronglySetUp(LoginFailed):
    """The settings of this server and of the other system do not fit: only an administrator can change that."""

    status, kind = 503, "login-unavailable"

    def __init__(self, title: str, reason: str) -> None:
        sentence = _(
            "The sign-in with {title} is not set up correctly: tell the people who run this server, and sign in another way."
        )
        super().__init__(sentence.format(title=title), reason)


class Forged(LoginFailed):
    """An answer that the other system cannot have given for this sign-in."""

    def __init__(self, title: str, reason: str) -> None:
        sentence = _(
            "The answer of {title} is not valid for this sign-in, so nobody was signed in: begin again. If it happens again, tell the "
            "people who run this server."
        )
        super().__init__(sentence.format(title=title), reason)


class TooOld(LoginFailed):
    """A sign-in that was used already, took too long, or was begun in another browser."""

    def __init__(self, title: str, reason: str) -> None:
        sentence = _(
            "This sign-in with {title} has been used already, took too long, or was begun in another browser: begin again."
        )
        super().__init__(sentence.format(title=title), reason)


class Cancelled(LoginFailed):
    """The person has not agreed at the other system."""

    def __init__(self, title: str) -> None:
        sentence = _("You have cancelled the sign-in with {title}, and nothing was changed.")
        super().__init__(sentence.format(title=title), "cancelled")


def of_answer(title: str, error: str) -> LoginFailed:
    """Return the failure for an error that the other system names, as RFC 6749 and OpenID Connect define them."""
    if error == "access_denied":
        return Cancelled(title)
    reason = f"the other system answered {error[:80]!r}"
    if error in ("server_error", "temporarily_unavailable", "slow_down"):
        return ProviderSilent(title, reason)
    if error in ("invalid_grant", "bad_verification_code"):
        return TooOld(title, reason)
    return WronglySetUp(title, reason)
