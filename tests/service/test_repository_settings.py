"""An administrator names hosts, credentials and courses; a mistake has its line, and a secret is never in the file."""

from __future__ import annotations

import pytest

from grader.service import login_settings
from grader.support.errors import UsageError
from tests.repositories.hosts import new_key

GITHUB = """
address: https://grader.example.org
repositories:
  - name: github
    kind: github
    address: https://github.com
    token: {file: token}
    organisations: {Deep-Course: [demo]}
"""


@pytest.fixture
def load(tmp_path):
    def loaded(text):
        (tmp_path / "token").write_text("secret\n")
        (tmp_path / "key.pem").write_text(new_key())
        (tmp_path / "server.yaml").write_text(text)
        return login_settings.load(tmp_path / "server.yaml")

    return loaded


def test_courses_may_use_the_organisations_that_name_them(load):
    [host] = load(GITHUB).repositories
    assert host.may_use("deep-course", "demo") and not host.may_use("deep-course", "other")
    assert not host.may_use("else", "demo") and not host.may_use("", "demo")
    assert host.for_course("demo") == ["Deep-Course"] and host.for_course("other") == []


def test_app_has_a_key(load):
    text = GITHUB.replace("token: {file: token}", "app: 7\n    private_key: {file: key.pem}")
    assert load(text).repositories[0].app == 7
    with pytest.raises(UsageError, match="not an RSA key as PEM"):
        load(text.replace("key.pem", "token"))


@pytest.mark.parametrize(
    "old, new, words",
    [
        ("address: https://grader.example.org", "", "address is missing"),
        ("https://github.com", "http://github.example.org", "must begin with https"),
        ("https://github.com", "https://me:secret@github.com", "has a name or a password"),
        ("token: {file: token}", "token: secret", "must not be in this file"),
        ("token: {file: token}", "", "either a token, or an app"),
        ("token: {file: token}", "app: 7", "belong together"),
        (
            "token: {file: token}",
            "token: {file: token}\n    webhook_secret: {file: token}",
            "is for the webhook of an app",
        ),
        ("token: {file: token}", "token: {file: nothing}", "cannot be read"),
        ("kind: github", "kind: gitlab\n    app: 7", "GitLab needs a token"),
        ("name: github", "name: GitHub/1", "lower case"),
        ("{Deep-Course: [demo]}", "{Deep-Course: demo}", "list"),
    ],
)
def test_mistakes_are_refused_without_the_secret(load, old, new, words):
    with pytest.raises(UsageError, match=words) as caught:
        load(GITHUB.replace(old, new, 1))
    assert "me:secret" not in str(caught.value)


def test_two_hosts_need_two_names(load):
    second = GITHUB.partition("repositories:\n")[2]
    with pytest.raises(UsageError, match="two hosts have the name"):
        load(GITHUB + second)
