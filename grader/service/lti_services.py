"""The services of course systems, with the sentences for their failures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..lti.outgoing import Unreachable
from ..lti.services import AccessTokens, PlatformAccess, PlatformServices, ServiceRefused
from ..support.i18n import lazy
from . import lti_keys
from .delivery_sender import NeverAccepted, TryLater
from .lti_tables import LtiPlatform
from .service import Service

NO_ANSWER = lazy("The course system does not answer as it should.")
TOO_MANY = lazy("The course system asks this server to wait.")
NO_ACCESS = lazy(
    "The course system does not let this server in: an administrator must check its client ID, its token address, and there the "
    "address of the keys of this server."
)
NOT_ALLOWED = lazy(
    "The course system does not let this server write marks: an administrator there must allow it for this tool. Then press 'Send "
    "again'."
)
NOT_ACCEPTED = lazy(
    "The course system does not accept a score for this person: look there whether the person is a student of the course. Then "
    "press 'Send again'."
)


class CourseSystems:
    """Reaches the services of course systems. Access tokens are kept in memory. All methods can be called in any thread."""

    def __init__(self, service: Service) -> None:
        self._tokens = AccessTokens(lambda claims: lti_keys.sign(service.database, claims))

    def services_of(self, platform: LtiPlatform) -> PlatformServices:
        """Return the services of a course system."""
        audience = platform.token_audience or platform.token_url
        return PlatformServices(self._tokens, PlatformAccess(platform.client_id, platform.token_url, audience))


@contextmanager
def outcomes(sentence: str = NOT_ACCEPTED) -> Iterator[None]:
    """Raise TryLater or NeverAccepted for a request that has failed in the block; ``sentence`` is that of a refusal."""
    try:
        yield
    except Unreachable as error:
        raise no_answer(error) from error
    except ServiceRefused as refusal:
        raise outcome_of(refusal, sentence) from refusal


def no_answer(error: Unreachable) -> TryLater:
    """Return the error for a request without a usable answer."""
    return TryLater(NO_ANSWER, str(error), is_refused=not error.was_sent)


def outcome_of(refusal: ServiceRefused, sentence: str = NOT_ACCEPTED) -> TryLater | NeverAccepted:
    """Return the error for the status with which a course system has answered."""
    status = refusal.status
    detail = f"{status} {refusal.detail}".strip()
    if status == 429:
        return TryLater(TOO_MANY, detail, seconds=refusal.seconds, is_refused=True)
    if status >= 500 or status in (408, 425):
        return TryLater(NO_ANSWER, detail, seconds=refusal.seconds, is_refused=refusal.is_token)
    if refusal.is_token:
        return TryLater(
            NO_ACCESS, detail, is_refused=True
        )  # it concerns everybody, and heals when somebody corrects it
    return NeverAccepted(NOT_ALLOWED if status in (401, 403) else sentence, detail)
