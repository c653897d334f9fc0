"""A student in Chromium with nothing but a keyboard: sign in, self-check, graded attempt, receipt, report, own data."""

from __future__ import annotations

import pytest

from grader.service.tables import Role
from tests.conftest import ROOT

from .browsing import PHONE, Browser, running_server

EXERCISE = "/c/demo/a/single-neuron"
WRONG = ROOT / "examples" / "single-neuron" / "wrong.py"
NOTEBOOK = ROOT / "examples" / "single-neuron" / "correct.ipynb"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    roles = dict.fromkeys(("ada", "emmy", "zu"), Role.STUDENT)
    yield from running_server(tmp_path_factory.mktemp("student"), roles, {"zu": "祖沖之", "emmy": 'Noether, "Emmy"'})


@pytest.fixture
def student(running, chromium):
    """Return a function that opens a browser for a student; options are those of Playwright's contexts."""
    opened = []

    def student(name, **options):
        server, people = running
        opened.append(Browser(chromium, server, people[name], **options))
        return opened[-1]

    yield student
    for each in opened:
        each.close()


def hand_in(tab, path, button="Self-check"):
    tab.open(EXERCISE)
    tab.choose_file("Notebook, module or archive", path)
    tab.press(button)
    tab.page.wait_for_url("**/s/*")


def test_new_student_makes_an_account_joins_and_hands_in(running, chromium):
    tab = Browser(chromium, running[0])
    tab.open("/login")
    tab.press("Make an account")
    tab.page.wait_for_url("**/register*")
    tab.write("Login name", "sofja")
    tab.write("Password, at least 10 characters", "correct horse battery")
    tab.require_accessible()
    tab.require_fits()
    tab.press("Make an account")
    tab.page.wait_for_url(lambda url: "/register" not in url)
    tab.open("/join")
    tab.require_accessible()
    tab.press("Join")
    tab.wait_for("A single neuron, trained by hand")
    tab.close()


def test_self_check_with_the_keyboard_ends_in_a_report_that_names_the_bug(student):
    tab = student("ada")
    tab.open("/")
    tab.press("A single neuron, trained by hand")
    tab.page.wait_for_url("**/a/single-neuron")
    tab.require_accessible()
    hand_in(tab, WRONG)
    tab.wait_for("52.5")
    text = tab.text()
    assert "Self-check" in text and "Traceback" not in text
    tab.require_accessible()
    tab.require_fits()


def test_graded_attempt_has_a_receipt(student):
    tab = student("emmy")
    hand_in(tab, NOTEBOOK, "Graded attempt")
    submission = tab.page.url.rpartition("/")[2]
    tab.open(f"/s/{submission}/receipt")
    assert submission in tab.text() and "SHA-256" in tab.text()
    tab.require_accessible()
    tab.require_fits()
    tab.open(f"/s/{submission}")
    tab.wait_for("100 of 100")
    with tab.page.expect_download() as download:
        tab.press("Executed notebook")
    assert download.value.suggested_filename.endswith(".ipynb")
    tab.open(EXERCISE)
    assert "Graded attempt" in tab.text()
    tab.require_accessible()
    tab.require_fits()


def test_everything_works_without_scripts(student):
    tab = student("zu", java_script_enabled=False, viewport=PHONE)
    tab.open(EXERCISE)
    tab.page.set_input_files("#file", str(WRONG))
    tab.page.click("text=Self-check")
    tab.page.wait_for_selector("text=52.5", timeout=60_000)  # the page loads itself again


def test_pasted_code_is_graded(student):
    tab = student("zu")
    tab.open(EXERCISE)
    tab.press("Paste code instead")
    tab.write("Your code, or the text of a notebook", "def sigmoid(z:")
    tab.press("Self-check")
    tab.page.wait_for_url("**/s/*")
    tab.wait_for("0 of ")
    assert "Traceback" not in tab.text()
    tab.require_accessible()


def test_empty_form_is_explained_and_loses_nothing(student):
    tab = student("ada")
    tab.open(EXERCISE)
    tab.press("Self-check")
    tab.wait_for("Nothing was handed in.")
    tab.require_accessible()


@pytest.mark.parametrize("path", ["/", "/c/demo", "/me", "/me/tokens", "/join"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_page_is_accessible_and_fits(student, path, language):
    tab = student("emmy")
    tab.context.add_cookies([{"name": "grader_language", "value": language, "url": tab.server.address}])
    tab.open(path)
    tab.require_accessible()
    tab.require_fits()


def test_another_student_s_submission_does_not_exist(student):
    tab = student("ada")
    hand_in(tab, WRONG)
    other = student("zu")
    assert other.page.goto(tab.page.url).status == 404
