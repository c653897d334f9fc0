"""The page of an exercise shows the task, the dates and the form; a refused upload loses nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from grader.service import assignments, courses
from grader.service.moments import now
from grader.service.tables import Course, Exercise, Extension, Login, Mark, State, Submission, User, Version
from grader.web import body_limits, csrf
from tests.conftest import ROOT
from tests.service import exercises, kept_results

ADDRESS = "/c/demo/a/single-neuron"
SOLUTION = (ROOT / "assignments/single-neuron/solution.py").read_bytes()


def field(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


def hand_in(client, kind="check", files=(("a.py", SOLUTION),), **fields):
    page = client.get(ADDRESS).text
    data = {"csrf": field(page, "csrf"), "kind": kind} | fields
    return client.post(f"{ADDRESS}/hand-in", data=data, files=[("file", each) for each in files])


def submissions(service):
    with service.database.reading() as session:
        return session.query(Submission).all()


@pytest.mark.quick
def test_page_has_task_form_and_starters(browser):
    page = browser("ada").get(ADDRESS).text
    assert page.count("<h1") == 1
    assert "Start from w = (-0.2, 0.4, -1.0)" in page
    assert 'action="/c/demo/a/single-neuron/hand-in"' in page
    assert "Any number of attempts" in page
    assert f'href="{ADDRESS}/files/starter.ipynb"' in page


def test_last_byte_counts_for_the_deadline_and_not_the_wait_for_a_thread(browser, service, change, monkeypatch):
    arrival = now() - timedelta(seconds=30)
    client = browser("ada")
    monkeypatch.setattr(body_limits, "now", lambda: arrival)
    change(closes=now() + timedelta(seconds=30))
    assert hand_in(client).status_code == 303
    assert [row.received for row in submissions(service)] == [arrival]


def test_deadline_is_in_the_time_zone_of_the_course_and_says_how_far_away_it_is(browser, service, change):
    with service.database.writing() as session:
        session.query(Course).one().time_zone = "Asia/Tokyo"
    change(due=now() + timedelta(minutes=5, seconds=30), attempts=3)
    page = browser("ada").get(ADDRESS).text
    assert "JST" in page
    assert "Asia/Tokyo" in page
    assert "in 5 minutes" in page
    assert "3 attempts left" in page


def test_self_check_is_stored_before_the_browser_is_sent_to_its_page(browser, service):
    answer = hand_in(browser("ada"))
    (submission,) = submissions(service)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/s/{submission.id}")
    assert (submission.kind, submission.state, submission.file_name) == ("check", State.QUEUED, "a.py")
    assert service.blobs.get(submission.blob) == SOLUTION


def test_second_click_on_the_same_page_hands_in_once(browser, service):
    client = browser("ada")
    once = field(client.get(ADDRESS).text, "once")
    answers = [hand_in(client, "attempt", once=once) for _ in range(2)]
    assert len(submissions(service)) == 1
    assert answers[0].headers["location"] == answers[1].headers["location"]
    hand_in(client, "attempt", [("b.py", SOLUTION + b"\n")], once=once)
    assert len(submissions(service)) == 2


def test_pasted_code_is_a_module_and_pasted_json_of_a_notebook_is_a_notebook(browser, service):
    client = browser("ada")
    for text in ("x = 1\r\n", '{"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}'):
        assert hand_in(client, "attempt", files=[], text=text).status_code == 303
    names = {submission.file_name: submission for submission in submissions(service)}
    assert set(names) == {"pasted.py", "pasted.ipynb"}
    assert service.blobs.get(names["pasted.py"].blob) == b"x = 1\n"


def test_long_pasted_notebook_is_accepted(browser, service):
    assert hand_in(browser("ada"), files=[], text="# " + "a" * 1_500_000).status_code == 303


def test_refused_paste_stays_in_the_form(browser, service):
    answer = hand_in(browser("ada"), kind="grade", files=[], text="my <code>")
    assert answer.status_code == 422
    assert "Choose one of the two buttons" in answer.text
    assert "my &lt;code&gt;</textarea>" in answer.text
    assert submissions(service) == []


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"files": []}, 422, "There is no file"),
        ({"files": [("a.py", b"")]}, 422, "a.py is empty"),
        ({"text": "x = 1"}, 422, "hand in one of the two"),
        ({"files": [("x/a.py", b"1"), ("y/a.py", b"2")]}, 422, "Two files have the name a.py"),
        ({"files": [("a.py", b"#" * 3_000_000)]}, 413, "a.py has 2.9 MB"),
        ({"files": [(f"{n}.py", b"1") for n in range(21)]}, 413, "at most 20"),
    ],
)
def test_upload_that_cannot_be_accepted_has_a_sentence(browser, service, fields, status, sentence):
    answer = hand_in(browser("ada"), **fields)
    assert answer.status_code == status
    assert sentence in answer.text
    assert 'role="alert"' in answer.text
    assert submissions(service) == []


@pytest.mark.parametrize(
    "name", ["Übung 3 – Lösung.py", "作业.py", "שלום.py", "a,\"b'.py", "..\\..\\a.py", "/etc/a.py", "a" * 300 + ".py"]
)
def test_any_name_of_a_file_is_accepted_without_its_folders(browser, service, name):
    assert hand_in(browser("ada"), files=[(name, SOLUTION)]).status_code == 303
    (submission,) = submissions(service)
    assert submission.file_name.endswith(".py")
    assert "/" not in submission.file_name
    assert len(submission.file_name) <= 100


def test_closed_exercise_has_no_form_and_refuses_an_old_one(browser, service, change):
    client = browser("ada")
    page = client.get(ADDRESS).text
    change(closes=now() - timedelta(minutes=1))
    assert "This exercise is closed" in client.get(ADDRESS).text
    assert "<textarea" not in client.get(ADDRESS).text
    data = {"csrf": field(page, "csrf"), "kind": "check"}
    answer = client.post(f"{ADDRESS}/hand-in", data=data, files=[("file", ("a.py", SOLUTION))])
    assert answer.status_code == 409
    assert submissions(service) == []


def test_extension_is_shown_to_its_student(browser, service, change):
    change(due=now() - timedelta(hours=1))
    with service.database.writing() as session:
        exercise_id = session.query(Exercise).filter_by(name="single-neuron").one().id
        user_id = session.query(User).filter_by(name="ada").one().id
        session.add(Extension(exercise_id=exercise_id, user_id=user_id, due=now() + timedelta(hours=5, minutes=1)))
    page = browser("ada").get(ADDRESS).text
    assert "extended for you" in page
    assert "in 5 hours" in page
    assert "an attempt is late now" in browser("ben").get(ADDRESS).text


def test_spent_attempts_leave_only_the_self_check(browser, service, change):
    change(attempts=1)
    client = browser("ada")
    assert hand_in(client, "attempt").status_code == 303
    page = client.get(ADDRESS).text
    assert "You have no graded attempts left" in page
    assert 'value="attempt"' not in page
    assert hand_in(client, "attempt", [("b.py", b"x = 1")]).status_code == 409
    assert hand_in(client, "check").status_code == 303


def test_only_files_of_the_task_can_be_read(browser):
    client = browser("ada")
    starter = client.get(f"{ADDRESS}/files/starter.py")
    assert starter.status_code == 200
    assert starter.headers["content-type"] == "application/octet-stream"
    assert "attachment" in starter.headers["content-disposition"]
    for name in (
        "solution.py",
        "assignment.yaml",
        "../numpy-mnist/starter.py",
        "%2e%2e/numpy-mnist/solution.py",
        "known_wrong.yaml",
        "nothing",
    ):
        assert client.get(f"{ADDRESS}/files/{name}").status_code == 404


def test_hidden_exercise_and_foreign_course_do_not_exist(browser, service, change):
    change(is_hidden=True)
    for client, status in ((browser("ada"), 404), (browser("tom"), 200)):
        assert client.get(ADDRESS).status_code == status
    with service.database.writing() as session:
        session.add(User(name="eve"))
    for address in (ADDRESS, "/c/demo", f"{ADDRESS}/files/starter.py", "/c/other"):
        assert browser("eve").get(address).status_code == 404


def test_first_line_of_the_list_is_the_newest(browser, service):
    client = browser("ada")
    hand_in(client, "attempt", [("old.py", SOLUTION)])
    hand_in(client, "attempt", [("new.py", SOLUTION + b"\n")])
    page = client.get(ADDRESS).text
    ids = re.findall(r'href="/s/(\w+)"', page)
    by_id = {submission.id: submission.file_name for submission in submissions(service)}
    assert [by_id[each] for each in ids] == ["new.py", "old.py"]


def test_result_that_counts_is_that_of_the_gradebook(browser, service, change):
    change(policy='{"attempts": "best", "percent_a_day": 10}', due=kept_results.NOON - timedelta(hours=1))
    best = kept_results.hand_in(service, "ada", 1.0)
    kept_results.hand_in(service, "ada", 0.5, received=kept_results.NOON + timedelta(minutes=1))
    page = browser("ada").get(ADDRESS).text
    assert '<span class="big">90</span> of 100 points' in page
    assert "10 points are taken off" in page
    assert page.count(">counts</span>") == 1
    assert f'<a href="/s/{best}">To its report' in page
    assert "Your result" not in browser("ben").get(ADDRESS).text


def test_mark_by_hand_is_shown_without_a_submission(browser, service):
    with service.database.writing() as session:
        exercise_id = session.query(Exercise).filter_by(name="single-neuron").one().id
        user_id = session.query(User).filter_by(name="ada").one().id
        session.add(
            Mark(exercise_id=exercise_id, user_id=user_id, points="40", comment="Shown in class.", by="Iris Who")
        )
    page = browser("ada").get(ADDRESS).text
    assert '<span class="big">40</span>' in page
    assert "Iris Who" not in page


def test_pasted_code_is_not_lost_if_the_form_is_too_old_or_nobody_is_signed_in(browser, service):
    client = browser("ada")
    del client.headers[csrf.HEADER]  # as browsers, which send the field of the form
    old = client.post(f"{ADDRESS}/hand-in", data={"csrf": "old", "kind": "check", "text": "my <code>"})
    assert (old.status_code, "my &lt;code&gt;</textarea>" in old.text) == (403, True)
    token = field(client.get(ADDRESS).text, "csrf")
    with service.database.writing() as session:
        session.query(Login).delete()
    data = {"csrf": token, "kind": "check", "text": "my <code>"}
    late = client.post(f"{ADDRESS}/hand-in", data=data, headers={"Referer": f"http://127.0.0.1:8000{ADDRESS}"})
    assert (late.status_code, "my &lt;code&gt;</textarea>" in late.text) == (401, True)
    assert f'href="/login?next={ADDRESS}"' in late.text


def test_file_in_the_field_of_the_text_is_not_code(browser, service):
    client = browser("ada")
    data = {"csrf": field(client.get(ADDRESS).text, "csrf"), "kind": "check"}
    answer = client.post(f"{ADDRESS}/hand-in", data=data, files=[("text", ("a.py", SOLUTION))])
    assert answer.status_code == 422
    assert submissions(service) == []


def test_too_many_uploads_are_refused_and_lose_nothing(browser, service):
    client = browser("ada")
    most = service.configuration.limits.uploads_a_minute
    for _ in range(most - 1):
        service.rates.count_upload(user_id(service, "ada"))
    assert hand_in(client).status_code == 303
    answer = hand_in(client, files=(), text="x = 2")
    assert (answer.status_code, "x = 2" in answer.text) == (429, True)
    assert hand_in(browser("ben")).status_code == 303


def user_id(service, name):
    with service.database.reading() as session:
        return session.query(User).filter_by(name=name).one().id


def test_task_is_in_the_language_of_the_reader(browser):
    client = browser("ada")
    client.get("/language/de?next=/")
    page = client.get(ADDRESS).text
    assert "Wann ist das Neuron trainiert?" in page
    assert page.count("Ein einzelnes Neuron, von Hand trainiert</h") == 1  # not again above the text of the task
    assert "When is the neuron trained?" in browser("tom").get(ADDRESS).text


def test_uploaded_exercise_may_have_a_translated_task_and_shared_entries(browser, service):
    content = exercises.exercise(
        task_md="# Doubling\n\nWrite it.\n",
        task_es_md="# Doblar\n\nEscríbelo.\n",
        assignment_yaml=exercises.YAML + "include: [ours.yaml, numpy-only]\n",
        ours_yaml="aliases: {x: [number]}\n",
    )
    with service.database.writing() as session:
        version = Version(name="doubling", digest="1", blob=service.blobs.put(content), state="valid")
        session.add(version)
        session.flush()
        courses.add_exercise(session, session.query(Course).one(), version)
        assert assignments.assignment_of(service, version).content.aliases == {"x": ["number"]}
    client = browser("ada")
    client.get("/language/es?next=/")
    assert "Escríbelo." in client.get("/c/demo/a/doubling").text
    assert "Write it." in browser("tom").get("/c/demo/a/doubling").text
