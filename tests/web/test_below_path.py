"""Below a path, such as https://host/services/grader, every address leads to the same server, and no link leaves it."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from grader.remote import exercises, handing_in, reports, upload
from grader.remote.address import server_address
from grader.remote.connection import Connection
from grader.support.errors import UsageError
from grader.web.app import make_app
from grader.web.below_path import without
from grader.web.pages import TEMPLATES
from tests.remote.conftest import ending, serving, token  # noqa: F401

from .test_markup import pages_of_the_class, values  # noqa: F401
from .test_other_people import routes_of

ROOT = "/services/grader"
LINKS = re.compile(r'\s(?:href|action|src|data-events)="([^"]*)"')
BARE = re.compile(r"""(?:href|action|src|data-\w+)="/|(?<!root ~ )["']/c/["'] ~|"{{ (?:place\.address|request\.url)""")


@pytest.fixture
def app(service, written_here):
    service.configuration = replace(service.configuration, root=ROOT)
    return make_app(service)


def leaves(link):
    """Return whether a link on a page leads out of the server."""
    link = html.unescape(link)
    return link.startswith("/") and not link.startswith(f"{ROOT}/")


@pytest.mark.parametrize(
    "who", ["", pytest.param("ada", marks=pytest.mark.long), "iris", pytest.param("root", marks=pytest.mark.long)]
)
def test_no_link_on_any_page_leaves_the_server(app, browser, values, who):  # noqa: F811
    client, count, problems = browser(who), 0, []
    for method, path in routes_of(app):
        if method != "GET" or path.endswith("/events") or path.startswith(("/api/", "/metrics")):
            continue
        address = re.sub(r"\{(\w+)(:\w+)?\}", lambda match: values.get(match[1], "en"), path)
        addresses = [address]
        if path.endswith("/desk/class/{file:path}") and who == "iris":
            addresses = [*pages_of_the_class(client, ROOT + address.removesuffix("/en"))]
        for each in addresses:
            answer = client.get(each if each.startswith(ROOT) else ROOT + each)
            links = LINKS.findall(answer.text) if "html" in answer.headers.get("content-type", "") else []
            links += filter(None, [answer.headers.get("location")])
            problems += [f"{each}: {link}" for link in links if leaves(link)]
            count += len(links)
    assert not problems, "\n".join(problems)
    assert count > 100


def test_templates_have_no_address_without_the_root():
    """Some addresses are on pages that the test above does not see, such as those after a refusal."""
    lines = [
        f"{path.name}: {line}"
        for path in sorted(TEMPLATES.glob("*.j2"))
        for line in path.read_text().splitlines()
        if BARE.search(line)
    ]
    assert lines == []


@pytest.mark.quick
def test_signing_in_leads_back_to_the_page_and_sets_the_cookie_for_this_path_only(app, browser, service):
    nobody = browser()
    first = nobody.get(f"{ROOT}/c/demo?x=1")
    assert first.headers["location"] == f"{ROOT}/login?next=%2Fc%2Fdemo%3Fx%3D1"
    form = nobody.get(first.headers["location"])
    assert 'value="/c/demo?x=1"' in form.text
    assert f'href="{ROOT}/language/de?next=/login"' in form.text
    chosen = nobody.get(f"{ROOT}/language/de?next=/login")
    assert chosen.headers["location"] == f"{ROOT}/login"
    assert f"; Path={ROOT};" in chosen.headers["set-cookie"]
    out = browser("ada").post(f"{ROOT}/logout")
    assert f"; Path={ROOT};" in out.headers["set-cookie"]


@pytest.mark.parametrize("path", [ROOT, f"{ROOT}/", "/"])  # the last one: some proxies take the path off
def test_first_page_has_all_its_addresses(app, browser, path):
    page = browser("ada").get(path)
    assert page.status_code == 200
    assert f'href="{ROOT}/c/demo"' in page.text


def test_other_path_with_the_same_beginning_is_not_the_server(app, browser):
    assert browser("ada").get(f"{ROOT}s/c/demo").status_code == 404
    assert without("/grader-2/x", "/grader") == "/grader-2/x"


def test_links_of_the_api_and_of_invitations_are_complete(app, api, form):
    course = api("iris").get(f"{ROOT}/api/v1/courses/demo").json()
    assert course["links"]["self"] == f"{ROOT}/api/v1/courses/demo"
    assert api("iris").get(course["links"]["exercises"]).status_code == 200
    assert api("iris").get(f"{ROOT}/api/v1/openapi.json").json()["servers"] == [{"url": ROOT}]
    page = form("iris", f"{ROOT}/c/demo/people", f"{ROOT}/c/demo/people/link")
    assert f'value="http://127.0.0.1:8000{ROOT}/join/' in page.text


def test_refusals_of_the_api_are_problem_documents(app, browser):
    answer = browser().get(f"{ROOT}/api/v1/courses")
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")


def test_program_hands_in_waits_for_the_events_and_reads_the_report(app, token, ending, tmp_path):  # noqa: F811
    (tmp_path / "mine.py").write_text("w = 1\n")
    with serving(app) as port, Connection(server_address(f"http://127.0.0.1:{port}{ROOT}/"), token()) as connection:
        exercise = exercises.choose(exercises.exercises(connection), "single-neuron", None)
        content = upload.read(tmp_path / "mine.py", exercise.file_bytes)
        events = []
        final = handing_in.wait(
            connection,
            handing_in.hand_in(connection, exercise, content, False),
            lambda event: events.append(event.kind),
        )
        assert "state" in events
        assert reports.report_of(connection, final, "mine.py").passed
        assert handing_in.page(connection, final) == f"http://127.0.0.1:{port}{ROOT}/s/{final.id}"


def test_root_must_not_hide_a_page_of_the_server(service):
    service.configuration = replace(service.configuration, root="/c")
    with pytest.raises(UsageError, match="/c is an address of the pages"):
        make_app(service)
