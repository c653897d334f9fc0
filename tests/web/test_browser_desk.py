"""A tutor uses the desk in a real browser: with the keyboard alone, without scripts, on a phone, in light and dark."""

from __future__ import annotations

import threading

import pytest
import uvicorn

from grader.service import accounts, passback
from grader.service.desks import Desks
from grader.service.lti_columns import DELETED
from grader.service.moments import now
from grader.service.outside_tables import Delivery
from grader.service.tables import Exercise, Membership, Role, User
from grader.web import requests, server
from grader.web.app import make_app
from tests.service.course_system import connected, own_key, platform  # noqa: F401
from tests.service.kept_results import EXERCISE, hand_in

DESK = f"/c/demo/a/{EXERCISE}/desk"
NAMES = {"mei": "\u674e\u5c0f\u9f99", "miri": '\u05de\u05e8\u05d9\u05dd, "x"', "long": "Nguyen " + "van " * 20}


@pytest.fixture
def address(service, connected):  # noqa: F811
    """The address of a server with a class of five students, of whom four handed in; a course system has a score of one of them."""
    with service.database.writing() as session:
        course = session.query(Membership).first().course_id
        for name, full_name in NAMES.items():
            user = User(name=name, full_name=full_name)
            session.add(user)
            session.flush()
            session.add(Membership(course_id=course, user_id=user.id, role=Role.STUDENT, section="Tuesday"))
    for name, share in {"ada": 0.5, "mei": 1.0, "miri": 0.0, "long": 0.7}.items():
        hand_in(service, name, share)
    with service.database.writing() as session:
        exercise = session.query(Exercise).filter_by(name=EXERCISE).one()
        passback.want(session, exercise.id)
        for row in session.query(Delivery):
            is_ada = row.user.name == "ada"
            row.state, row.sent = ("sent", now()) if is_ada else ("given_up", None)
            row.sentence, row.detail = ("", "") if is_ada else (DELETED, "404 The specified resource does not exist.")
    desks = Desks(service)
    with service.database.reading() as session:
        desks.current(session.query(Exercise).filter_by(name=EXERCISE).one(), "en")
    desks.close()
    listener = server.listen("127.0.0.1", 0)
    web_server = uvicorn.Server(uvicorn.Config(make_app(service), log_level="error"))
    thread = threading.Thread(target=web_server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield server.address_of(listener, "127.0.0.1", False)
    web_server.should_exit = True
    thread.join(10)
    listener.close()


@pytest.fixture
def opened(service, address, chromium):
    """A function that opens a page of the server as a user; further arguments are those of a context of Playwright."""
    contexts = []

    def open_page(path, name="tom", **options):
        with service.database.writing() as session:
            secret = accounts.sign_in(session, session.query(User).filter_by(name=name).one())
        context = chromium.new_context(**options)
        contexts.append(context)
        context.add_cookies([{"name": requests.COOKIE, "value": secret, "url": address}])
        page = context.new_page()
        page.problems = []
        page.on("console", lambda message: page.problems.append(message.text))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.goto(address + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


PAGES = [
    DESK,
    f"{DESK}/students/ada",
    f"{DESK}/everybody",
    f"{DESK}/class/index.html",
    f"{DESK}/class/instructor/Ada_ada.html",
]
PAGES_OF = [("tom", page) for page in PAGES] + [("iris", "/c/demo/people"), ("ada", f"/c/demo/a/{EXERCISE}")]


@pytest.mark.table
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_fit_at_every_width(opened, scheme):
    axe = pytest.importorskip("axe_playwright_python.base")
    for name, path in PAGES_OF:
        page = opened(path, name, color_scheme=scheme, bypass_csp=True)
        page.evaluate(axe.AXE_FILE_PATH.read_text())
        result = page.evaluate("axe.run()")
        problems = [(it["id"], [node["html"][:200] for node in it["nodes"]]) for it in result["violations"]]
        assert problems == [], path
        for width in (360, 768, 1280, 1920):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        page.context.close()


def test_browser_accepts_every_page_under_its_policy(opened):
    for path in PAGES:
        page = opened(path)
        assert page.problems == [], path
        page.context.close()


def test_marks_are_given_with_the_keyboard(opened, service):
    page = opened(f"{DESK}/students/ada")
    page.focus("#points-2")
    page.keyboard.type("4.5")
    page.keyboard.press("Tab")
    page.keyboard.type("Nearly right.")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("p[role=status]")
    assert "The marks of Ada are saved." in page.inner_text("main")
    assert page.input_value("#points-2") == "4.5"
    assert "52" in page.inner_text("main")


def test_desk_works_without_scripts(opened):
    page = opened(DESK, java_script_enabled=False)
    page.click("text=Class page")
    assert page.url.endswith("/desk/class/index.html")
    page.click("a[href='instructor/Ada_ada.html']")
    page.click("text=Give points or a comment")
    assert page.url.endswith(f"{DESK}/students/ada")


def test_class_page_filters_with_its_script(opened):
    page = opened(f"{DESK}/class/index.html")
    page.fill("#search", "ada")
    page.wait_for_function("document.querySelectorAll('#students tbody tr:not([hidden])').length == 1")
