"""Signs people in with GitHub, or a GitHub Enterprise Server, by OAuth. The numeric id is the subject: a login name can change hands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from ..service.identities import OutsidePerson
from ..service.login_settings import GITHUB, GithubLogin
from .code_flow import CodeFlow
from .failures import ProviderSilent
from .proved import ProvedPerson, Secrets, text_of
from .web_client import NoUsableAnswer, WebClient, document_of

MOST_PAGES = 10
"""Pages of 100 teams that are read."""
TEAM_SCOPE = "read:org"


class Github:
    """How people sign in with one GitHub server. Threads can share it."""

    def __init__(self, settings: GithubLogin, client: WebClient) -> None:
        self._settings, self._client = settings, client
        self._host = settings.issuer.rstrip("/")
        self._api = "https://api.github.com" if self._host == GITHUB else f"{self._host}/api/v3"
        self._flow = CodeFlow(settings, TEAM_SCOPE if settings.groups else "", client)

    def address(self, return_address: str, state: str, random: Secrets) -> str:
        """Return the address of GitHub to which the browser goes."""
        return self._flow.address(f"{self._host}/login/oauth/authorize", return_address, state, random)

    def person(self, return_address: str, answer: Mapping[str, str], random: Secrets) -> ProvedPerson:
        """Return the person of an answer; raises LoginFailed."""
        code = self._flow.code_of(answer)
        token = self._flow.token(f"{self._host}/login/oauth/access_token", return_address, code, random)
        user = self._user(str(token.get("access_token", "")))
        person = OutsidePerson(
            provider=self._settings.kind,
            issuer=self._host,
            subject=str(user["id"]),
            name=text_of(user, "login"),
            full_name=text_of(user, "name"),
            email=text_of(user, "email"),
        )
        groups = self._teams(str(token["access_token"])) if self._settings.groups else frozenset()
        return ProvedPerson(person, groups)

    def check(self) -> str:
        """Return a sentence about a GitHub server that can be used; raises LoginFailed."""
        self._document(f"{self._api}/meta", "")
        return f"{self._api} answers"

    def _user(self, token: str) -> dict[str, Any]:
        user = self._document(f"{self._api}/user", token)
        number = user.get("id") if isinstance(user, dict) else None
        if not isinstance(number, int) or isinstance(number, bool) or number <= 0:
            raise ProviderSilent(self._settings.title, "the document of the user has no id")
        assert isinstance(user, dict)
        return user

    def _teams(self, token: str) -> frozenset[str] | None:
        """Return the teams of the user as ``organisation/team``, None if GitHub does not list them."""
        teams: set[str] = set()
        address = f"{self._api}/user/teams?per_page=100"
        for _page in range(MOST_PAGES):
            answer = self._answer(address, token)
            if answer.status_code in (403, 404):  # the organisation has not allowed this server to read its teams
                return None
            entries = self._read(answer)
            for entry in entries if isinstance(entries, list) else []:
                organisation = entry.get("organization") if isinstance(entry, dict) else None
                if isinstance(organisation, dict):
                    teams.add(f"{text_of(organisation, 'login')}/{text_of(entry, 'slug')}")
            following = answer.links.get("next", {}).get("url", "")
            if urlsplit(following).netloc != urlsplit(self._api).netloc:  # the token goes nowhere else
                break
            address = following
        return frozenset(teams)

    def _document(self, address: str, token: str) -> Any:
        return self._read(self._answer(address, token))

    def _read(self, answer: httpx.Response) -> Any:
        try:
            return document_of(answer)
        except NoUsableAnswer as error:
            raise ProviderSilent(self._settings.title, f"{answer.request.url.path}: {error}") from error

    def _answer(self, address: str, token: str) -> httpx.Response:
        headers = {"Accept": "application/vnd.github+json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        try:
            return self._client.request("GET", address, headers=headers)
        except (NoUsableAnswer, UnicodeError) as error:
            raise ProviderSilent(self._settings.title, f"{address.partition('?')[0]}: {error}") from error
