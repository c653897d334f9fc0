"""A course system for tests: a real HTTP server that follows the specifications of LTI 1.3 as a platform.

It has keys, a page for authorisation, and a return address for deep linking, and registers tools dynamically. Other services are
added with :meth:`Platform.route`. Every claim can be changed, so that it can also lie.
"""

from __future__ import annotations

import contextlib
import html
import json
import re
import secrets
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
from joserfc import jws, jwt
from joserfc.jwk import KeySet, RSAKey

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP_LINK = "https://purl.imsglobal.org/spec/lti-dl/claim/"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
LEARNER, TEACHER = f"{MEMBERSHIP}#Learner", f"{MEMBERSHIP}#Instructor"
ASSISTANT = f"{MEMBERSHIP}/Instructor#TeachingAssistant"
RESOURCE, CHOICE = "LtiResourceLinkRequest", "LtiDeepLinkingRequest"
CLIENT, DEPLOYMENT, CONTEXT = "client-1", "deployment-1", "context-1"
TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"


class _Missing:
    """The value of a claim that is left out; the same in the name of a test in each process."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = _Missing()
"""The value of a claim that a message lacks."""


def new_key(key_id=None):
    """Return a key pair, with its thumbprint as id."""
    key = RSAKey.generate_key(2048, auto_kid=True)
    return RSAKey.import_key({**key.as_dict(private=True), "kid": key_id}) if key_id else key


@cache
def first_key():
    """Return the first key of every platform, made once, because that takes a moment."""
    return new_key()


@dataclass
class Request:
    """The input of a handler: the fields of the query or of a form, the headers in lower case, and the body."""

    method: str
    path: str
    fields: dict
    headers: dict
    body: bytes


@dataclass
class Reply:
    """The output of a handler."""

    content: object = ""
    status: int = 200
    type: str = "text/html"
    headers: dict = field(default_factory=dict)

    def body(self):
        """Return the bytes of the content; a value that is not text is written as JSON."""
        if isinstance(self.content, bytes):
            return self.content
        return (self.content if isinstance(self.content, str) else json.dumps(self.content)).encode()


RESET = Reply("the connection is reset instead of an answer")


def document(content, status=200, **headers):
    """Return a reply with JSON."""
    return Reply(content, status, "application/json", headers)


class Platform:
    """A running course system; ``tool`` is the address of the server that it knows as a tool."""

    def __init__(self, tool, host="127.0.0.1"):
        self.tool = tool
        self.keys = [first_key()]
        self.messages = {}  # {hint: claims}
        self.answers = []  # tokens of deep linking
        self.registrations = []
        self.requests = []
        self.redirect_uris = [f"{tool}/lti/launch"]
        self._routes = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://{host}:{self._server.server_port}"
        self.issuer = self.address
        self.route("GET", "/keys", lambda request: document(self.key_set()))
        self.route("GET", "/authorize", self.authorise)
        self.route("POST", "/return", self._take_choice)
        self.route("GET", "/openid-configuration", lambda request: document(self.description()))
        self.route("POST", "/registration", self._register)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def route(self, method, path, handler):
        """Let ``handler(request)``, which returns a :class:`Reply`, answer a method and a path."""
        self._routes[method, path] = handler

    def settings(self):
        """Return what an administrator enters for this platform."""
        return {
            "title": "Test LMS",
            "issuer": self.issuer,
            "client_id": CLIENT,
            "login_url": f"{self.address}/authorize",
            "token_url": f"{self.address}/token",
            "keys_url": f"{self.address}/keys",
            "token_audience": "",
            "address": "",
        }

    def key_set(self):
        """Return the public keys as a document."""
        return KeySet(self.keys).as_dict(private=False)

    def sign(self, claims, key=None, **header):
        """Return claims as a token, signed with the newest key, or with another one."""
        key = key or self.keys[-1]
        return jwt.encode({"alg": "RS256", "kid": key.kid, **header}, claims, key)

    def message(
        self, kind=RESOURCE, person="student-1", roles=(LEARNER,), name="Ada Lovelace", link="link-1", **changes
    ):
        """Return the claims of a message, without those of its moment. ``changes`` are claims by their whole or last names."""
        target = f"{self.tool}/lti/{'launch' if kind == RESOURCE else 'choose'}"
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": person,
            f"{CLAIM}message_type": kind,
            f"{CLAIM}version": "1.3.0",
            f"{CLAIM}deployment_id": DEPLOYMENT,
            f"{CLAIM}target_link_uri": target,
            f"{CLAIM}roles": list(roles),
            f"{CLAIM}context": {"id": CONTEXT, "title": "Deep Learning 2026", "type": []},
        }
        if name:
            claims["name"] = name
        if kind == RESOURCE:
            claims[f"{CLAIM}resource_link"] = {"id": link, "title": "A link"}
        else:
            claims[f"{DEEP_LINK}deep_linking_settings"] = {
                "deep_link_return_url": f"{self.address}/return",
                "accept_types": ["link", "ltiResourceLink"],
                "accept_presentation_document_targets": ["iframe", "window"],
                "accept_multiple": False,
                "data": "opaque",
            }
        for key, value in changes.items():
            whole = (
                key if key in claims or key in ("exp", "iat", "nonce", "azp", "email") or ":" in key else CLAIM + key
            )
            if value is MISSING:
                claims.pop(whole, None)
            else:
                claims[whole] = value
        return claims

    def open(self, claims, **fields):
        """Return the fields of the request with which a browser starts the launch of a message."""
        hint = secrets.token_hex(8)
        self.messages[hint] = claims
        return {
            "iss": self.issuer,
            "login_hint": str(claims.get("sub")),
            "target_link_uri": f"{self.tool}/lti/launch",
            "lti_message_hint": hint,
            "client_id": CLIENT,
            "lti_deployment_id": DEPLOYMENT,
        } | fields

    def authorise(self, request):
        """Answer an authentication request with a page whose form brings the message to the tool."""
        fields = request.fields
        wanted = {"scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none"}
        wanted["client_id"] = CLIENT
        wrong = [name for name, value in wanted.items() if fields.get(name) != value]
        claims = self.messages.get(fields.get("lti_message_hint"))
        if wrong or claims is None or fields.get("redirect_uri") not in self.redirect_uris or not fields.get("nonce"):
            return Reply(f"refused: {wrong}", 400)
        return self.form(
            fields["redirect_uri"], id_token=self.sign(self.timed(claims, fields["nonce"])), state=fields["state"]
        )

    def timed(self, claims, nonce):
        """Return the claims of a message with those of this moment, which it may have already."""
        return {"iat": int(time.time()), "exp": int(time.time()) + 300, "nonce": nonce} | claims

    @staticmethod
    def form(action, **fields):
        """Return a page with a form that sends itself."""
        inputs = "".join(
            f'<input type="hidden" name="{key}" value="{html.escape(value)}">' for key, value in fields.items()
        )
        return Reply(
            f'<!doctype html><title>One moment</title><form method="post" action="{action}">{inputs}'
            "<button>Continue</button></form><script>document.forms[0].submit()</script>"
        )

    def description(self):
        """Return the description of this platform for dynamic registration."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "registration_endpoint": f"{self.address}/registration",
            "https://purl.imsglobal.org/spec/lti-platform-configuration": {"product_family_code": "moodle"},
        }

    def _register(self, request):
        self.registrations.append((request.headers.get("authorization", ""), json.loads(request.body)))
        tool = {**json.loads(request.body), "client_id": CLIENT}
        tool[TOOL_CONFIGURATION] = {**tool[TOOL_CONFIGURATION], "deployment_id": DEPLOYMENT}
        return document(tool)

    def _take_choice(self, request):
        self.answers.append(request.fields["JWT"])
        return Reply("<!doctype html><title>Chosen</title><p>The choice has arrived.</p>")

    def choice(self, key_set):
        """Return the claims of the last answer of deep linking, checked with the public keys of the tool."""
        token = self.answers[-1]
        key = KeySet.import_key_set(key_set)
        assert jws.extract_compact(token.encode()).headers()["alg"] == "RS256"
        claims = jwt.decode(token, key, algorithms=["RS256"]).claims
        assert claims["aud"] == self.issuer and claims["iss"] == CLIENT and claims["exp"] > time.time()
        return claims

    def _handler(self):
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self):
                parts = urlsplit(self.path)
                length = int(self.headers.get("content-length") or 0)
                body = self.rfile.read(length)
                fields = dict(parse_qsl(parts.query))
                if self.headers.get_content_type() == "application/x-www-form-urlencoded":
                    fields |= dict(parse_qsl(body.decode()))
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Request(self.command, parts.path, fields, headers, body)
                platform.requests.append(request)
                handler = platform._routes.get((self.command, parts.path))
                reply = handler(request) if handler else Reply("missing", 404)
                if reply is RESET:
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.close_connection = True
                    self.connection.close()
                    return
                content = reply.body()
                self.send_response(reply.status)
                self.send_header("content-type", reply.type)
                self.send_header("content-length", str(len(content)))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                with contextlib.suppress(ConnectionError):  # the other side may not want all of it
                    self.end_headers()
                    self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = _answer

            def log_message(self, *message):
                """Write nothing."""

        return Handler


def fields_of(page):
    """Return the hidden fields of a page."""
    pairs = re.findall(r'name="([\w-]+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in pairs}


def begin(client, request, **headers):
    """Let a browser start a launch, and return the address at the platform to which it is sent."""
    answer = client.get("/lti/login", params=request, headers={"sec-fetch-dest": "document", **headers})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def message_at(address):
    """Return the fields of the message that the platform has for an address of :func:`begin`."""
    page = httpx.get(address, trust_env=False)
    assert page.status_code == 200, page.text
    return fields_of(page.text)


def arrive(client, fields, origin="https://lms.example", **headers):
    """Let a browser bring a message to the tool, and return the answer."""
    headers = {"origin": origin, "sec-fetch-site": "cross-site", "sec-fetch-dest": "document", **headers}
    return client.post("/lti/launch", data=fields, headers=headers)


def launch(client, platform, claims, dest="document", **fields):
    """Open a message in a browser that is at the tool already, and return the answer of the tool."""
    address = begin(client, platform.open(claims, **fields), **{"sec-fetch-dest": dest})
    return arrive(client, message_at(address), platform.address, **{"sec-fetch-dest": dest})


def state_of(address):
    """Return the state and the nonce in an address of :func:`begin`."""
    query = parse_qs(urlsplit(address).query)
    return query["state"][0], query["nonce"][0]
