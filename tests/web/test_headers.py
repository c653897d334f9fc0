"""Every answer tells browsers to load nothing from elsewhere and to guess no types."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from grader.web import headers
from grader.web.app import make_app


@pytest.mark.quick
@pytest.mark.parametrize("path", ["/", "/login", "/nothing", "/static/style.css", "/api/v1/nothing"])
def test_every_answer_has_the_headers(browser, path):
    answer = browser().get(path)
    assert answer.headers["content-security-policy"] == headers.POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "strict-transport-security" not in answer.headers


def test_pages_are_not_kept_and_style_is(browser):
    assert browser("ada").get("/").headers["cache-control"] == "no-store"
    assert browser().get("/static/style.css").headers["cache-control"] == "max-age=3600"


def test_policy_allows_no_inline_script_and_no_other_site():
    for policy in (headers.POLICY, headers.REPORT_POLICY, headers.document_policy()):
        scripts = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
        assert "unsafe" not in scripts
        assert "http" not in policy
        assert "*" not in policy


def test_document_runs_only_its_own_script():
    assert "script-src 'sha256-abc='" in headers.document_policy("sha256-abc=")
    assert "script-src 'none'" in headers.document_policy()


def test_method_that_is_not_allowed_names_the_others(browser):
    answer = browser("ada").put("/login")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize(
    ("settings", "is_sent"), [({"host": "0.0.0.0"}, True), ({"proxy": "10.0.0.1"}, True), ({}, False)]
)
def test_browsers_stay_with_https_unless_it_is_only_this_machine(service, settings, is_sent):
    service.configuration = replace(service.configuration, is_secure=True, **settings)
    client = TestClient(make_app(service), base_url="https://127.0.0.1:8000", client=("127.0.0.1", 1))
    assert ("strict-transport-security" in client.get("/login").headers) == is_sent
