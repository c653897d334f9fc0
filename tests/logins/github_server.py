"""A server that follows the documentation of GitHub: the web application flow of OAuth apps, ``/user`` and ``/user/teams``."""

from __future__ import annotations

import base64
import hashlib
import itertools
from urllib.parse import parse_qs, urlsplit

import httpx

CLIENT, SECRET = "Iv1.8a61f9b3a7aba766", "github s3cret"


class GithubServer:
    """The server. Tests change its attributes."""

    def __init__(self, host="https://github.com", api="https://api.github.com"):
        self.host, self.api = host, api
        self.user = {"id": 583231, "login": "octocat", "name": "The Octocat", "email": None}
        self.teams = [{"slug": f"team-{number}", "organization": {"login": "dl-course"}} for number in range(3)]
        self.codes, self.scopes, self.numbers = {}, {}, itertools.count()
        self.answers = {}  # {path: httpx.Response, or an exception}
        self.requests = []
        self.next_page = None  # the address of the second page of the teams, if it is not the right one
        self.transport = httpx.MockTransport(self._answer)

    def authorize(self, address):
        """Allow the application, and return the parameters with which the browser comes back."""
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.host}/login/oauth/authorize"
        fields = {name: value for name, (value,) in parse_qs(parts.query).items()}
        assert fields["client_id"] == CLIENT
        assert fields["code_challenge_method"] == "S256"
        code = f"code{next(self.numbers)}"
        self.codes[code] = fields
        return {"code": code, "state": fields["state"]}

    def _answer(self, request):
        address = str(request.url.copy_with(query=None))
        path = address.removeprefix(self.api).removeprefix(self.host)
        self.requests.append(str(request.url))
        planned = self.answers.get(path)
        if isinstance(planned, Exception):
            raise planned
        if planned is not None:
            return planned
        if address == f"{self.host}/login/oauth/access_token":
            return self._token(request)
        assert address.startswith(self.api)
        if path == "/meta":
            return httpx.Response(200, json={"verifiable_password_authentication": False})
        scopes = self.scopes.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if scopes is None:
            return httpx.Response(401, json={"message": "Bad credentials"})
        if path == "/user":
            return httpx.Response(200, json=self.user)
        if path == "/user/teams" and "read:org" in scopes:
            return self._teams(int(request.url.params.get("page", 1)))
        return httpx.Response(403, json={"message": "You need at least read:org scope."})

    def _teams(self, page):
        """Return a page with two teams, and the address of the next page, as GitHub does."""
        teams = self.teams[2 * page - 2 : 2 * page]
        address = self.next_page or f"{self.api}/user/teams?per_page=100&page={page + 1}"
        has_more = len(self.teams) > 2 * page
        return httpx.Response(200, json=teams, headers={"link": f'<{address}>; rel="next"'} if has_more else {})

    def _token(self, request):
        assert request.headers["accept"] == "application/json"  # the answer would be a form without it
        fields = {name: value for name, (value,) in parse_qs(request.content.decode()).items()}
        if (fields.get("client_id"), fields.get("client_secret")) != (CLIENT, SECRET):
            return httpx.Response(200, json={"error": "incorrect_client_credentials"})
        begun = self.codes.pop(fields["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(fields["code_verifier"].encode()).digest())
        if begun is None or challenge.decode().rstrip("=") != begun["code_challenge"]:
            return httpx.Response(200, json={"error": "bad_verification_code"})  # with the status 200
        if fields["redirect_uri"] != begun["redirect_uri"]:
            return httpx.Response(200, json={"error": "redirect_uri_mismatch"})
        token = f"gho_{fields['code']}"
        self.scopes[token] = begun.get("scope", "").split()
        return httpx.Response(
            200, json={"access_token": token, "scope": begun.get("scope", ""), "token_type": "bearer"}
        )
