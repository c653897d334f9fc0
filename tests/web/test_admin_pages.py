"""Administrators see the state of the server, its queue, its retention and its audit; nobody else does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from grader.executor.executor import Machine
from grader.service import machines
from grader.service.moments import now
from grader.service.tables import Audit, Course, Exercise, Kind, State, Submission, User, Worker
from grader.service.waiting import Places

PAGES = ("/admin", "/admin/queue", "/admin/deliveries", "/admin/users", "/admin/retention", "/admin/audit")
NAME = 'Zoë, "Z" <b>O\'Neill</b>'


@pytest.fixture
def submission(service):
    """A function that adds a submission of ada in a state, and returns its id."""

    def add(state, **values):
        with service.database.writing() as session:
            user = session.query(User).filter_by(name="ada").one()
            user.full_name = NAME
            exercise = session.query(Exercise).filter_by(name="single-neuron").one()
            row = Submission(
                user_id=user.id,
                exercise_id=exercise.id,
                version_id=exercise.version_id,
                file_name="a.py",
                sha256="0",
                blob="0",
                size=1,
                state=state,
                **{"kind": Kind.ATTEMPT, **values},
            )
            session.add(row)
            session.flush()
            return row.id

    return add


def post(client, address, **fields):
    page = client.get("/me")
    token = page.text.split('name="csrf" value="')[1].split('"')[0]
    return client.post(address, data={"csrf": token, **fields})


def get(service, table, key):
    with service.database.reading() as session:
        return session.get(table, key)


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("name", ["ada", "tom", "iris"])
def test_pages_do_not_exist_for_others(browser, address, name):
    answer = browser(name).get(address)
    assert (answer.status_code, 'href="/admin' in answer.text) == (404, False)


@pytest.mark.parametrize("address", PAGES)
def test_names_are_escaped_on_all_pages(browser, service, submission, address):
    submission(State.QUEUED, sentence="It waits.")
    with service.database.writing() as session:
        session.add(Audit(who=NAME, what="mark", about=NAME))
    answer = browser("root").get(address)
    assert answer.status_code == 200
    assert "<b>O" not in answer.text


def test_state_names_the_part_that_does_not_work(browser, service):
    root = browser("root")
    assert "No worker grades." in root.get("/admin").text
    with service.database.writing() as session:
        session.add(Worker(id="w", host="machine", paused="Three gradings in a row have failed."))
    service.places = Places()  # which knows for a second that nothing is paused
    page = root.get("/admin").text
    assert "Paused: Three gradings in a row have failed." in page and "Grading is paused because of" in page
    with service.database.writing() as session:
        session.get(Worker, "w").paused = ""
    service.places = Places()
    page = root.get("/admin").text
    assert "Submissions are accepted and graded." in page and "Grading is paused because of" not in page


def test_dask_worker_that_is_paused_is_shown_with_its_reason(browser, service):
    rows = [
        Machine("tls://first:1", "first", 4, "strong", 4000, 1),
        Machine("tls://second:1", "<b>second", 2, is_working=False, problem="No isolation."),
        Machine("tls://third:1", "third", 2, problem="Its dataset mnist is another one."),
    ]
    with service.database.writing() as session:
        machines.store(session, "w", rows)
    page = browser("root").get("/admin").text
    assert "4000 MB" in page and "Paused: No isolation." in page and "&lt;b&gt;second" in page
    assert "Refuses an exercise: Its dataset mnist is another one." in page


def test_submission_that_could_not_be_graded_is_graded_again(browser, service, submission):
    row = submission(
        State.NOT_GRADABLE,
        losses=3,
        sentence="Not graded.",
        reason="Three workers died.",
        received=now() - timedelta(1),
    )
    root = browser("root")
    page = root.get("/admin/queue").text
    assert "Three workers died." in page and "Zoë" in page
    assert post(root, f"/admin/queue/{row}/again").status_code == 303
    again = get(service, Submission, row)
    assert (again.state, again.losses, again.finished) == (State.QUEUED, 0, None)
    assert post(root, f"/admin/queue/{row}/again").status_code == 409
    assert post(root, "/admin/queue/missing/again").status_code == 404


def test_waiting_submission_is_cancelled(browser, service, submission):
    row = submission(State.QUEUED)
    root = browser("root")
    assert post(root, f"/admin/queue/{row}/cancel").status_code == 303
    assert get(service, Submission, row).state == State.CANCELLED
    assert post(root, f"/admin/queue/{row}/cancel").status_code == 409
    assert post(browser("iris"), f"/admin/queue/{row}/cancel").status_code == 404


def test_old_work_is_counted_and_deleted(browser, service, submission):
    submission(State.GRADED, kind=Kind.CHECK, received=now() - timedelta(days=31))
    root = browser("root")
    assert "1 self-check, 0 graded attempts" in root.get("/admin/retention").text
    answer = post(root, "/admin/retention")
    assert "Deleted: 1 self-check, 0 graded attempts." in answer.text
    assert "Older than their course allows: 0 self-checks" in answer.text


def test_audit_is_searched_and_read_page_by_page(browser, service, monkeypatch):
    monkeypatch.setattr("grader.service.administration.AT_ONCE", 2)
    with service.database.writing() as session:
        session.add_all(Audit(who="iris", what="mark", about=f"student {number}, 50%") for number in range(3))
    root = browser("root")
    page = root.get("/admin/audit").text
    assert "student 2" in page and "student 0" not in page
    address = page.split('<a href="?q=')[1].split('"')[0].replace("&amp;", "&")
    assert "student 0" in root.get(f"/admin/audit?q={address}").text
    assert "student 1" in root.get("/admin/audit?q=IRIS+1").text
    assert "No row has these words." in root.get("/admin/audit?q=_").text
    assert root.get("/admin/audit?before=x&q=50%25").status_code == 200


def test_first_page_names_the_courses_that_strangers_may_join(browser, service):
    assert '<a href="/c/demo/settings"><bdi>Demo</bdi></a>' in browser("root").get("/admin").text
    with service.database.writing() as session:
        session.query(Course).one().registration = "link"
    assert "can make an account" not in browser("root").get("/admin").text
