"""Signs people in with a JupyterHub, by OAuth, and asks the hub whose a token is.

``HubOAuth`` of the package jupyterhub is made for Tornado: it sets cookies of Tornado's handlers, and remembers states in one process. The
two requests that it makes are here, so that the server needs no further package.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urljoin

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from ..service.hub_environment import HubEnvironment
from ..service.identities import OutsidePerson
from ..service.login_settings import ADMINS, HubLogin
from ..support.i18n import _
from . import failures
from .failures import Forged, LoginFailed, ProviderSilent, WronglySetUp
from .proved import ProvedPerson, Secrets, text_of
from .web_client import NoUsableAnswer, WebClient

log = logging.getLogger(__name__)


class NoAccess(LoginFailed):
    """The person, or the token, may not use this service of the hub."""

    status, kind = 403, "not-allowed"


class UnknownToken(Exception):
    """The hub does not know a token."""


class Hub:
    """How people sign in with one hub. Threads can share it."""

    def __init__(self, settings: HubLogin, environment: HubEnvironment, client: WebClient) -> None:
        self.settings, self._environment, self._client = settings, environment, client

    def address(self, return_address: str, state: str, random: Secrets) -> str:
        """Return the address of the hub to which the browser goes. The hub knows itself where to lead back."""
        hub = self._environment
        query = {
            "client_id": hub.client_id,
            "redirect_uri": hub.callback,
            "response_type": "code",
            "state": state,
            "code_challenge": create_s256_code_challenge(random.verifier),
            "code_challenge_method": "S256",
        }
        return f"{urljoin(return_address, hub.login_address)}?{urlencode(query)}"

    def person(self, return_address: str, answer: Mapping[str, str], random: Secrets) -> ProvedPerson:
        """Return the person of an answer; raises LoginFailed."""
        title = self.settings.title
        if answer.get("error"):
            raise failures.of_answer(title, answer["error"])
        if not answer.get("code"):
            raise Forged(title, "the answer has no code")
        token = self._token(answer["code"], random)
        try:
            return self.person_of(token)
        except UnknownToken:
            raise ProviderSilent(title, "the hub does not know the token that it has just given") from None

    def person_of(self, token: str) -> ProvedPerson:
        """Return the person whose token this is; raises UnknownToken, and LoginFailed."""
        title = self.settings.title
        answer = self._request("GET", "/user", headers={"Authorization": f"Bearer {token}"})
        if answer.status_code in (401, 403):
            raise UnknownToken
        document = self._document(answer)
        name, scopes = document.get("name"), document.get("scopes")
        if not isinstance(scopes, list) or not self._environment.access.intersection(map(str, scopes)):
            raise self._no_access()
        if document.get("kind") != "user" or not isinstance(name, str) or not name:
            raise NoAccess(_("This token of {title} does not belong to a person.").format(title=title), "not a person")
        groups = document.get("groups")
        person = OutsidePerson(provider="hub", issuer=self.settings.id, subject=name, name=name)
        names = frozenset(map(str, groups)) if isinstance(groups, list) else None
        if names is None and self.settings.groups:
            log.warning(
                "The hub does not say in which groups a person is: give the token the scope read:users:groups!user."
            )
        return ProvedPerson(person, None if names is None else names - {ADMINS} | self._admins(document))

    def check(self) -> str:
        """Return a sentence about a hub that can be used; raises LoginFailed."""
        hub = self._environment
        answer = self._request("GET", "/user", headers={"Authorization": f"Bearer {hub.token}"})
        if answer.status_code in (401, 403):
            raise WronglySetUp(
                self.settings.title,
                f"the hub at {hub.api} does not accept JUPYTERHUB_API_TOKEN: it must be the api_token of the service {hub.name} in "
                "jupyterhub_config.py",
            )
        name = text_of(self._document(answer), "name")
        if name != hub.name:
            raise WronglySetUp(
                self.settings.title,
                f"JUPYTERHUB_API_TOKEN belongs to '{name[:80]}', not to the service {hub.name}",
            )
        return f"the hub at {hub.api} knows the service {hub.name}"

    def _token(self, code: str, random: Secrets) -> str:
        """Return the token that the hub gives for a code; raises LoginFailed."""
        hub, title = self._environment, self.settings.title
        form = {
            "client_id": hub.client_id,
            "client_secret": hub.token,
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": hub.callback,
            "code_verifier": random.verifier,
        }
        answer = self._request("POST", "/oauth2/token", data=form)
        try:
            document = answer.json()
        except (ValueError, RecursionError):
            document = {}
        error = text_of(document, "error") if isinstance(document, dict) else ""
        if answer.status_code in (401, 403) or error in ("invalid_client", "unauthorized_client"):
            reason = f"the hub does not accept client_id {hub.client_id} with JUPYTERHUB_API_TOKEN (status {answer.status_code})"
            raise WronglySetUp(title, reason)
        if error:
            raise failures.of_answer(title, error)
        token = text_of(document, "access_token") if isinstance(document, dict) else ""
        if not answer.is_success or not token:
            raise ProviderSilent(title, f"the hub gave no token (status {answer.status_code})")
        return token

    def _admins(self, document: Mapping[str, Any]) -> frozenset[str]:
        """Return the group of the administrators of the hub, if the settings ask for it and the person is one."""
        if self.settings.admins and "admin" not in document:
            log.warning("The hub does not say who is its administrator: give the token the scope read:users:name!user.")
        return frozenset({ADMINS}) if self.settings.admins and document.get("admin") is True else frozenset()

    def _no_access(self) -> NoAccess:
        scope = f"access:services!service={self._environment.name}"
        sentence = _(
            "{title} does not allow you to use this server: the scope {scope} is missing. Tell the people who run {title}."
        )
        sentence = sentence.format(title=self.settings.title, scope=scope)
        return NoAccess(sentence, f"the token lacks the scope {scope}: see docs/serve-jupyterhub.md")

    def _document(self, answer: httpx.Response) -> dict[str, Any]:
        try:
            document = answer.json() if answer.is_success else None
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise ProviderSilent(
                self.settings.title, f"the hub answered with status {answer.status_code}, without a document"
            )
        return document

    def _request(self, method: str, path: str, **parts: Any) -> httpx.Response:
        try:
            return self._client.request(method, f"{self._environment.api}{path}", **parts)
        except NoUsableAnswer as error:
            raise ProviderSilent(self.settings.title, f"{self._environment.api}: {error}") from error
