"""Signing in with a server that follows the documentation of GitHub."""

from __future__ import annotations

import httpx
import pytest

from grader.logins.failures import Cancelled, ProviderSilent, TooOld, WronglySetUp
from grader.logins.github import Github
from grader.logins.proved import Secrets
from grader.logins.web_client import WebClient
from grader.service.login_settings import GithubLogin, GroupRule
from tests.logins.github_server import CLIENT, SECRET, GithubServer

RETURN = "https://grader.example.org/login/github/return"
TEAMS = [GroupRule(group="dl-course/team-2", course="demo")]


@pytest.fixture
def server():
    return GithubServer()


@pytest.fixture
def github(server, monkeypatch):
    """A function that returns the protocol for a server."""
    monkeypatch.setenv("GRADER_TEST_SECRET", SECRET)

    def made(server=server, **settings):
        secret = {"env": "GRADER_TEST_SECRET"}
        login = GithubLogin(kind="github", name="github", client_id=CLIENT, client_secret=secret, **settings)
        return Github(login, WebClient(transport=server.transport))

    return made


def sign_in(server, protocol, change=lambda answer: answer, random=None):
    begun = Secrets.new()
    answer = server.authorize(protocol.address(RETURN, "s" * 32, begun))
    return protocol.person(RETURN, change(answer), random or begun)


@pytest.mark.quick
def test_number_is_the_subject_since_names_change_hands(server, github):
    proved = sign_in(server, github())
    person = proved.person
    assert (person.provider, person.issuer, person.subject) == ("github", "https://github.com", "583231")
    assert (person.name, person.full_name, person.email) == ("octocat", "The Octocat", "")
    assert proved.groups == frozenset()
    assert all("scope=read" not in address for address in server.requests)


def test_teams_of_all_pages_are_groups(server, github):
    protocol = github(groups=TEAMS)
    assert "scope=read%3Aorg" in protocol.address(RETURN, "s" * 32, Secrets.new())
    assert sign_in(server, protocol).groups == {"dl-course/team-0", "dl-course/team-1", "dl-course/team-2"}


def test_token_goes_to_no_other_host(server, github):
    server.next_page = "https://evil.example/user/teams?page=2"
    assert sign_in(server, github(groups=TEAMS)).groups == {"dl-course/team-0", "dl-course/team-1"}
    assert all("evil" not in address for address in server.requests)


def test_teams_that_an_organisation_hides_change_no_role(server, github):
    server.answers["/user/teams"] = httpx.Response(403, json={"message": "SAML"})
    assert sign_in(server, github(groups=TEAMS)).groups is None


def test_enterprise_server_is_another_issuer(github):
    server = GithubServer("https://github.example.edu", "https://github.example.edu/api/v3")
    protocol = github(server, issuer="https://github.example.edu")
    assert sign_in(server, protocol).person.issuer == "https://github.example.edu"
    assert protocol.check() == "https://github.example.edu/api/v3 answers"


def test_code_works_once_and_only_with_its_verifier(server, github):
    first = {}
    with pytest.raises(TooOld):
        sign_in(server, github(), lambda answer: first.update(answer) or answer, Secrets("n", "v" * 64))
    with pytest.raises(TooOld):
        sign_in(server, github(), lambda _answer: first)


def test_person_can_cancel(server, github):
    with pytest.raises(Cancelled, match="GitHub"):
        sign_in(server, github(), lambda answer: {"error": "access_denied", "state": answer["state"]})


@pytest.mark.parametrize(
    ("path", "answer", "failure"),
    [
        ("/login/oauth/access_token", httpx.ConnectError("refused"), ProviderSilent),
        ("/login/oauth/access_token", httpx.Response(200, html="<p>Unicorn"), ProviderSilent),
        (
            "/login/oauth/access_token",
            httpx.Response(200, json={"error": "incorrect_client_credentials"}),
            WronglySetUp,
        ),
        ("/login/oauth/access_token", httpx.Response(200, json={"error": "redirect_uri_mismatch"}), WronglySetUp),
        ("/login/oauth/access_token", httpx.Response(200, json={}), ProviderSilent),
        ("/user", httpx.Response(401, json={"message": "Bad credentials"}), ProviderSilent),
        ("/user", httpx.ReadTimeout("slow"), ProviderSilent),
        ("/user", httpx.Response(200, json={"login": "octocat"}), ProviderSilent),
        ("/user", httpx.Response(200, json={"id": True}), ProviderSilent),
        ("/user", httpx.Response(200, json=[]), ProviderSilent),
    ],
)
def test_github_that_does_not_work_has_a_sentence(server, github, path, answer, failure):
    server.answers[path] = answer
    with pytest.raises(failure) as caught:
        sign_in(server, github())
    assert SECRET not in f"{caught.value} {caught.value.reason}"
