"""Lets the token of a notebook server in a JupyterHub be a token for the API: it may read and hand in, and nothing else."""

from __future__ import annotations

import logging
import re
from functools import partial

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import Request

from ..logins.failures import LoginFailed
from ..logins.hub import UnknownToken
from ..logins.hub_tokens import HubTokens
from ..service import accounts, identities, outside_sign_in
from ..service.access import Caller
from ..service.errors import NotSignedIn
from ..service.logs import FIELDS
from ..service.service import Service
from ..support.i18n import _
from . import requests, signed_in, way_names

SCOPES = frozenset({"read", "submit"})
"""The scopes of such a token: programs of a student run next to it, so it can neither change a class nor read the work of others."""
TOKEN = re.compile(r"[\w.~+/=-]{16,512}", re.ASCII)
RETRY_SECONDS = 10
THREADS = 16
"""How many requests may wait for the hub at the same time: a slow one must not take the threads of all other requests."""
log = logging.getLogger(__name__)


async def find(request: Request) -> None:
    """Ask the hub whose token a request has, unless the token is one of this server. Raises NotSignedIn, and LoginFailed."""
    hub = way_names.ways_of(request).hub
    token = requests.bearer(request)
    if hub is None or token.startswith(accounts.TOKEN_PREFIX) or not TOKEN.fullmatch(token):
        return
    service, state = requests.service_of(request), request.app.state
    if not hub.is_kept(token):
        service.rates.count_hub_token(signed_in.address_of(request))
    if getattr(state, "hub_threads", None) is None:
        state.hub_threads = CapacityLimiter(THREADS)  # needs the event loop
    answer = partial(_caller, service, hub, token)
    request.state.hub_caller = await anyio.to_thread.run_sync(answer, limiter=state.hub_threads)


def _caller(service: Service, hub: HubTokens, token: str) -> Caller:
    title = hub.settings.title
    try:
        proved, is_new = hub.person_of(token)
    except UnknownToken:
        sentence = _("{title} does not know this token: stop your server on the page of {title}, and start it again.")
        raise NotSignedIn(sentence.format(title=title)) from None
    except LoginFailed as failure:
        log.warning("A token of the hub cannot be used", extra={FIELDS: {"reason": failure.reason}})
        failure.retry_after = RETRY_SECONDS if failure.status == 503 else None
        raise
    if not is_new:
        with service.database.reading() as session:
            identity = identities.find(session, proved.person)
            if identity is not None and identity.user.disabled is None:
                return accounts.caller_of(identity.user, SCOPES)
    with service.database.writing() as session:
        identity = outside_sign_in.identity_of(session, hub.settings, proved.person, proved.groups)
        return accounts.caller_of(identity.user, SCOPES)
