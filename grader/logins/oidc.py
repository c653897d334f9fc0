"""Signs people in with OpenID Connect: the code flow with PKCE, state and nonce. GitLab is such a provider as well."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Mapping
from typing import Any

from ..service.identities import OutsidePerson
from ..service.login_settings import GitlabLogin, OidcLogin
from ..service.logs import FIELDS
from . import id_tokens
from .code_flow import CodeFlow
from .discovery import Discovery, Metadata
from .failures import Forged, WronglySetUp
from .proved import ProvedPerson, Secrets, text_of
from .web_client import NoUsableAnswer, WebClient

log = logging.getLogger(__name__)


class OpenIdConnect:
    """How people sign in with one provider of OpenID Connect. Threads can share it."""

    def __init__(self, settings: OidcLogin | GitlabLogin, client: WebClient) -> None:
        self._settings, self._client = settings, client
        self._discovery = Discovery(client, settings.issuer, settings.title)
        self._flow = CodeFlow(settings, " ".join(settings.scopes), client)

    def address(self, return_address: str, state: str, random: Secrets) -> str:
        """Return the address of the provider to which the browser goes; raises LoginFailed."""
        metadata = self._discovery.metadata()
        return self._flow.address(metadata.authorization_endpoint, return_address, state, random, nonce=random.nonce)

    def person(self, return_address: str, answer: Mapping[str, str], random: Secrets) -> ProvedPerson:
        """Return the person of an answer; raises LoginFailed."""
        title, metadata = self._settings.title, self._discovery.metadata()
        issuer = answer.get("iss")
        if (issuer is None and metadata.sends_issuer) or (issuer is not None and issuer != metadata.issuer):
            raise Forged(title, "the answer comes from another issuer")  # the mix-up of RFC 9207
        code = self._flow.code_of(answer)
        token = self._flow.token(metadata.token_endpoint, return_address, code, random, metadata.authentication)
        if not isinstance(token.get("id_token"), str):
            raise WronglySetUp(title, "the provider sent no id_token: the scope openid must be allowed for this client")
        try:
            claims = id_tokens.claims_of(
                token["id_token"],
                self._discovery.keys,
                issuer=metadata.issuer,
                client_id=self._settings.client_id,
                nonce=random.nonce,
                access_token=str(token.get("access_token", "")),
                algorithms=metadata.algorithms,
            )
        except id_tokens.WrongToken as error:
            raise Forged(title, f"id_token: {error}") from error
        return self._proved(self._with_user_info(claims, token, metadata))

    def check(self) -> str:
        """Return a sentence about a provider that can be used; raises LoginFailed."""
        metadata = self._discovery.metadata()
        count = len(self._discovery.keys().keys)
        return f"{metadata.issuer} answers, and has {count} key{'s' if count != 1 else ''}"

    def _with_user_info(self, claims: dict[str, Any], token: Mapping[str, Any], metadata: Metadata) -> dict[str, Any]:
        """Return the claims with those that only the userinfo endpoint says. They add to the token, and never change it."""
        needed = {"name", "preferred_username"} | ({"email"} if "email" in self._settings.scopes else set())
        if self._settings.groups:
            needed.add(self._settings.groups_claim)
        if not metadata.userinfo_endpoint or needed <= set(claims) or not token.get("access_token"):
            return claims
        try:
            headers = {"Authorization": f"Bearer {token['access_token']}"}
            more = self._client.document(metadata.userinfo_endpoint, headers)
        except (NoUsableAnswer, UnicodeError) as error:
            reason = str(error) if isinstance(error, NoUsableAnswer) else "the access token is not a usable text"
            log.warning("The userinfo endpoint did not answer", extra={FIELDS: {"reason": reason}})
            return claims | {"_incomplete": True}
        subject = more.get("sub") if isinstance(more, dict) else None
        if not isinstance(subject, str) or not hmac.compare_digest(subject.encode(), claims["sub"].encode()):
            raise Forged(self._settings.title, "userinfo: the claim 'sub' is not that of the token")
        return {**more, **claims}

    def _proved(self, claims: Mapping[str, Any]) -> ProvedPerson:
        name = text_of(claims, "preferred_username", "nickname", "email", "given_name", "name")
        full_name = text_of(claims, "name") or " ".join(
            part for part in (text_of(claims, "given_name"), text_of(claims, "family_name")) if part
        )
        is_unverified = claims.get("email_verified") in (False, "false")
        person = OutsidePerson(
            provider=self._settings.kind,
            issuer=claims["iss"],
            subject=claims["sub"],
            name=name.partition("@")[0] or name,
            full_name=full_name,
            email="" if is_unverified else text_of(claims, "email"),
        )
        return ProvedPerson(person, self._groups(claims))

    def _groups(self, claims: Mapping[str, Any]) -> frozenset[str] | None:
        """Return the groups of a person, none at all if the provider names none, None if it could not say them."""
        value = claims.get(self._settings.groups_claim)
        if isinstance(value, str):
            return frozenset({value})
        if isinstance(value, list):
            return frozenset(item for item in value if isinstance(item, str))
        # Entra ID names a person's groups elsewhere if there are more than 200.
        elsewhere = claims.get("_claim_names")
        is_elsewhere = isinstance(elsewhere, dict) and self._settings.groups_claim in elsewhere
        if is_elsewhere or claims.get("_incomplete"):
            return None
        return frozenset()
