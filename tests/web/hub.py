"""The web application as a service of the hub of the tests, and browsers whose owners are signed in to that hub."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode, urlsplit

import pytest
from fastapi.testclient import TestClient

from grader.logins.web_client import WebClient
from grader.service.login_settings import GroupRule, HubLogin
from grader.web.app import make_app
from tests.logins.fake_hub import ENVIRONMENT, FakeHub

ROOT = ENVIRONMENT.root
HOST = "https://hub.example.org"
RULES = [
    GroupRule(group="staff", course="demo", role="instructor"),
    GroupRule(group="everybody", course="demo"),
    GroupRule(group="bosses", role="admin"),
]
LOGIN = HubLogin(kind="hub", groups=RULES)


@pytest.fixture
def hub():
    return FakeHub()


@pytest.fixture
def app(service, written_here, hub, monkeypatch):
    monkeypatch.setattr(WebClient, "without_proxy", lambda: WebClient(transport=hub.transport))
    settings = {"hub": ENVIRONMENT, "root": ROOT, "logins": (LOGIN,), "proxy": "127.0.0.1"}
    service.configuration = replace(service.configuration, **settings)
    return make_app(service)


class Browser:
    """A browser that goes through the proxy of the hub with HTTPS, and in which ``name`` is signed in to the hub."""

    def __init__(self, app, hub, name):
        self.hub, self.name = hub, name
        self.client = TestClient(app, base_url=HOST, client=("127.0.0.1", 5), follow_redirects=False)
        self.client.headers |= {"X-Forwarded-Proto": "https,http", "X-Forwarded-For": "192.0.2.7"}

    def get(self, path):
        """Return the answer to one request; ``path`` is below the server, or a whole address."""
        return self.client.get(path if path.startswith("http") else ROOT + path)

    def begin(self, path="/"):
        """Open a page, follow the server to the hub, and return the address there."""
        answer = self.get(path)
        while urlsplit(answer.headers["location"]).path.startswith(ROOT):
            answer = self.client.get(answer.headers["location"])
        return answer.headers["location"]

    def come_back(self, address, **changes):
        """Come back from the hub, perhaps with changed fields."""
        fields = self.hub.authorize(address, self.name) | changes
        return self.get(f"/oauth_callback?{urlencode(fields)}")

    def open(self, path="/"):
        """Open a page as a person does, with the sign-in, and return the last answer."""
        answer = self.come_back(self.begin(path))
        while "location" in answer.headers:
            answer = self.client.get(answer.headers["location"])
        return answer


@pytest.fixture
def browser(app, hub):
    return lambda name: Browser(app, hub, name)
