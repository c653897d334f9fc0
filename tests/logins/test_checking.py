"""What ``grader serve check`` says about the systems by which people sign in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.logins import checking, ways
from grader.logins.web_client import WebClient
from grader.service.login_settings import GroupRule
from tests.service.conftest import new_data, new_database, service  # noqa: F401


@pytest.fixture
def sentences(service, settings, provider, monkeypatch):  # noqa: F811
    monkeypatch.setattr(ways, "WebClient", lambda: WebClient(transport=provider.transport))

    def said(**changes):
        login = settings.model_copy(update=changes)
        service.configuration = replace(service.configuration, address="https://grader.example.org/dl", logins=(login,))
        return [(part.name, part.sentence, part.is_good) for part in checking.inspect(service)]

    return said


@pytest.mark.quick
def test_provider_that_works_is_said_with_the_address_that_it_must_know(sentences, provider):
    place = "https://grader.example.org/dl/login/university/return"
    assert sentences() == [
        ("university", f"{provider.issuer} answers, and has 2 keys; its redirect URI here is {place}", True)
    ]


def test_misspelt_issuer_is_said_with_both_spellings(sentences, provider):
    ((name, sentence, is_good),) = sentences(issuer=f"{provider.issuer}/")
    assert (name, is_good) == ("university", False)
    assert f"has the issuer '{provider.issuer}', the settings have '{provider.issuer}/'" in sentence
    ((_name, sentence, _is_good),) = sentences(issuer=provider.issuer.replace("students", "studnets"))
    assert "/realms/studnets/.well-known/openid-configuration: the answer has the status 404" in sentence


def test_course_that_does_not_exist_is_said(sentences):
    *_provider, missing = sentences(groups=[GroupRule(group="staff", course="demmo")])
    assert missing == (
        "university",
        "The group 'staff' gives a role in the course 'demmo', which does not exist: did you mean 'demo'?",
        False,
    )
