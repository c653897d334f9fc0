"""A course system on another site shows this server in a frame, in a browser that blocks third-party cookies."""

from __future__ import annotations

import html
import shutil
from urllib.parse import urlencode

import pytest

from grader.service.configuration import Configuration
from grader.service.lti_tables import LtiContext
from grader.service.service import open_service
from grader.service.tables import Course
from tests.chromium import NAMES, OPTIONS
from tests.lti.platform import CHOICE, CONTEXT, DEEP_LINK, DEPLOYMENT, TEACHER, Platform, Reply
from tests.service.lti import register

from .browsing import NARROW, PHONE, running_server

pytestmark = pytest.mark.long
BLOCKED = "--test-third-party-cookie-phaseout"
NAMED = {"custom": {"exercise": "single-neuron"}}
KEEPS = """
const stored = {};
window.addEventListener("message", ({ data, source, origin }) => {
  if (data.subject === "lti.put_data") stored[data.key] = data.value;
  if (!data.subject?.startsWith("lti.")) return;
  source.postMessage({ ...data, subject: data.subject + ".response", value: stored[data.key] }, origin);
});
"""
"""The storage of a platform (lti-pm-s)."""


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A running server that knows a course system, whose course is connected with "demo"."""
    for server, people in running_server(tmp_path_factory.mktemp("lti"), {"root": None}):
        with Platform(server.address, host="localhost") as platform:
            service = open_service(Configuration(data_dir=server.data_dir))
            row = register(service, platform)
            with service.database.writing() as session:
                course = session.query(Course).one()
                session.add(LtiContext(platform_id=row.id, deployment=DEPLOYMENT, context=CONTEXT, course_id=course.id))
            service.close()
            platform.route("GET", "/course", lambda request: course_page(platform, request))
            platform.route("GET", "/cookie", set_cookie)
            server.root_cookie = people["root"].cookie
            yield server, platform


def course_page(platform, request):
    """Return the page of a course with a frame, in which the tool is opened by a form, as Moodle and Canvas do it."""
    fields = dict(request.fields)
    address = fields.pop("address")
    inputs = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">' for name, value in fields.items()
    )
    return Reply(
        f'<!doctype html><meta name="viewport" content="width=device-width"><title>Course</title><script>{KEEPS}</script>'
        f'<form method="post" action="{address}" target="tool">{inputs}</form>'
        '<iframe name="tool" style="width: 100%; height: 600px; border: 0"></iframe>'
        "<script>document.forms[0].submit()</script>"
    )


def set_cookie(request):
    """Set a third-party cookie, and say whether the browser has sent one."""
    has_cookie = "third=1" in request.headers.get("cookie", "")
    return Reply(f"<p>cookie: {has_cookie}</p>", headers={"set-cookie": "third=1; SameSite=None; Secure; Path=/"})


@pytest.fixture(scope="module")
def strict(chromium):
    """A browser that blocks third-party cookies."""
    started = chromium.browser_type.launch(
        executable_path=next(filter(None, map(shutil.which, NAMES))), args=[*OPTIONS, BLOCKED]
    )
    yield started
    started.close()


@pytest.fixture
def context(strict):
    opened = strict.new_context(locale="en", viewport=PHONE)
    yield opened
    opened.close()


def open_course(context, server, platform, claims, path="launch", **fields):
    """Open the page of the course, and return it with the frame of the tool."""
    request = platform.open(claims, target_link_uri=f"{server.address}/lti/{path}", **fields)
    page = context.new_page()
    page.goto(f"{platform.address}/course?{urlencode({'address': f'{server.address}/lti/login', **request})}")
    return page, page.frame(name="tool")


def require_accessible(frame):
    """Require that axe finds nothing in a frame, and that its page is not wider than the frame."""
    axe = pytest.importorskip("axe_playwright_python.base").AXE_FILE_PATH.read_text()
    frame.evaluate(axe)
    result = frame.evaluate("axe.run(document)")
    assert [(it["id"], [node["html"][:200] for node in it["nodes"]]) for it in result["violations"]] == []
    assert frame.evaluate("document.documentElement.scrollWidth") <= NARROW["width"] + 40


def test_browser_of_these_tests_blocks_third_party_cookies(context, live):
    _server, platform = live
    page = context.new_page()
    for site, is_sent in ((platform.address, True), (platform.address.replace("localhost", "127.0.0.1"), False)):
        page.goto(f"{site}/keys")
        for _ in range(2):
            page.evaluate(
                "address => fetch(address, {credentials: 'include', mode: 'no-cors'})", f"{platform.address}/cookie"
            )
        asked = [request for request in platform.requests if request.path == "/cookie"]
        assert ("third=1" in asked[-1].headers.get("cookie", "")) == is_sent


def test_student_on_a_phone_opens_the_exercise_in_a_new_window(context, live):
    server, platform = live
    _page, frame = open_course(context, server, platform, platform.message(name="Ada of the frame", **NAMED))
    link = frame.get_by_role("link", name="Open in a new window")
    link.wait_for()
    require_accessible(frame)
    with context.expect_page() as opened:
        link.click()
    window = opened.value
    window.wait_for_url("**/c/demo/a/single-neuron")
    assert "Ada of the frame" in window.inner_text("body")
    assert window.locator("input[type=file]").count() >= 1


def choose(context, live, **fields):
    """Choose an exercise in the frame, and return the items that have arrived at the course system."""
    server, platform = live
    platform.answers.clear()
    claims = platform.message(CHOICE, person="teacher", roles=[TEACHER], name="Iris T.")
    _page, frame = open_course(context, server, platform, claims, "choose", **fields)
    frame.get_by_role("heading", name="Choose an exercise").wait_for()
    require_accessible(frame)
    frame.get_by_label("Single Neuron").or_(frame.locator("input[value=single-neuron]")).first.check()
    frame.get_by_role("button", name="Choose an exercise").click()
    frame.get_by_text("The choice has arrived.").wait_for()
    keys = context.request.get(f"{server.address}/lti/jwks.json").json()
    return platform.choice(keys)[f"{DEEP_LINK}content_items"]


def test_instructor_chooses_within_the_frame(context, live):
    (item,) = choose(context, live)
    assert item["custom"] == {"exercise": "single-neuron"}


@pytest.fixture
def forgetful(context):
    """The same browser, which loses its cookies before the message arrives."""

    def lose_cookies(route):
        context.clear_cookies()
        route.continue_()

    context.route("**/lti/launch", lose_cookies)
    return context


def test_storage_of_the_course_system_replaces_a_cookie_that_is_lost(forgetful, live):
    (item,) = choose(forgetful, live, lti_storage_target="_parent")
    assert item["custom"] == {"exercise": "single-neuron"} and '"route": "/lti/storage"' in live[0].log()


def test_frame_without_a_cookie_and_without_a_storage_has_a_sentence(forgetful, live):
    server, platform = live
    claims = platform.message(CHOICE, person="teacher", roles=[TEACHER], name="Iris T.")
    _page, frame = open_course(forgetful, server, platform, claims, "choose")
    frame.get_by_text("your browser did not keep a cookie").wait_for()
    require_accessible(frame)


def test_other_sites_show_nothing_in_a_frame(context, live):
    server, platform = live
    page = context.new_page()
    page.goto(f"{platform.address}/keys")
    for path in ("/login", "/privacy"):
        page.set_content(f'<iframe name="tool" src="{server.address}{path}"></iframe>')
        page.wait_for_timeout(500)
        assert page.frame(name="tool").evaluate("document.body.innerText").find("Sign in") == -1


def test_page_that_connects_a_course_is_accessible(context, live):
    server, platform = live
    claims = platform.message(
        CHOICE, person="new", roles=[TEACHER], name="New", context={"id": "2", "title": "x" * 150}
    )
    _page, frame = open_course(context, server, platform, claims, "choose")
    frame.get_by_role("button", name="Connect the course").wait_for()
    require_accessible(frame)


def test_page_of_a_course_system_is_accessible(context, live):
    server, _platform = live
    context.add_cookies([{"name": "grader_login", "value": server.root_cookie, "url": server.address}])
    page = context.new_page()
    page.goto(f"{server.address}/admin/lti")
    page.get_by_role("link", name="Test LMS").click()
    page.get_by_role("button", name="Test the keys").click()
    page.get_by_text("The keys can be read.").wait_for()
    require_accessible(page)


def test_new_window_with_the_course_is_signed_in(context, live):
    server, platform = live
    claims = platform.message(CHOICE, person="teacher", roles=[TEACHER], name="Iris T.")
    _page, frame = open_course(context, server, platform, claims, "choose")
    with context.expect_page() as opened:
        frame.get_by_role("button", name="Open the course in a new window").click()
    opened.value.wait_for_url("**/c/demo/exercises/new")
    assert "Iris T." in opened.value.inner_text("body")
