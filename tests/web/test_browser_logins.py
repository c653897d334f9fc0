"""Signing in with another system in Chromium: a real provider, a real server, and people who click twice and go back."""

from __future__ import annotations

import pytest

from grader.service.tables import Role
from tools.live_server import add_people, free_port, live_server

from .browsing import Browser

mock = pytest.importorskip("oidc_provider_mock")
pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore:get_jwt_config")]
GRACE = {"preferred_username": "grace", "name": "Grace Hopper", "email": "grace@example.org"}


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A provider, and a server that knows it."""
    folder = tmp_path_factory.mktemp("logins")
    people = add_people(folder / "data", {"iris": Role.INSTRUCTOR})
    port = free_port()
    (folder / "secret").write_text("s3cret")
    persons = [mock.User(sub="1906", claims=GRACE), mock.User(sub="1815", claims={"preferred_username": "ada"})]
    with mock.run_server_in_thread(user_claims=persons) as provider:
        (folder / "server.yaml").write_text(
            f"address: http://127.0.0.1:{port}\n"
            "logins:\n"
            "  - kind: oidc\n"
            "    name: university\n"
            "    title: University\n"
            f"    issuer: http://localhost:{provider.server_port}\n"
            "    client_id: grader\n"
            "    client_secret: {file: secret}\n"
        )
        with live_server(folder / "data", "--config", str(folder / "server.yaml"), "--jobs", "1", port=port) as server:
            yield server, people


@pytest.fixture
def tab(running, chromium):
    browser = Browser(chromium, running[0])
    browser.context.route(
        "**/*.css", _without_network
    )  # the pages of the provider load a style sheet from the internet
    yield browser
    browser.close()


def _without_network(route):
    if "127.0.0.1" in route.request.url:
        route.continue_()
    else:
        route.fulfill(status=200, body="", content_type="text/css")


def choose(tab, subject):
    """Be this person at the provider."""
    tab.page.get_by_role("button", name=subject, exact=True).click()


def test_student_signs_in_clicks_twice_and_goes_back(tab):
    tab.open("/login?next=/me")
    tab.require_accessible()
    tab.require_fits()
    tab.page.get_by_role("link", name="Sign in with University").dblclick()
    tab.page.wait_for_url("**/oauth2/authorize*")
    choose(tab, "1906")
    tab.page.wait_for_url("**/welcome*")
    tab.require_accessible()
    tab.require_fits()
    tab.page.go_back()  # to the provider, which sends the browser here again
    tab.page.get_by_role("button", name="1906", exact=True).first.click()
    tab.page.wait_for_url("**/me")
    assert "University: grace" in tab.text()
    tab.require_accessible()
    tab.require_fits()
    second = tab.context.new_page()
    second.goto(f"{tab.server.address}/login?next=/join")
    assert second.url.endswith("/join")  # signed in already
    tab.press("Sign out")
    tab.page.wait_for_url("**/login?out=1")
    second.reload()
    assert "/login" in second.url


def test_cancelled_sign_in_says_so(tab):
    tab.open("/login?next=/join")
    tab.press("Sign in with University")
    tab.page.get_by_role("button", name="Deny").click()
    tab.wait_for("You have cancelled the sign-in with University")
    tab.require_accessible()
    tab.press("Sign in with University")
    choose(tab, "1906")
    tab.page.wait_for_url("**/join")


def test_invitation_of_a_list_leads_to_its_account(running, chromium, tab):
    server, people = running
    iris = Browser(chromium, server, people["iris"])
    iris.open("/c/demo/people")
    iris.page.get_by_text("Paste a list instead").click()
    iris.page.get_by_label("List, with the titles").fill("login,name\nada,Ada Lovelace\n")
    iris.page.get_by_role("button", name="Add people").click()
    with iris.page.expect_download() as download:
        iris.page.get_by_role("button", name="Download the links (CSV)").click()
    address = download.value.path().read_text(encoding="utf-8-sig").splitlines()[1].split(",")[-1]
    tab.page.goto(address)
    tab.require_accessible()
    tab.require_fits()
    tab.page.get_by_role("link", name="Sign in with University").click()
    choose(tab, "1815")
    tab.wait_for("Add this login?")
    tab.require_accessible()
    tab.require_fits()
    tab.page.get_by_role("button", name="Add the login and sign in").click()
    tab.wait_for("Demo")
    iris.open("/c/demo/people")
    assert "University" in iris.page.get_by_role("row", name="Ada Lovelace").inner_text()
    iris.require_accessible()
    iris.close()
