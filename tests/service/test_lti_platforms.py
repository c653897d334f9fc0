"""Administrators register course systems; mistakes get a sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.lti.refusals import LaunchRefused
from grader.service import lti_platforms
from grader.service.errors import Conflict, NotFound, Unreadable
from grader.service.tables import Audit
from tests.lti.platform import CLIENT, Platform, Reply
from tests.service.lti import register


@pytest.fixture(scope="module")
def platform():
    with Platform("https://grader.example") as running:
        yield running


def settings(platform, **changes):
    return lti_platforms.of_form(platform.settings() | changes)


def test_registered_platform_is_found_by_issuer_and_client_id(service, platform):
    row = register(service, platform)
    with service.database.reading() as session:
        for client_id in (CLIENT, ""):
            assert lti_platforms.of_login(session, platform.issuer, client_id).id == row.id
        for issuer, client_id in ((platform.issuer, "other"), ("https://other.example", CLIENT)):
            with pytest.raises(LaunchRefused, match="issuer"):
                lti_platforms.of_login(session, issuer, client_id)
        assert session.query(Audit).filter_by(what="course system added").count() == 1


def test_client_id_is_needed_if_the_issuer_has_several(service, platform):
    register(service, platform)
    register(service, platform, client_id="client-2")
    with service.database.reading() as session:
        with pytest.raises(LaunchRefused, match="client"):
            lti_platforms.of_login(session, platform.issuer, "")
        assert lti_platforms.of_login(session, platform.issuer, "client-2").client_id == "client-2"


def test_second_platform_with_the_same_issuer_must_have_the_same_keys(service, platform):
    register(service, platform)
    with pytest.raises(Conflict, match="same client ID"):
        register(service, platform)
    with pytest.raises(Conflict, match="must have the same keys"):
        register(service, platform, client_id="client-2", keys_url="https://evil.example/keys")


def test_change_of_the_keys_is_one_for_all_with_this_issuer(service, platform, caller):
    row, other = register(service, platform), register(service, platform, client_id="client-2")
    new = settings(platform, keys_url=f"{platform.address}/new", title="New")
    with service.database.writing() as session:
        lti_platforms.change(session, caller("root"), lti_platforms.one(session, row.id), new, ["a", "b"])
    with service.database.writing() as session:
        changed, second = lti_platforms.one(session, row.id), lti_platforms.one(session, other.id)
        assert (changed.title, changed.keys_url) == ("New", second.keys_url)
        assert [each.deployment for each in changed.deployments] == ["a", "b"]
        with pytest.raises(Conflict, match="issuer cannot be changed"):
            lti_platforms.change(session, caller("root"), changed, replace(new, issuer="https://x.example"), [])
        with pytest.raises(Conflict, match="same client ID"):
            lti_platforms.change(session, caller("root"), changed, replace(new, client_id="client-2"), [])


def test_removed_platform_is_unknown(service, platform, caller):
    row = register(service, platform)
    with service.database.writing() as session:
        lti_platforms.remove(session, caller("root"), lti_platforms.one(session, row.id))
    with service.database.reading() as session, pytest.raises(NotFound):
        lti_platforms.one(session, row.id)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"keys_url": "http://lms.example/keys"}, "Address of the keys.*https"),
        ({"login_url": ""}, "Login address"),
        ({"token_url": "lms.example"}, "Token address"),
        ({"address": "javascript:alert(1)"}, "Address for people"),
        ({"issuer": ""}, "Issuer"),
        ({"client_id": "x" * 300}, "Client ID"),
    ],
)
def test_mistake_of_an_administrator_gets_a_sentence(platform, changes, sentence):
    with pytest.raises(Unreadable, match=sentence):
        settings(platform, **changes)


def test_deployments_are_lines():
    assert lti_platforms.deployments_of(" 1:a \n\n2\n1:a") == ["1:a", "2"]
    with pytest.raises(Unreadable, match="too long"):
        lti_platforms.deployments_of("x" * 300)


def test_wrong_address_of_the_keys_is_explained(service, platform):
    row = register(service, platform)
    assert lti_platforms.problem_with_keys(row) == ""
    platform.route("GET", "/page", lambda request: Reply("<html>a page</html>"))
    row.keys_url = f"{platform.address}/page"
    assert "not JSON" in lti_platforms.problem_with_keys(row)
    row.keys_url = f"{platform.address}/openid-configuration"
    assert "not a set of keys" in lti_platforms.problem_with_keys(row)
    row.keys_url = f"{platform.address}/nothing"
    assert "status 404" in lti_platforms.problem_with_keys(row)


def test_frames_are_allowed_for_registered_platforms_only(service, platform):
    with service.database.reading() as session:
        assert lti_platforms.frame_origins(session) == ()
    register(service, platform, address="https://school.example/courses")
    with service.database.reading() as session:
        assert lti_platforms.frame_origins(session) == (platform.address, "https://school.example")
