"""A course system with its services, as this server reaches them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from grader.lti import own_keys
from grader.lti.services import AccessTokens, PlatformAccess
from grader.lti.services import PlatformServices as Services
from tests.lti.platform import CLIENT, Platform
from tests.lti.platform_services import PlatformServices


@pytest.fixture(scope="package")
def own_key():
    """The private key with which this server signs."""
    return own_keys.new_key()[1]


@pytest.fixture(scope="module")
def running_platform():
    """A running course system: making its key takes a while."""
    with Platform("http://tool.example") as platform:
        yield platform


@pytest.fixture
def lms(running_platform, own_key):
    """The course system, with new ``services``, and ``reach()``: the same services with other access tokens."""
    services = PlatformServices(running_platform, lambda: own_keys.key_set([own_key]))

    def reach(audience=""):
        url = running_platform.settings()["token_url"]
        tokens = AccessTokens(lambda claims: own_keys.signed(own_key, claims))
        return Services(tokens, PlatformAccess(CLIENT, url, audience or url))

    return SimpleNamespace(platform=running_platform, services=services, reach=reach)
