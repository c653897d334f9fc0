"""The settings file of a server: its mistakes have one sentence each, with the line, and never show a secret."""

from __future__ import annotations

import pytest

from grader.service import login_settings
from grader.service.configuration import Configuration
from grader.service.login_settings import GithubLogin, GroupRule, HubLogin, OidcLogin
from grader.service.repository_settings import RepositoryHost
from grader.support.errors import UsageError

GOOD = """\
address: https://grader.example.org/dl/
logins:
  - kind: oidc
    name: university
    title: University of Example
    issuer: https://login.example.org/realms/x/
    client_id: grader
    client_secret: {env: GRADER_TEST_SECRET}
    groups: [{group: staff, course: demo, role: instructor}]
    new_accounts: no
  - kind: github
    name: github
    client_id: grader
    client_secret: {file: secret}
  - kind: hub
"""


@pytest.fixture
def load(tmp_path, monkeypatch):
    """A function that reads the file after a change of one part."""
    monkeypatch.setenv("GRADER_TEST_SECRET", "s3cret")
    (tmp_path / "secret").write_text("s3cret")

    def loaded(old="", new=""):
        assert old in GOOD
        path = tmp_path / "server.yaml"
        path.write_text(GOOD.replace(old, new, 1))
        return login_settings.load(path)

    return loaded


@pytest.mark.quick
def test_file_has_the_address_and_the_logins(load):
    settings = load()
    university, github, hub = settings.logins
    assert settings.address == "https://grader.example.org/dl"  # without the slash, so that paths can follow
    assert isinstance(university, OidcLogin)
    assert university.issuer == "https://login.example.org/realms/x/"  # with it: an issuer is compared letter by letter
    assert (university.new_accounts, university.end_hours) == (False, 12)
    assert university.rules[0].role == "instructor"
    assert isinstance(github, GithubLogin)
    assert (github.title, github.issuer, github.client_secret.read()) == ("GitHub", "https://github.com", "s3cret")
    assert (hub.kind, hub.name, hub.title) == ("hub", "hub", "JupyterHub")


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("issuer:", "isuer:", 6, "logins.university.isuer is not a known key; remove it or correct its spelling. Did you mean issuer?"),
        ("address:", "adress:", 1, "adress is not a known key; remove it or correct its spelling. Did you mean address?"),
        ("{env: GRADER_TEST_SECRET}", "s3cret", 8, "the secret must not be in this file; write {env: NAME} or {file: PATH}."),
        ("{env: GRADER_TEST_SECRET}", "{env: A, file: b}", 8, "it has both env and file; keep one of them."),
        ("{env: GRADER_TEST_SECRET}", "{}", 8, "it is empty; write {env: NAME} or {file: PATH}."),
        ("https://grader", "http://grader", 1, "'http://grader.example.org/dl/' must begin with https://, since passwords and tokens go to it."),
        ("https://login.example.org", "https://me:s3cret@login.example.org", 6, "the address has a name or a password; leave them out."),
        ("https://login.example.org/realms/x/", "login.example.org", 6, "'login.example.org' is not an address; write it as in https://grader.example.org."),
        ("kind: oidc", "kind: odic", 3, "logins.university: unknown kind 'odic'; allowed are 'oidc', 'github', 'gitlab', 'hub'. Did you mean oidc?"),
        ("kind: oidc\n    ", "", 3, "logins.university has no 'kind'; every entry needs one."),
        ("name: github", "name: university", 12, "two logins have the name 'university'; give each its own."),
        ("name: university", "name: My University", 4, "'My University' is part of an address; write it in lower case with hyphens, like my-university."),
        ("role: instructor", "role: instuctor", 9, "logins.university.groups.1.role is 'instuctor'; allowed are 'student', 'tutor', 'instructor' or 'admin'."),
        ("course: demo, role: instructor", "course: demo, role: admin", 9, "course is not possible with the role admin"),
        ("course: demo, role: instructor", "role: instructor", 9, "course is missing; it is the one in which the group 'staff' has the role."),
        ("name: github\n", "name: github\n    groups: [{group: staff, course: demo}]\n", 13, "'staff' is not a team of GitHub; write it as organisation/team."),
        ("name: university\n", "name: university\n    scopes: [profile]\n", 3, "scopes lacks 'openid', without which the provider does not say who somebody is; add it."),
        ("address: https://grader.example.org/dl/\n", "", 1, "address is missing; university must know where people come back to."),
        (GOOD, "[]", 1, "the file must be a mapping of keys to values."),
    ],
)  # fmt: skip
def test_mistake_has_a_sentence_with_its_line(load, old, new, line, sentence):
    with pytest.raises(UsageError) as caught:
        load(old, new)
    ((where, said),) = caught.value.mistakes
    assert where == line
    assert sentence in said
    assert "s3cret" not in said


def test_missing_secret_names_the_login(load, monkeypatch):
    monkeypatch.delenv("GRADER_TEST_SECRET")
    with pytest.raises(UsageError, match=r"logins\.university\.client_secret: The variable GRADER_TEST_SECRET has no"):
        load()


def test_empty_file_changes_nothing(load):
    settings = load(GOOD, "")
    assert (settings.address, settings.logins) == (None, [])


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "http://localhost/dl", "http://[::1]:1"])
def test_address_of_this_machine_needs_no_https(address):
    assert login_settings.check_address(f"{address}/") == address


def test_courses_that_the_settings_name_are_known(tmp_path):
    login = HubLogin(kind="hub", admins=True, groups=[GroupRule(group="a", course="one", role="tutor")])
    host = RepositoryHost.model_validate(
        {
            "name": "github",
            "kind": "github",
            "address": "https://github.com",
            "token": {"env": "TOKEN"},
            "organisations": {"org": ["two", "one"]},
        }
    )
    configuration = Configuration(data_dir=tmp_path, logins=(login,), repositories=(host,))
    assert configuration.named_courses == {"one", "two"}
