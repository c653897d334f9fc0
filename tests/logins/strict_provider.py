"""A provider of OpenID Connect that checks every request as the specification says, and that can misbehave in every way.

It answers without a network: a client gets its :attr:`transport`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import time
from functools import cache
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

ISSUER = "https://login.example.org/realms/students"
CLIENT, SECRET = "grader", "s3cret of the client+%/"


@cache
def rsa_key(name):
    """Return an RSA key; making one takes longer than a test may take, so each is made once."""
    return RSAKey.generate_key(2048, {"kid": "signing"}, private=True)


@cache
def ec_key():
    return ECKey.generate_key("P-256", {"kid": "elliptic"}, private=True)


class StrictProvider:
    """The provider. Tests change its attributes; ``claims`` are those of the person who signs in."""

    def __init__(self, issuer=ISSUER, return_address="https://grader.example.org/login/university/return"):
        self.issuer, self.return_address = issuer, return_address
        self.key = self.published = rsa_key("first")
        self.claims = {
            "sub": "248289761001",
            "preferred_username": "ada",
            "name": "Ada Lovelace",
            "email": "ada@example.org",
        }
        self.user_info, self.user_document = {}, None
        self.metadata = {}
        self.algorithm = "RS256"
        self.header = {}
        self.change = lambda claims: claims  # of the token, just before it is signed
        self.token_text = None  # a whole token instead
        self.answers = {}  # {path: httpx.Response, or an exception}
        self.requests = []
        self.codes = {}
        self.numbers = itertools.count()
        self.sends_issuer = True
        self.is_cancelled = False
        self.transport = httpx.MockTransport(self._answer)

    def document(self):
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "authorization_response_iss_parameter_supported": self.sends_issuer,
            **self.metadata,
        }

    def authorize(self, address):
        """Do what the person does at the provider: sign in or cancel; return the parameters with which the browser comes back."""
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.issuer}/authorize"
        fields = {name: value for name, (value,) in parse_qs(parts.query, strict_parsing=True).items()}
        assert fields["response_type"] == "code"
        assert fields["client_id"] == CLIENT
        assert fields["redirect_uri"] == self.return_address
        assert "openid" in fields["scope"].split()
        assert fields["code_challenge_method"] == "S256"
        assert len(fields["code_challenge"]) == 43
        assert min(len(fields["state"]), len(fields["nonce"])) >= 32
        answer = {"state": fields["state"]} | ({"iss": self.issuer} if self.sends_issuer else {})
        if self.is_cancelled:
            return answer | {"error": "access_denied", "error_description": "<b>no</b>"}
        code = f"code-{next(self.numbers)}"
        self.codes[code] = fields
        return answer | {"code": code}

    def _answer(self, request):
        path = request.url.path.removeprefix(urlsplit(self.issuer).path)
        self.requests.append(path)
        planned = self.answers.get(path)
        if isinstance(planned, Exception):
            raise planned
        if planned is not None:
            return planned
        match path:
            case "/.well-known/openid-configuration":
                return httpx.Response(200, json=self.document())
            case "/keys":
                return httpx.Response(
                    200, json={"keys": [self.published.as_dict(private=False), ec_key().as_dict(private=False)]}
                )
            case "/token":
                return self._token(request)
            case "/userinfo":
                assert request.headers["authorization"] == "Bearer access"
                return httpx.Response(200, json=self._user_info())
        return httpx.Response(404)

    def _user_info(self):
        own = {"sub": self.claims["sub"], **self.user_info}
        return own if self.user_document is None else self.user_document

    def _token(self, request):
        fields = {name: value for name, (value,) in parse_qs(request.content.decode(), strict_parsing=True).items()}
        assert fields["grant_type"] == "authorization_code"
        if (fields.get("client_id"), fields.get("client_secret")) != (CLIENT, SECRET):
            return httpx.Response(401, json={"error": "invalid_client"})
        begun = self.codes.pop(fields["code"], None)
        challenge = hashlib.sha256(fields["code_verifier"].encode()).digest()
        if (
            begun is None
            or fields["redirect_uri"] != begun["redirect_uri"]
            or coded(challenge) != begun["code_challenge"]
        ):
            return httpx.Response(400, json={"error": "invalid_grant"})
        token = self.token_text or self.id_token(begun["nonce"])
        return httpx.Response(200, json={"access_token": "access", "token_type": "Bearer", "id_token": token})

    def id_token(self, nonce):
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce, **self.claims}
        claims = self.change(claims)
        header = {"alg": self.algorithm, "kid": self.key.kid, **self.header}
        header = {name: value for name, value in header.items() if value is not None}
        content = ".".join(coded(json.dumps(part).encode()) for part in (header, claims))
        return f"{content}.{coded(self._signature(content.encode()))}"

    def _signature(self, content):
        """Return a signature. It is made by hand, since libraries refuse to make most of those that are tested."""
        if self.algorithm == "none":
            return b""
        if self.algorithm == "HS256":  # with what everybody knows: the public key
            return hmac.digest(self.published.as_pem(private=False), content, "sha256")
        return jws.JWSRegistry(algorithms=[self.algorithm]).get_alg(self.algorithm).sign(content, self.key)


def coded(content):
    """Return bytes in the alphabet of addresses."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
