"""HEAD is answered like GET, without a body."""

from __future__ import annotations

import pytest

from grader.service import first_admin
from grader.service.tables import User


@pytest.mark.parametrize("path", ["/", "/c/demo", "/c/demo/a/single-neuron", "/healthz", "/static/style.css"])
def test_head_has_the_headers_of_get(browser, path):
    client = browser("ada")
    head, get = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == get.headers["content-type"]


def test_head_of_a_page_that_does_not_exist_or_needs_a_sign_in(browser):
    assert browser("ada").head("/c/other").status_code == 404
    answer = browser().head("/c/demo")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fc%2Fdemo")


def test_head_does_not_use_up_the_link_of_the_first_administrator(browser, service):
    with service.database.writing() as session:
        session.query(User).update({"is_admin": False})
    secret = first_admin.new_link(service.database)
    assert browser().head(f"/start/{secret}").status_code == 405
    assert browser().get(f"/start/{secret}").status_code == 303


def test_head_changes_nothing(browser):
    assert browser("ada").head("/logout").status_code == 405


def test_head_of_a_stream_ends_at_once(browser, form):
    page = "/c/demo/a/single-neuron"
    answer = form("ada", page, f"{page}/hand-in", files={"file": ("neuron.py", b"x = 1")}, kind="check", once="")
    head = browser("ada").head(f"{answer.headers['location']}/events")  # nothing grades it, so a GET would wait
    assert (head.status_code, head.headers["content-type"].split(";")[0]) == (200, "text/event-stream")
