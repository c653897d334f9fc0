"""Launches between their begin and the arrival of the message: each answers one login, once, in the browser that began it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import time
from typing import Any

from ..lti import login, tool, verifying
from ..lti.login import LoginRequest
from ..lti.refusals import LaunchRefused
from ..lti.verifying import Expected
from . import lti_platforms, one_time
from .identifiers import digest_of, is_secret_of, new_secret
from .lti_tables import LtiPlatform
from .service import Service

STATE = "lti-state"
STATE_MINUTES = 10
COOKIE = "grader_lti_"


@dataclass(frozen=True)
class LoginStart:
    """A login that has begun: the ``address`` at the platform where the browser goes next, and the ``secret`` that it keeps.

    ``name`` is the name of the secret's cookie, because several launches may run at once.
    """

    address: str
    name: str
    secret: str
    platform: LtiPlatform


@dataclass(frozen=True)
class BegunLaunch:
    """A login whose message has arrived."""

    platform_id: str
    nonce: str
    name: str
    digest: str
    path: str
    storage: str

    def is_bound_to(self, secret: str) -> bool:
        """Return whether a browser has the secret of this login."""
        return is_secret_of(self.digest, secret)


def begin(service: Service, request: LoginRequest, own_address: str) -> LoginStart:
    """Remember a login, and return where the browser goes; raises LaunchRefused for one that no registered platform asks for."""
    targets = tool.targets(own_address)
    if request.target_link_uri not in targets:
        raise LaunchRefused("target", "The login is for another address than those of this server.")
    nonce, secret, name = new_secret(), new_secret(), COOKIE + digest_of(new_secret())[:12]
    with service.database.reading() as session:
        platform = lti_platforms.of_login(session, request.iss, request.client_id)
    deployments = [row.deployment for row in platform.deployments]
    if request.lti_deployment_id and request.lti_deployment_id not in deployments:
        raise LaunchRefused("deployment", "The deployment of the login is not registered for the platform.")
    data = {
        "platform_id": platform.id,
        "nonce": nonce,
        "name": name,
        "digest": digest_of(secret),
        "path": request.target_link_uri.removeprefix(own_address),
        "storage": request.lti_storage_target,
    }
    with service.database.writing() as session:
        state = one_time.remember(session, STATE, data, STATE_MINUTES)
    address = login.authorisation_address(
        platform.login_url,
        request,
        client_id=platform.client_id,
        redirect_uri=targets[0],
        state=state,
        nonce=nonce,
    )
    return LoginStart(address, name, secret, platform)


def take(service: Service, state: str) -> BegunLaunch:
    """Return the login that a message answers, which can be taken once; raises LaunchRefused."""
    return BegunLaunch(**take_once(service, STATE, state, "The state is unknown, too old, or was used before."))


def take_once(service: Service, purpose: str, secret: str, detail: str) -> dict[str, Any]:
    """Return what a step of a launch has remembered for the next one, which works once; raises LaunchRefused with ``detail``."""
    with service.database.writing() as session:
        data: dict[str, Any] | None = one_time.take(session, purpose, secret)
    if data is None:
        raise LaunchRefused("state", detail)
    return data


def claims_of(service: Service, pending: BegunLaunch, token: str, own_address: str) -> Mapping[str, Any]:
    """Return the checked claims of a message; raises LaunchRefused."""
    with service.database.reading() as session:
        platform = session.get(LtiPlatform, pending.platform_id)
    if platform is None:
        raise LaunchRefused("issuer", "The platform has been removed.")
    expected = Expected(
        issuer=platform.issuer,
        client_id=platform.client_id,
        deployments=[row.deployment for row in platform.deployments],
        nonce=pending.nonce,
        targets=[own_address + pending.path],
    )
    return verifying.check(token, expected, lambda key_id: service.platform_keys.key(platform.keys_url, key_id), time())
