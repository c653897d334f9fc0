"""The hub is asked once in a while for each token, and its failures are not remembered."""

from __future__ import annotations

import httpx
import pytest

from grader.logins import hub_tokens
from grader.logins.failures import ProviderSilent
from grader.logins.hub import Hub, UnknownToken
from grader.logins.hub_tokens import HubTokens
from grader.logins.web_client import WebClient
from grader.service.login_settings import HubLogin
from tests.logins.fake_hub import ENVIRONMENT, FakeHub


@pytest.fixture
def hub():
    return FakeHub()


@pytest.fixture
def tokens(hub):
    return HubTokens(Hub(HubLogin(kind="hub"), ENVIRONMENT, WebClient(transport=hub.transport)))


def test_hub_is_asked_once_for_a_token(hub, tokens):
    token = hub.token_of("ada")
    answers = [tokens.person_of(token) for _ in range(3)]
    assert [is_new for _proved, is_new in answers] == [True, False, False]
    assert {proved.person.subject for proved, _is_new in answers} == {"ada"}
    assert len(hub.requests) == 1


def test_token_that_the_hub_takes_back_is_refused_after_a_minute(hub, tokens, monkeypatch):
    token = hub.token_of("ada")
    tokens.person_of(token)
    del hub.tokens[token]
    tokens.person_of(token)
    start = hub_tokens.time.monotonic()
    monkeypatch.setattr(hub_tokens.time, "monotonic", lambda: start + hub_tokens.KEPT_SECONDS + 1)
    for _ in range(2):
        with pytest.raises(UnknownToken):
            tokens.person_of(token)
    assert len(hub.requests) == 2


def test_failure_of_the_hub_is_not_remembered(hub, tokens):
    token, hub.answer = hub.token_of("ada"), httpx.ConnectError("refused")
    with pytest.raises(ProviderSilent):
        tokens.person_of(token)
    hub.answer = None
    assert tokens.person_of(token)[0].person.subject == "ada"


def test_many_tokens_do_not_fill_the_memory(tokens, monkeypatch):
    monkeypatch.setattr(hub_tokens, "MOST", 3)
    for number in range(9):
        with pytest.raises(UnknownToken):
            tokens.person_of(f"{number}" * 32)
    assert len(tokens._kept) == 3
