"""Signing in with a provider that somebody else wrote, over real connections."""

from __future__ import annotations

import httpx
import pytest

from grader.logins.failures import Cancelled
from grader.logins.oidc import OpenIdConnect
from grader.logins.proved import Secrets
from grader.logins.web_client import WebClient

mock = pytest.importorskip("oidc_provider_mock")
pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config")
RETURN = "http://127.0.0.1:8000/login/university/return"


@pytest.fixture(scope="module")
def issuer():
    claims = {"preferred_username": "ada", "name": "Ada Lovelace", "email": "ada@example.org", "groups": ["staff"]}
    with mock.run_server_in_thread(user_claims=[mock.User(sub="ada-1815", claims=claims)]) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def protocol(settings, issuer):
    return OpenIdConnect(settings.model_copy(update={"issuer": issuer}), WebClient())


def answer_to(address, **form):
    """Return the parameters with which the provider sends the browser back."""
    answer = httpx.post(address, data=form, trust_env=False)
    assert answer.status_code in (302, 303)
    location = httpx.URL(answer.headers["location"])
    assert str(location.copy_with(query=None)) == RETURN
    return dict(location.params)


@pytest.mark.quick
def test_person_signs_in(protocol, issuer):
    begun = Secrets.new()
    answer = answer_to(protocol.address(RETURN, "s" * 32, begun), sub="ada-1815")
    assert answer["state"] == "s" * 32
    proved = protocol.person(RETURN, answer, begun)
    person = proved.person
    assert (person.provider, person.issuer, person.subject) == ("oidc", issuer, "ada-1815")
    assert (person.name, person.full_name, person.email) == ("ada", "Ada Lovelace", "ada@example.org")
    assert proved.groups == {"staff"}
    assert protocol.check() == f"{issuer} answers, and has 1 key"


def test_person_cancels(protocol):
    begun = Secrets.new()
    answer = answer_to(protocol.address(RETURN, "s" * 32, begun), action="deny")
    with pytest.raises(Cancelled):
        protocol.person(RETURN, answer, begun)
