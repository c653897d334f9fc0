"""The files of a class are those of ``grader grade``, and are written again when something has changed."""

from __future__ import annotations

import csv
import errno
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from grader.service import desk_folder, desk_process
from grader.service.desk_folder import FillRequest
from grader.service.desks import Desks
from grader.service.errors import Unavailable, Unreadable
from grader.service.tables import Exercise, Mark, Membership, State, User
from tests.service.kept_results import EXERCISE, NOON, hand_in


@pytest.fixture
def desks_here(desks, written_here):
    return desks


@pytest.fixture
def desks(service):
    desks = Desks(service)
    yield desks
    desks.close()


@pytest.fixture
def exercise(service):
    with service.database.reading() as session:
        return session.scalar(select(Exercise).where(Exercise.name == EXERCISE))


def gradebook(desk):
    """Return {id: row} of the gradebook."""
    with open(desk.folder.out / "gradebook.csv", newline="", encoding="utf-8") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_class_has_a_row_for_each_student(service, desks, exercise):
    hand_in(service, "ada", 1.0)
    rows = gradebook(desks.current(exercise, "en"))
    assert {name: (row["status"], row["score"]) for name, row in rows.items()} == {
        "ada": ("graded", "100"),
        "ben": ("not_submitted", ""),
    }


def test_change_is_in_the_next_files(service, desks_here, exercise):
    hand_in(service, "ada", 1.0)
    assert desks_here.current(exercise, "en").state.count("graded") == 1
    hand_in(service, "ben", 0.5)
    assert desks_here.current(exercise, "en").state.count("graded") == 2


def test_nothing_is_written_without_a_change(service, desks_here, exercise):
    written = desks_here.current(exercise, "en").state.written
    assert desks_here.current(exercise, "en").state.written == written


def test_waiting_submission_is_pending(service, desks_here, exercise):
    hand_in(service, "ada", 1.0)
    hand_in(service, "ada", state=State.QUEUED, received=NOON + timedelta(hours=1))
    row = gradebook(desks_here.current(exercise, "en"))["ada"]
    assert (row["status"], row["score"]) == ("pending", "")


def test_fault_of_the_grader_is_no_zero(service, desks_here, exercise):
    hand_in(service, "ada", state=State.NOT_GRADABLE, sentence="Three workers died on it.")
    row = gradebook(desks_here.current(exercise, "en"))["ada"]
    assert (row["status"], row["score"]) == ("not_gradable", "")


def test_unreadable_file_has_its_reason(service, desks_here, exercise):
    hand_in(service, "ada", state=State.REFUSED, sentence="It is a PDF.")
    row = gradebook(desks_here.current(exercise, "en"))["ada"]
    assert (row["status"], row["score"], row["comment"]) == ("unreadable", "", "It is a PDF.")


def test_marks_by_hand_are_in_the_gradebook(service, desks_here, exercise):
    hand_in(service, "ada", 0.5)
    with service.database.writing() as session:
        ada = session.scalar(select(User.id).where(User.name == "ada"))
        session.add(Mark(exercise_id=exercise.id, user_id=ada, points="70", comment="= Well done", by="Tom"))
    row = gradebook(desks_here.current(exercise, "en"))["ada"]
    assert (row["score"], row["automatic_score"]) == ("70", "50")
    assert "Well done" in row["comment"]


def test_student_who_left_is_in_no_file(service, desks_here, exercise):
    hand_in(service, "ada", 0.5)
    out = desks_here.current(exercise, "en").folder.out
    assert (out / "reports" / "Ada_ada.html").is_file()
    with service.database.writing() as session:
        ada = session.scalar(select(User.id).where(User.name == "ada"))
        session.delete(session.get(Membership, (exercise.course_id, ada)))
    rows = gradebook(desks_here.current(exercise, "en"))
    assert [*rows] == ["ben"]
    assert [path for path in out.rglob("*") if "ada" in path.name] == []


def test_class_in_another_language_has_its_own_files(service, desks_here, exercise):
    hand_in(service, "ada", 0.5)
    assert 'lang="de"' in (desks_here.current(exercise, "de").folder.out / "index.html").read_text(encoding="utf-8")


def test_failed_run_has_a_sentence(service, desks, exercise, monkeypatch):
    monkeypatch.setattr(desk_process, "run", lambda *_: "The disk is full.")
    with pytest.raises(Unavailable, match="The disk is full"):
        desks.current(exercise, "en")
    desks.retry(exercise, "en")
    monkeypatch.undo()
    assert desks.current(exercise, "en").is_current


def test_file_that_cannot_be_filled_in_does_not_replace_an_earlier_one(service, desks, exercise, monkeypatch):
    folder = desk_folder.of_exercise(service.configuration, exercise.id, "en")
    for earlier in (None, (b"Student,ID\n", FillRequest(name="a.csv"))):
        if earlier is not None:
            folder.give("canvas", *earlier)
        monkeypatch.setattr(desk_process, "run", lambda order, on_start: "It is not a file of Canvas.")
        with pytest.raises(Unreadable, match="not a file of Canvas"):
            desks.fill(exercise, "en", "canvas", b"x", FillRequest(name="b.csv"))
        assert folder.given("canvas") == earlier


def test_process_that_cannot_start_has_a_sentence(service, exercise, monkeypatch):
    def fail(*arguments, **options):
        raise OSError(errno.ENOMEM, "no memory")

    monkeypatch.setattr(desk_process.subprocess, "Popen", fail)
    order = desk_process.RunOrder.of(service.configuration, exercise.id, "en")
    assert desk_process.run(order, lambda process: None) == desk_process.FAULT


def test_dead_process_has_a_sentence(service, desks, exercise, monkeypatch):
    monkeypatch.setattr(desk_process, "MODULE", "grader.service.no_such_module")
    with pytest.raises(Unavailable, match="tell your administrator"):
        desks.current(exercise, "en")


def test_process_that_ends_before_it_gets_its_order_has_a_sentence(service, exercise, monkeypatch):
    monkeypatch.setattr(desk_process, "MODULE", "grader.service.no_such_module")
    order = desk_process.RunOrder.of(service.configuration, exercise.id, "en")
    assert "tell your administrator" in desk_process.run(order, lambda process: process.wait()).lower()


def test_notes_are_for_people_without_a_command_line(service, desks_here, exercise):
    hand_in(service, "ada", 0.5)
    with service.database.writing() as session:
        ada = session.scalar(select(User.id).where(User.name == "ada"))
        session.add(Mark(exercise_id=exercise.id, user_id=ada, check="loss", points="5", sha256="0" * 64))
        session.add(Mark(exercise_id=exercise.id, user_id=ada, points="500"))
        session.add(Mark(exercise_id=exercise.id, user_id=ada, check="a-former-check", points="5"))
    notes = desks_here.current(exercise, "en").state.notes
    text = "\n".join(notes)
    assert "The mark of Ada for loss does not apply: it was given for an earlier file." in text
    assert "500 points are more than the 100 of the total." in text
    assert "the assignment no longer has the check" in text
    assert "--" not in text and "overrides.csv" not in text


def test_run_ends_with_the_server(service, exercise):
    desks = Desks(service)
    hand_in(service, "ada", 0.5)
    assert not desks.desk(exercise, "en").is_current
    began = time.monotonic()
    desks.close()
    while any(thread.name.startswith("desk") for thread in threading.enumerate()):
        assert time.monotonic() < began + 20
        time.sleep(0.05)
