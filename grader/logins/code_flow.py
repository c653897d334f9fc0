"""The code flow of OAuth 2 with PKCE, by Authlib: the way to the other system, and the exchange of its code."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import quote_plus

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.client import OAuth2Client

from ..service.login_settings import ProviderLogin
from ..support.errors import UsageError
from . import failures
from .failures import Forged, ProviderSilent, WronglySetUp
from .proved import Secrets
from .web_client import NoUsableAnswer, WebClient


class CodeFlow:
    """The flow for one system."""

    def __init__(self, settings: ProviderLogin, scope: str, client: WebClient) -> None:
        self._settings, self._scope, self._client = settings, scope, client

    def address(self, endpoint: str, return_address: str, state: str, random: Secrets, **more: str) -> str:
        """Return the address of the other system to which the browser goes."""
        client = self._oauth(return_address)
        address, _state = client.create_authorization_url(endpoint, state=state, code_verifier=random.verifier, **more)
        return str(address)

    def code_of(self, answer: Mapping[str, str]) -> str:
        """Return the code of an answer; raises LoginFailed for an answer with an error, or without a code."""
        if answer.get("error"):
            raise failures.of_answer(self._settings.title, answer["error"])
        code = answer.get("code", "")
        if not code:
            raise Forged(self._settings.title, "the answer has no code")
        return code

    def token(
        self,
        endpoint: str,
        return_address: str,
        code: str,
        random: Secrets,
        methods: Collection[str] = ("client_secret_post",),
    ) -> dict[str, Any]:
        """Return what the other system gives for a code; ``methods`` are the ways in which the server may prove itself there.

        Raises LoginFailed.
        """
        title = self._settings.title
        try:
            token = self._oauth(return_address).fetch_token(
                endpoint,
                grant_type="authorization_code",
                code=code,
                code_verifier=random.verifier,
                **self._proof(methods),
            )
        except UsageError as error:
            raise WronglySetUp(title, str(error)) from error
        except NoUsableAnswer as error:
            raise ProviderSilent(title, f"token endpoint: {error}") from error
        except AuthlibBaseError as error:
            raise failures.of_answer(title, str(error.error or "")) from error
        except (httpx.HTTPError, ValueError, TypeError) as error:
            reason = f"token endpoint: the answer is not that of a token endpoint ({type(error).__name__})"
            raise ProviderSilent(title, reason) from error
        return dict(token)

    def _oauth(self, return_address: str) -> OAuth2Client:
        return OAuth2Client(
            session=self._client,
            client_id=self._settings.client_id,
            scope=self._scope,
            redirect_uri=return_address,
            code_challenge_method="S256",
        )

    def _proof(self, methods: Collection[str]) -> dict[str, Any]:
        """Return how the server proves itself: in the form if possible, because systems read special characters of a header differently."""
        client_id, secret = self._settings.client_id, self._settings.client_secret.read()
        if "client_secret_basic" in methods and "client_secret_post" not in methods:
            return {"auth": httpx.BasicAuth(quote_plus(client_id), quote_plus(secret))}
        return {"client_id": client_id, "client_secret": secret, "auth": httpx.Auth()}
