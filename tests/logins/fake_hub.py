"""A JupyterHub of the tests: it answers as JupyterHub 6.1.1 does (compared in tests/systems/test_hub.py), and misbehaves on demand."""

from __future__ import annotations

import secrets
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from grader.service.hub_environment import HubEnvironment

TOKEN = "token-of-the-service"
ACCESS = "access:services!service=grader"
ENVIRONMENT = HubEnvironment(
    name="grader",
    token=TOKEN,
    api="http://127.0.0.1:8081/hub/api",
    client_id="service-grader",
    login_address="/hub/api/oauth2/authorize",
    callback="/services/grader/oauth_callback",
    root="/services/grader",
    address="",
    access=frozenset({"access:services", ACCESS}),
)


class FakeHub:
    """``people`` are {name: groups}. ``answer`` is what the hub answers to everything, None for its normal behaviour."""

    def __init__(self):
        self.people = {"ada": ["everybody"], "prof": ["staff", "everybody"]}
        self.admins = {"boss"}
        self.more = {}  # fields of the document of a person that are different; None: missing
        self.scopes = [ACCESS]
        self.answer = None
        self.requests = []
        self.tokens = {TOKEN: None}
        self._codes = {}
        self.transport = httpx.MockTransport(self._respond)

    def token_of(self, name):
        """Return the token of the notebook server of a person."""
        token = secrets.token_hex(16)
        self.tokens[token] = name
        return token

    def authorize(self, address, name):
        """Return the fields with which the browser of a person comes back from the page of the hub."""
        query = dict(parse_qsl(urlsplit(address).query))
        assert query["response_type"] == "code" and query["redirect_uri"] == ENVIRONMENT.callback
        code = secrets.token_urlsafe(16)
        self._codes[code] = (name, query["code_challenge"])
        return {"code": code, "state": query["state"]}

    def _respond(self, request):
        self.requests.append((request.method, request.url.path))
        if isinstance(self.answer, Exception):
            raise self.answer
        if self.answer is not None:
            return self.answer
        if request.url.path.endswith("/oauth2/token"):
            return self._exchange({name: values[0] for name, values in parse_qs(request.content.decode()).items()})
        return self._user(request.headers["authorization"].partition(" ")[2])

    def _exchange(self, form):
        if (form["client_id"], form["client_secret"]) != ("service-grader", TOKEN):
            return httpx.Response(401, json={"error": "invalid_client"})
        name, challenge = self._codes.pop(form["code"], (None, ""))
        if name is None or create_s256_code_challenge(form["code_verifier"]) != challenge:
            return httpx.Response(400, json={"error": "invalid_grant"})
        return httpx.Response(200, json={"access_token": self.token_of(name), "token_type": "Bearer"})

    def _user(self, token):
        if token not in self.tokens:
            return httpx.Response(403, json={"status": 403, "message": "Forbidden"})
        name = self.tokens[token]
        if name is None:
            return httpx.Response(200, json={"kind": "service", "name": "grader", "scopes": [ACCESS]})
        document = {"kind": "user", "name": name, "groups": self.people.get(name, []), "scopes": self.scopes}
        document |= {"admin": name in self.admins, **self.more}
        return httpx.Response(200, json={key: value for key, value in document.items() if value is not None})
