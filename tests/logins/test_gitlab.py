"""GitLab is a provider of OpenID Connect that says names and groups only at its userinfo endpoint."""

from __future__ import annotations

import pytest

from grader.logins.oidc import OpenIdConnect
from grader.logins.proved import Secrets
from grader.logins.web_client import WebClient
from grader.service.login_settings import GitlabLogin, GroupRule
from tests.logins.strict_provider import CLIENT, SECRET, StrictProvider

RETURN = "https://grader.example.org/login/gitlab/return"


@pytest.mark.quick
def test_names_and_groups_come_from_the_userinfo_endpoint(monkeypatch):
    monkeypatch.setenv("GRADER_TEST_SECRET", SECRET)
    provider = StrictProvider("https://gitlab.com", RETURN)
    provider.claims = {"sub": "1234", "groups_direct": ["other"]}
    provider.user_info = {"nickname": "ada", "name": "Ada Lovelace", "groups": ["faculty/dl-course"]}
    settings = GitlabLogin(
        kind="gitlab",
        name="gitlab",
        client_id=CLIENT,
        client_secret={"env": "GRADER_TEST_SECRET"},
        groups=[GroupRule(group="faculty/dl-course", course="demo")],
    )
    protocol, begun = OpenIdConnect(settings, WebClient(transport=provider.transport)), Secrets.new()
    proved = protocol.person(RETURN, provider.authorize(protocol.address(RETURN, "s" * 32, begun)), begun)
    person = proved.person
    assert (person.provider, person.issuer, person.subject) == ("gitlab", "https://gitlab.com", "1234")
    assert (person.name, person.full_name, person.email) == ("ada", "Ada Lovelace", "")
    assert proved.groups == {"faculty/dl-course"}
