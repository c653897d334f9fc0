"""The scripts of the pages in a real browser: dropping files, the limit before an upload, and the progress as it happens.

The server grades nothing: the tests say what happens to a submission.
"""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
import uvicorn

from grader.service import accounts
from grader.service.moments import now
from grader.service.tables import Exercise, Result, State, Submission, User
from grader.web import requests
from tests.service import kept_results

ADDRESS = "/c/demo/a/single-neuron"
PHONE = {"width": 360, "height": 740}
DROP = """([name, content, isFolder]) => {
    const data = new DataTransfer();
    data.items.add(new File([content], name));
    const event = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
    if (isFolder) {
        const entry = { webkitGetAsEntry: () => ({ isDirectory: true }) };
        Object.defineProperty(event, "dataTransfer", { value: { types: ["Files"], items: [entry], files: data.files } });
    }
    document.querySelector("h1").dispatchEvent(event);
}"""


@pytest.fixture
def address(app):
    """The address of a running server."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = server.force_exit = True
    thread.join(10)


@pytest.fixture
def opened(chromium, service, address):
    """A function that opens a page as ada; nothing may be written to the console."""
    contexts, complaints = [], []
    with service.database.writing() as session:
        secret = accounts.sign_in(session, session.query(User).filter_by(name="ada").one())

    def opened(path, **options):
        context = chromium.new_context(viewport=PHONE, **options)
        contexts.append(context)
        context.add_cookies([{"name": requests.COOKIE, "value": secret, "url": address}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address + path)
        return page

    opened.complaints = complaints
    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def waiting(service):
    """The id of a self-check of ada that waits."""
    return kept_results.hand_in(service, "ada", kind="check", state=State.QUEUED, received=now())


def only_submission(service):
    with service.database.reading() as session:
        return session.query(Submission).one()


def test_file_dropped_anywhere_is_handed_in(opened, service):
    page = opened(ADDRESS)
    page.evaluate(DROP, ["Übung.py", "x = 1\n", False])
    page.get_by_role("button", name="Graded attempt").click()
    page.wait_for_url("**/s/*")
    submission = only_submission(service)
    assert (submission.kind, submission.file_name) == ("attempt", "Übung.py")
    assert service.blobs.get(submission.blob) == b"x = 1\n"


def test_dropped_folder_is_not_handed_in(opened, service):
    page = opened(ADDRESS)
    page.evaluate(DROP, ["folder", "", True])
    assert "pack it into a zip file" in page.inner_text("#file-problem")


def test_file_that_is_too_large_is_refused_before_the_upload(opened, service):
    page = opened(ADDRESS)
    large = {
        "name": "big.ipynb",
        "mimeType": "text/plain",
        "buffer": b"#" * (service.configuration.limits.file_bytes + 1),
    }
    page.set_input_files("#file", files=[large])
    assert page.inner_text("#file-problem") == (
        "big.ipynb is too large: a file may have at most 2 MB. Delete large outputs, such as pictures, from a notebook."
    )
    page.get_by_role("button", name="Self-check").click()
    assert page.url.endswith(ADDRESS)
    page.set_input_files("#file", files=[large | {"buffer": b"x = 1\n"}])
    assert page.locator("#file-problem").is_hidden()
    page.get_by_role("button", name="Self-check").click()
    page.wait_for_url("**/s/*")


def test_double_click_hands_in_once(opened, service):
    page = opened(ADDRESS)
    page.set_input_files("#file", files=[{"name": "a.py", "mimeType": "text/plain", "buffer": b"x = 1\n"}])
    page.get_by_role("button", name="Graded attempt").dblclick()
    page.wait_for_url("**/s/*")
    assert only_submission(service).kind == "attempt"


def test_form_works_with_the_keyboard_alone(opened, service):
    page = opened(ADDRESS)
    page.keyboard.press("Tab")
    assert page.inner_text(":focus") == "Skip to the content"
    page.keyboard.press("Enter")
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.insert_text("x = 1")
    page.keyboard.press("Tab")
    assert page.inner_text(":focus") == "Self-check"
    page.keyboard.press("Enter")
    page.wait_for_url("**/s/*")
    assert only_submission(service).kind == "check"


def test_checks_are_shown_as_they_end_and_then_the_report(opened, service, waiting):
    page = opened(f"/s/{waiting}")
    page.get_by_role("heading", name="Waiting").wait_for()
    service.events.publish(waiting, "check", name="sigmoid", status="passed")
    page.locator("[data-check=sigmoid].passed .word", has_text="Passed").wait_for()
    service.events.publish(waiting, "check", name="loss", status="timeout")
    page.locator("[data-check=loss].failed .word", has_text="Time limit").wait_for()
    assert page.locator("[data-check=predict] .word").inner_text() == ""
    other = kept_results.hand_in(service, "ben", 0.5, kind="check")
    with service.database.writing() as session:
        row = session.get(Submission, waiting)
        row.state, row.result_key = State.GRADED, session.get(Submission, other).result_key
        assert session.get(Result, row.result_key) is not None
    service.events.publish(waiting, "done", state=State.GRADED)
    page.locator(".verdict").wait_for()
    assert page.url.endswith(waiting)


def test_page_without_scripts_loads_itself_again(opened, service, waiting):
    page = opened(f"/s/{waiting}", java_script_enabled=False)
    assert page.locator("a", has_text="Refresh").is_visible()
    with service.database.writing() as session:
        row = session.get(Submission, waiting)
        row.state, row.sentence = State.CANCELLED, "It was cancelled before it was graded."
    page.get_by_role("heading", name="Cancelled").wait_for()


def test_distance_to_the_deadline_stays_up_to_date(opened, service):
    with service.database.writing() as session:
        session.query(Exercise).filter_by(name="single-neuron").one().due = now() + timedelta(seconds=100)
    page = opened(ADDRESS)
    page.locator(".deadline", has_text="seconds").wait_for()
    before = page.inner_text(".deadline")
    page.wait_for_function("before => document.querySelector('.deadline').innerText !== before", arg=before)


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_pages_fit_on_a_small_phone(opened, service, waiting, language):
    for path in ("/", "/c/demo", ADDRESS, f"/s/{waiting}", f"/s/{waiting}/receipt"):
        page = opened(path, locale=language)
        assert page.evaluate("document.documentElement.lang") == language
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
