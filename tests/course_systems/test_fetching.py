"""Fetching: everything that the course systems have, in the form that ``grader grade`` reads."""

from __future__ import annotations

import json

import pytest

from grader.batch import fetched
from grader.batch.collect import ClassFolder
from grader.batch.people import People
from grader.course_systems.failures import CourseSystemFailure, TokenRefused
from grader.submission.files import MAX_TOTAL
from grader.support.errors import UsageError
from tests.course_systems import canvas_server, moodle_server
from tests.course_systems.http_server import Reply

FILE = b"def sigmoid(z): ...\n"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "class"


def people_of(folder):
    """Return the people of a fetched class, and {name: {file: content}}."""
    with ClassFolder(folder) as class_folder:
        assert class_folder.layout == "fetched"
        people = People(class_folder, class_folder.rosters())
        return people, {each.name: class_folder.files_of(each) for each in people.students}


@pytest.mark.quick
def test_class_of_canvas_is_fetched_with_times_and_everybody(canvas, fetch, folder):
    canvas.sections.append({"id": 2, "name": "Tuesday"})
    for number in range(1, 25):  # three pages
        canvas.add(number, f"Änne O'Brien/Müller {number}", email=f"{number}@example.org", section=number % 2 + 1)
    canvas.hand_in(1, [("neuron.py", FILE), ("neuron.py", b"x = 1\n"), ("../../evil.py", FILE)])
    canvas.hand_in(
        2, [("neuron.py", FILE)], at="2026-11-21T10:00:00Z", late=True, cached_due_date="2026-11-25T22:59:00Z"
    )
    canvas.submissions[3]["excused"] = True
    outcome = fetch(canvas)
    assert outcome.is_complete
    assert "2 submissions fetched, 0 unchanged, 22 without a submission." in outcome.lines[0]
    assert any("2026-11-25 22:59" in line for line in outcome.lines)
    people, files = people_of(folder)
    first, second = files["Änne O'Brien/Müller 1"], files["Änne O'Brien/Müller 2"]
    assert first.contents == {"neuron.py": FILE, "neuron (2).py": b"x = 1\n", "evil.py": FILE}
    assert f"{first.submitted:%Y-%m-%d %H:%M}" == "2026-11-20 10:00"
    assert (first.student.late, second.student.late) == (False, True)
    assert len(people.absent) == 22
    assert [entry.name[-1] for entry in people.absent if entry.excused] == ["3"]
    assert people.sections["1"] == "Tuesday"
    assert {path.name for path in folder.parent.iterdir()} == {"class"}


def test_token_goes_to_canvas_only(canvas, fetch):
    canvas.add(1, "Erika Muster")
    canvas.hand_in(1, [("a.py", FILE)])
    fetch(canvas)
    assert len(canvas.store_asked) == 1
    assert "authorization" not in canvas.store_asked[0].headers
    assert all(asked.headers["authorization"] for asked in canvas.asked)


def test_second_fetch_loads_only_what_is_new(canvas, fetch, folder):
    for number in (1, 2, 3):
        canvas.add(number, f"Student {number}")
        canvas.hand_in(number, [("a.py", FILE)])
    fetch(canvas)
    canvas.hand_in(2, [("a.py", b"y = 2\n"), ("b.py", FILE)], attempt=2, at="2026-11-20T11:00:00Z")
    next(folder.glob("Student 3*/a.py")).unlink()
    outcome = fetch(canvas)
    assert "2 submissions fetched, 1 unchanged" in outcome.lines[0]
    assert len(canvas.store_asked) == 3 + 3
    _, files = people_of(folder)
    assert files["Student 2"].contents == {"a.py": b"y = 2\n", "b.py": FILE}
    del canvas.users[0]
    assert any("Student 1" in line for line in fetch(canvas).lines)
    assert not [*folder.glob("Student 1*")]


def test_fetch_that_a_token_ends_goes_on(canvas, fetch, folder):
    for number in range(6):
        canvas.add(number + 1, f"Student {number}")
        canvas.hand_in(number + 1, [("a.py", FILE)])
    canvas.faults.append(lambda asked: canvas_server.BAD_TOKEN if len(canvas.store_asked) == 3 else None)
    with pytest.raises(TokenRefused, match="make a new one"):
        fetch(canvas)
    with pytest.raises(UsageError, match="run the same 'grader fetch' command again"), ClassFolder(folder):
        pass
    canvas.faults.clear()
    canvas.store_asked.clear()
    assert fetch(canvas).is_complete
    assert len(canvas.store_asked) == 3
    assert len(people_of(folder)[1]) == 6


def test_large_cut_and_missing_files_cost_only_their_students(canvas, fetch, folder, waits):
    for number, name in enumerate(("Large", "Cut", "Gone", "Well"), start=1):
        canvas.add(number, f"Student {name}")
        canvas.hand_in(number, [("a.py", FILE)])
    canvas.submissions[1]["attachments"][0]["size"] = 2 << 30
    normal, cuts = canvas.store_reply, []

    def store(asked):
        if asked.path == "/2010" and len(cuts) < 2:
            cuts.append(asked)
            return Reply(200, FILE, cut=4)
        return Reply(404, "gone") if asked.path == "/3010" else normal(asked)

    canvas.socket_store.reply = store
    outcome = fetch(canvas)
    text = "\n".join(outcome.lines)
    assert not outcome.is_complete
    assert "Student Large: a.py is too large" in text
    assert "Student Gone: a.py could not be fetched: the course system answers 404" in text
    _, files = people_of(folder)
    assert files["Student Cut"].contents == files["Student Well"].contents == {"a.py": FILE}
    assert (
        files["Student Large"].problem
        == f"a.py is too large: a submission may have at most {MAX_TOTAL >> 20} MB in total."
    )
    assert "could not be fetched" in files["Student Gone"].problem
    assert len(waits) >= 2


def test_file_that_grows_is_not_fetched_beyond_the_limit(canvas, fetch, monkeypatch):
    monkeypatch.setattr("grader.course_systems.fetching.MAX_TOTAL", 10)
    canvas.add(1, "Erika Muster")
    canvas.hand_in(1, [("a.py", FILE)])
    canvas.submissions[1]["attachments"][0]["size"] = 5
    assert any("it is larger than" in line for line in fetch(canvas).lines)


def test_groups_texts_and_links_of_canvas(canvas, fetch, folder):
    canvas.values["group_category_id"] = 7
    for number in (1, 2, 3, 4):
        canvas.add(number, f"Student {number}")
    for number in (1, 2):
        canvas.hand_in(number, [("a.py", FILE)], group={"id": 5, "name": "The Q"})
    canvas.hand_in(3, submission_type="online_text_entry", body="<p>My answer</p>", attachments=[])
    canvas.hand_in(4, submission_type="online_url", url='https://example.org/?a="b"', attachments=[])
    fetch(canvas)
    people, files = people_of(folder)
    group = next(each for each in people.students if len(each.people) == 2)
    assert [person.identity for person in group.people] == ["1", "2"]
    assert files["Student 3"].contents == {"text.html": b"<p>My answer</p>"}
    assert b"&quot;b&quot;" in files["Student 4"].contents["link.html"]


def test_inactive_students_the_test_student_and_the_unassigned_are_left_out(canvas, fetch, folder):
    canvas.add(1, "Erika Muster")
    canvas.add(2, "Inactive Student", state="inactive")
    canvas.add(3, "Test Student", kind="StudentViewEnrollment")
    canvas.add(4, "Not Assigned")
    del canvas.submissions[4]
    for number in (1, 2, 3):
        canvas.hand_in(number, [("a.py", FILE)])
    fetch(canvas)
    people, _ = people_of(folder)
    assert [each.name for each in people.students] == ["Erika Muster"]
    assert people.absent == []


def test_anonymous_class_of_canvas_has_no_names(canvas, fetch, folder):
    canvas.values["anonymize_students"] = True
    canvas.add(1, "Erika Muster")
    canvas.submissions[1]["anonymous_id"] = "aB3xY"
    canvas.hand_in(1, [("a.py", FILE)])
    fetch(canvas)
    people, _ = people_of(folder)
    assert [(each.name, each.people[0].identity) for each in people.students] == [("anonymous aB3xY", "aB3xY")]
    assert "Erika" not in (folder / fetched.NAME).read_text()


def test_rate_limits_are_waited_for(canvas, fetch, waits):
    canvas.add(1, "Erika Muster")
    canvas.hand_in(1, [("a.py", FILE)])
    limits = [
        Reply(403, b"403 Forbidden (Rate Limit Exceeded)\n", {"X-Rate-Limit-Remaining": "0.0"}),
        Reply(429, {"errors": []}, {"Retry-After": "7"}),
        Reply(503, "busy"),
    ]
    canvas.faults.append(lambda asked: limits.pop() if limits else None)
    assert fetch(canvas).is_complete
    assert 7 in waits
    waits.clear()
    canvas.faults[:] = [lambda asked: Reply(429, {}, {"Retry-After": "100"})]
    with pytest.raises(CourseSystemFailure, match="too busy now"):
        fetch(canvas)
    assert sum(waits) <= 120


def test_class_of_moodle_is_fetched(moodle, fetch, folder):
    moodle.add(1, "Erika Müller", email="erika@example.org")
    moodle.add(2, 'Jörg "Jo" Groß')
    moodle.add(3, "Only Draft")
    moodle.add(4, "Nobody")
    moodle.add(5, "Suspended", suspended=True)
    moodle.hand_in(1, [("work/neuron.py", FILE), ("work/../../evil.py", FILE)], text="<p>Hello</p>")
    moodle.hand_in(2, [("a.py", FILE)], at=moodle_server.DUE + 60)
    moodle.hand_in(3, [("a.py", FILE)], status="draft")
    outcome = fetch(moodle)
    assert "2 submissions fetched, 0 unchanged, 2 without a submission." in outcome.lines[0]
    people, files = people_of(folder)
    erika = files["Erika Müller"]
    assert erika.contents == {"work/neuron.py": FILE, "work/evil.py": FILE, "text.html": b"<p>Hello</p>"}
    assert (erika.student.late, files['Jörg "Jo" Groß'].student.late) == (False, True)
    assert sorted(entry.name for entry in people.absent) == ["Nobody", "Only Draft"]
    assert "1 unchanged" not in fetch(moodle).lines[0]
    moodle.flags[2] = {"extensionduedate": moodle_server.DUE + 3600}
    fetch(moodle)
    assert not people_of(folder)[1]['Jörg "Jo" Groß'].student.late


def test_teams_of_moodle_are_one_submission(moodle, fetch, folder):
    moodle.values["teamsubmission"] = 1
    for number in (1, 2, 3):
        moodle.add(number, f"Student {number}", groupid=8 if number < 3 else 9, groupname=f"Team {number // 3}")
    moodle.hand_in(group=8, files=[("a.py", FILE)])
    fetch(moodle)
    people, _ = people_of(folder)
    assert [[person.name for person in each.people] for each in people.students] == [["Student 1", "Student 2"]]
    assert [entry.name for entry in people.absent] == ["Student 3"]


def test_folder_of_something_else_is_refused(canvas, moodle, fetch, folder):
    canvas.add(1, "Erika Muster")
    folder.mkdir()
    (folder / "thesis.tex").write_text("x")
    with pytest.raises(UsageError, match="contains other files"):
        fetch(moodle)
    (folder / "thesis.tex").unlink()
    moodle.add(1, "Erika Muster")
    fetch(moodle)
    document = json.loads((folder / fetched.NAME).read_text())
    document["assignment"] = "999"
    (folder / fetched.NAME).write_text(json.dumps(document))
    with pytest.raises(UsageError, match="another assignment, 'A neuron'"):
        fetch(moodle)
    (folder / fetched.NAME).write_text("{")
    with pytest.raises(UsageError, match="is damaged"):
        fetch(moodle)


def test_token_of_moodle_that_ends_stops_the_run(moodle, fetch):
    for number in (1, 2, 3):
        moodle.add(number, f"Student {number}")
        moodle.hand_in(number, [("a.py", FILE)])
    moodle.faults.append(lambda asked: moodle_server.failure("invalidtoken") if asked.path.endswith("/1") else None)
    with pytest.raises(TokenRefused, match="Security keys"):
        fetch(moodle)


def test_folders_differ_by_id_also_for_long_names(canvas, fetch, folder):
    for number in (1, 2):
        canvas.add(number, "名" * 100)
        canvas.hand_in(number, [("a.py", FILE)])
    canvas.add(3, "Quiz Taker")
    canvas.hand_in(3, submission_type="online_quiz", attachments=[])
    outcome = fetch(canvas)
    assert len([path for path in folder.iterdir() if path.is_dir()]) == 2
    assert "Handed in without a file, a text or a link, so not fetched (1):" in outcome.lines


def test_full_disk_is_one_sentence(canvas, fetch, monkeypatch):
    canvas.add(1, "Erika Muster")
    canvas.hand_in(1, [("a.py", FILE)])

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("grader.course_systems.connection._write", full)
    with pytest.raises(UsageError, match=r"cannot be written \(No space left on device\): free some space"):
        fetch(canvas)


def test_files_of_moodle_at_another_address_name_it(moodle, fetch):
    moodle.add(1, "Erika Muster")
    moodle.hand_in(1, [("a.py", FILE)])
    file = moodle.submissions[0]["plugins"][0]["fileareas"][0]["files"][0]
    file["fileurl"] = file["fileurl"].replace("127.0.0.1", "moodle.example.org")
    with pytest.raises(CourseSystemFailure, match=r"The address of this Moodle is http://moodle\.example\.org"):
        fetch(moodle)


def test_course_that_the_user_may_not_see_is_said(canvas, moodle, fetch):
    canvas.faults.append(lambda asked: Reply(403, canvas_server.UNAUTHORIZED))
    canvas_page, canvas_reply = canvas, canvas.reply
    moodle.faults.append(lambda asked: Reply(404, "<html>no</html>"))
    with pytest.raises(CourseSystemFailure, match="no web services of Moodle at"):
        fetch(moodle)
    canvas.socket_main.reply = canvas_reply
    with pytest.raises(
        CourseSystemFailure, match=r"does not allow this to the user of the token \(user not authorized"
    ):
        fetch(canvas_page)
