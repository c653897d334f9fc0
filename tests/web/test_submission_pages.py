"""The pages of a submission: the receipt before anything is graded, the progress, the report, and only for those who may see it."""

from __future__ import annotations

import hashlib
import json
import re

import pytest

from grader.assignment import load
from grader.service.tables import Audit, Kind, Mark, Membership, Result, State, Submission, User
from tests.service import kept_results

from .test_exercise_pages import SOLUTION, field, hand_in

PARTS = ("", "/events", "/receipt", "/receipt.txt", "/report", "/notebook", "/file")


@pytest.fixture
def waiting(browser):
    """The address of a self-check of ada that waits."""
    return hand_in(browser("ada"), files=[("mein Übung.py", SOLUTION)]).headers["location"]


@pytest.fixture
def graded(service):
    """A function that adds a graded submission of ada and returns its address."""

    def graded(share=1.0, **values):
        values.setdefault("content", SOLUTION)
        return f"/s/{kept_results.hand_in(service, 'ada', share, **values)}"

    return graded


def change(service, address, **values):
    with service.database.writing() as session:
        submission = session.get(Submission, address.removeprefix("/s/"))
        for name, value in values.items():
            setattr(submission, name, value)


@pytest.mark.quick
def test_receipt_is_there_before_anything_is_graded(browser, waiting):
    digest = hashlib.sha256(SOLUTION).hexdigest()
    client = browser("ada")
    for page in (client.get(waiting).text, client.get(f"{waiting}/receipt").text):
        assert digest in page
        assert waiting.removeprefix("/s/") in page
        assert "mein Übung.py" in page
    file = client.get(f"{waiting}/receipt.txt")
    assert file.headers["content-type"] == "application/octet-stream"
    assert file.headers["content-disposition"].startswith('attachment; filename="receipt-')
    assert f"SHA-256: {digest}" in file.text
    assert "Student: Ada (ada)" in file.text
    assert re.search(r"^UTC: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", file.text, re.MULTILINE)


def test_receipt_of_several_files_lists_each(browser):
    files = [("a.py", SOLUTION), ("b.py", b"x = 1\n")]
    address = hand_in(browser("ada"), files=files).headers["location"]
    page, text = (browser("ada").get(f"{address}/{name}").text for name in ("receipt", "receipt.txt"))
    for _name, content in files:
        assert hashlib.sha256(content).hexdigest() in page
        assert hashlib.sha256(content).hexdigest() in text


def test_page_that_waits_works_without_scripts(browser, service, waiting):
    service.events.publish(waiting.removeprefix("/s/"), "check", name="sigmoid", status="passed")
    page = browser("ada").get(waiting).text
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert "It is the next one." in page
    assert re.search(r"Expected time: about \d+ second", page)
    assert re.search(r'data-check="sigmoid" class="passed">.*Passed', page)


def test_position_counts_the_submissions_ahead(browser, waiting):
    address = hand_in(browser("ben"), files=[("b.py", b"x = 1\n")]).headers["location"]
    assert "1 submission is ahead of it." in browser("ben").get(address).text


@pytest.mark.parametrize("kind", ["check", "attempt"])
def test_page_that_waits_names_only_checks_that_the_student_may_see(browser, service, kind):
    content = load("numpy-mnist").content
    client = browser("ada")
    page = client.get("/c/demo/a/numpy-mnist").text
    data = {"csrf": field(page, "csrf"), "kind": kind, "text": "x = 1"}
    address = client.post("/c/demo/a/numpy-mnist/hand-in", data=data).headers["location"]
    names = re.findall(r'data-check="([^"]+)"', client.get(address).text)
    visible = {"check": ("open",), "attempt": ("open", "hidden")}[kind]
    assert names == [check.name for check in content.checks if check.visibility in visible]


def test_page_becomes_the_report(browser, graded):
    page = browser("ada").get(graded(0.5)).text
    assert page.count("<h1") == 1
    assert page.count("<main") == 1
    assert "Partly correct" in page
    assert "http-equiv" not in page
    assert "'unsafe-inline'" in browser("ada").get(graded(1.0)).headers["content-security-policy"]


def test_report_is_a_file_without_scripts(browser, graded):
    answer = browser("ada").get(f"{graded()}/report")
    assert answer.text.startswith("<!DOCTYPE html>")
    assert "script-src 'none'" in answer.headers["content-security-policy"]


def test_report_has_marks_and_comments_but_not_who_gave_them(browser, service, graded):
    address = graded(0.5)
    with service.database.writing() as session:
        submission = session.get(Submission, address.removeprefix("/s/"))
        session.add(
            Mark(
                exercise_id=submission.exercise_id,
                user_id=submission.user_id,
                points="12",
                comment="Well seen.",
                by="Professor X",
            )
        )
    for name in ("", "/report"):
        page = browser("ada").get(f"{address}{name}").text
        assert "Well seen." in page
        assert "12 of " in page
        assert "Professor X" not in page


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.REFUSED, "There is nothing to grade"),
        (State.NOT_GRADABLE, "It could not be graded"),
        (State.CANCELLED, "Cancelled"),
        (State.SUPERSEDED, "Replaced"),
    ],
)
def test_each_end_has_its_sentence_and_spends_no_attempt(browser, service, waiting, state, words):
    change(service, waiting, state=state, kind=Kind.ATTEMPT, sentence="There is `nothing` <here>.")
    page = browser("ada").get(waiting).text
    assert words in page
    assert "<code>nothing</code> &lt;here&gt;" in page
    assert "No attempt is spent." in page
    assert "http-equiv" not in page


def test_student_can_cancel(browser, service, waiting):
    client = browser("ada")
    data = {"csrf": field(client.get(waiting).text, "csrf")}
    assert client.post(f"{waiting}/cancel", data=data).headers["location"] == waiting
    assert "Cancelled" in client.get(waiting).text
    again = client.post(f"{waiting}/cancel", data=data)
    assert again.status_code == 409
    assert "finished already" in again.text


def test_file_comes_back_as_it_was_and_is_never_shown(browser, waiting):
    answer = browser("ada").get(f"{waiting}/file")
    assert answer.content == SOLUTION
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].endswith("filename*=utf-8''mein%20%C3%9Cbung.py")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_executed_notebook(browser, service, graded):
    address = graded(file_name="week 1.ipynb")
    assert browser("ada").get(f"{address}/notebook").status_code == 404
    content = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
    with service.database.writing() as session:
        key = session.get(Submission, address.removeprefix("/s/")).result_key
        session.get(Result, key).executed = service.blobs.put(content)
    answer = browser("ada").get(f"{address}/notebook")
    assert answer.content == content
    assert "week%201-executed.ipynb" in answer.headers["content-disposition"]
    assert "Executed notebook" in browser("ada").get(address).text


def test_deleted_file_has_a_sentence_and_the_receipt_remains(browser, service, waiting):
    with service.database.reading() as session:
        service.blobs.delete_old(session.get(Submission, waiting.removeprefix("/s/")).blob, -1)
    assert "has been deleted" in browser("ada").get(f"{waiting}/file").text
    assert browser("ada").get(f"{waiting}/receipt.txt").status_code == 200
    assert browser("ada").get(f"{waiting}/receipt").status_code == 200


@pytest.mark.parametrize("part", PARTS)
def test_submission_of_another_student_does_not_exist(browser, graded, part):
    address = graded()
    client, missing = browser("ben"), f"/s/{'a' * 16}"
    answer = client.get(f"{address}{part}")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text
    assert answer.text.replace(address, missing) == client.get(f"{missing}{part}").text


def test_staff_see_the_work_of_a_student_and_cannot_cancel_it(browser, graded, waiting):
    assert browser("tom").get(graded()).status_code == 200
    page = browser("tom").get(waiting)
    assert "<bdi>Ada</bdi>" in page.text
    assert "/cancel" not in page.text


def test_look_of_an_admin_is_written_down(browser, service, graded):
    address = graded()
    browser("root").get(f"{address}/file")
    browser("tom").get(address)
    with service.database.reading() as session:
        rows = [(row.who, row.what, row.about) for row in session.query(Audit)]
    assert rows == [("root", "looked at a submission", address.removeprefix("/s/"))]


def test_former_member_still_sees_own_work(browser, service, graded):
    address = graded()
    with service.database.writing() as session:
        user_id = session.query(User).filter_by(name="ada").one().id
        session.query(Membership).filter_by(user_id=user_id).delete()
    assert browser("ada").get(f"{address}/receipt").status_code == 200


def test_report_of_another_language_says_so(browser, service, graded):
    address = graded()
    change(service, address, language="de")
    page = browser("ada").get(address).text
    assert '<html lang="en">' in page
    assert '<div lang="de">' in page
    assert "Bestanden" in page
