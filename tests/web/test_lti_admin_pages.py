"""Administrators register course systems by hand or by a link; others see nothing of it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from grader.service.lti_tables import LtiPlatform
from tests.lti.platform import CLIENT, DEPLOYMENT, Platform
from tests.web.lti import connected

ADDRESS = "/admin/lti"


@pytest.fixture(scope="module")
def platform():
    with Platform("http://127.0.0.1:8000") as running:
        yield running


def row(service):
    with service.database.reading() as session:
        return session.scalar(select(LtiPlatform))


@pytest.mark.quick
def test_course_system_is_added_tested_changed_and_removed(service, form, browser, platform):
    fields = {**platform.settings(), "deployments": f"{DEPLOYMENT}\n2:x"}
    answer = form("root", ADDRESS, **fields)
    one = answer.headers["location"].partition("?")[0]
    assert [each.deployment for each in row(service).deployments] == ["2:x", DEPLOYMENT]
    assert "The keys can be read." in form("root", one, f"{one}/test").text
    form("root", one, **{**fields, "keys_url": f"{platform.address}/return", "deployments": ""})
    page = form("root", one, f"{one}/test").text
    assert "nobody can sign in from this course system: The address answers with status 404" in page
    assert "nothing can be opened" in browser("root").get(ADDRESS).text
    assert form("root", one, f"{one}/remove").headers["location"] == ADDRESS and row(service) is None


def test_mistake_gets_a_sentence_and_keeps_the_fields(form, platform):
    answer = form("root", ADDRESS, **{**platform.settings(), "keys_url": "http://lms.example/keys"})
    assert answer.status_code == 422 and "Address of the keys" in answer.text
    assert 'value="http://lms.example/keys"' in answer.text and CLIENT in answer.text


def test_second_one_with_other_keys_is_refused(service, form, platform):
    connected(service, platform)
    fields = {**platform.settings(), "client_id": "2", "keys_url": "https://evil.example/keys"}
    answer = form("root", ADDRESS, **fields)
    assert answer.status_code == 409 and "must have the same keys" in answer.text


def test_page_lists_connected_courses_and_own_addresses(service, browser, platform):
    connected(service, platform)
    page = browser("root").get(f"{ADDRESS}/{row(service).id}").text
    assert "Deep Learning 2026" in page and 'href="/c/demo"' in page
    own = re.findall("<code>http://127.0.0.1:8000/lti/([^<]+)</code>", browser("root").get(ADDRESS).text)
    assert own == ["login", "launch", "choose", "jwks.json", "canvas.json"]


@pytest.mark.parametrize("name", ["ada", "iris"])
def test_others_see_nothing(service, browser, platform, name):
    connected(service, platform)
    for path in (ADDRESS, f"{ADDRESS}/{row(service).id}"):
        assert browser(name).get(path).status_code == 404
        assert browser(name).post(path).status_code == 404
    assert browser(name).post(f"{ADDRESS}/registration-link").status_code == 404


def test_link_registers_once(service, form, platform):
    page = form("root", ADDRESS, f"{ADDRESS}/registration-link").text
    assert re.search(r'value="http://127.0.0.1:8000/lti/register/[\w-]{32}"', page)
