"""A strict provider, and the settings of a login that uses it."""

from __future__ import annotations

import pytest

from grader.logins.oidc import OpenIdConnect
from grader.logins.proved import Secrets
from grader.logins.web_client import WebClient
from grader.service.login_settings import OidcLogin
from tests.logins.strict_provider import CLIENT, ISSUER, SECRET, StrictProvider

RETURN = "https://grader.example.org/login/university/return"


@pytest.fixture
def provider():
    return StrictProvider()


@pytest.fixture
def settings(monkeypatch):
    monkeypatch.setenv("GRADER_TEST_SECRET", SECRET)
    return OidcLogin(
        kind="oidc",
        name="university",
        title="University",
        issuer=ISSUER,
        client_id=CLIENT,
        client_secret={"env": "GRADER_TEST_SECRET"},
    )


@pytest.fixture
def sign_in(provider, settings):
    """A function that does a whole sign-in and returns the proved person; ``answer`` changes what the browser brings back."""
    protocol = OpenIdConnect(settings, WebClient(transport=provider.transport))

    def signed_in(answer=lambda answer: answer, random=None, settings=settings, protocol=protocol):
        begun = Secrets.new()
        address = protocol.address(RETURN, "s" * 32, begun)
        return protocol.person(RETURN, answer(provider.authorize(address)), random or begun)

    signed_in.protocol = protocol
    return signed_in
