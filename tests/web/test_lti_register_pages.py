"""A course system registers itself with a link of an administrator, once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from grader.service import one_time
from grader.service.lti_tables import LtiPlatform
from grader.web.lti_register_pages import LINK
from tests.lti import platform as lti
from tests.lti.platform import CLIENT, DEPLOYMENT, Platform, Reply, document
from tests.service.lti import register
from tests.web.lti import TOOL, browser

TOKEN = "registration-token"


@pytest.fixture
def platform():
    with Platform(TOOL) as running:
        yield running


@pytest.fixture
def link(service):
    """The address that an administrator has made."""
    with service.database.writing() as session:
        return f"/lti/register/{one_time.remember(session, LINK, {'by': 'root'}, 10)}"


def opened(client, platform, link, **changes):
    query = {"openid_configuration": f"{platform.address}/openid-configuration", "registration_token": TOKEN}
    return client.get(link, params={**query, **changes}, headers={"sec-fetch-dest": "iframe"})


def pressed(client, page, link):
    fields = lti.fields_of(page.text)
    return client.post(link, data={name: fields[name] for name in ("openid_configuration", "registration_token")})


@pytest.mark.quick
def test_both_sides_know_each_other_after_a_click(service, app, platform, link):
    client = browser(app)
    page = opened(client, platform, link)
    assert platform.requests == [] and platform.address.removeprefix("http://") in page.text
    assert page.headers["content-security-policy"].endswith(f"frame-ancestors {platform.address}")
    assert "is registered here, and this server there" in pressed(client, page, link).text
    authorisation, wanted = platform.registrations[0]
    assert authorisation == f"Bearer {TOKEN}" and wanted["initiate_login_uri"] == f"{TOOL}/lti/login"
    with service.database.reading() as session:
        row = session.scalar(select(LtiPlatform))
        assert (row.client_id, row.issuer, [each.deployment for each in row.deployments]) == (
            CLIENT,
            platform.issuer,
            [DEPLOYMENT],
        )
    again = pressed(client, page, link)
    assert again.status_code == 409 and "used before" in again.text and len(platform.registrations) == 1


def test_invented_link_sends_nothing(app, platform):
    client = browser(app)
    page = opened(client, platform, "/lti/register/invented")
    assert pressed(client, page, "/lti/register/invented").status_code == 409
    assert platform.requests == []


def test_link_without_a_course_system_says_what_to_do(app, link):
    answer = browser(app).get(link)
    assert answer.status_code == 409 and "enter it there as the address of a tool" in answer.text


@pytest.mark.parametrize(
    ("sentence", "path", "handler"),
    [
        (
            "another host",
            "/openid-configuration",
            lambda platform: document({**platform.description(), "issuer": "https://x"}),
        ),
        ("status 500", "/openid-configuration", lambda platform: Reply("", 500)),
        ("not JSON", "/openid-configuration", lambda platform: Reply("<html>")),
        ("status 401", "/registration", lambda platform: Reply("", 401)),
        ("no client id", "/registration", lambda platform: document({})),
    ],
)
def test_failure_has_a_sentence_and_can_be_repeated(service, app, platform, link, sentence, path, handler):
    platform.route("POST" if path == "/registration" else "GET", path, lambda request: handler(platform))
    client = browser(app)
    answer = pressed(client, opened(client, platform, link), link)
    assert answer.status_code == 409 and sentence in answer.text
    with service.database.reading() as session:
        assert session.scalar(select(LtiPlatform)) is None
    assert 'action="/lti/register/' in answer.text and link not in answer.text


def test_issuer_of_another_registration_cannot_get_other_keys(service, app, platform, link):
    register(service, platform, keys_url=f"{platform.address}/other-keys", client_id="2")
    client = browser(app)
    answer = pressed(client, opened(client, platform, link), link)
    assert answer.status_code == 409 and "must have the same keys" in answer.text


def test_address_of_the_server_s_own_network_is_refused(app, platform, link, monkeypatch):
    client = browser(app)
    page = opened(client, platform, link)
    monkeypatch.setattr("grader.web.lti_register_pages.full_address", lambda request, path: "https://grader.example")
    assert "must begin with https" in pressed(client, page, link).text and platform.requests == []
