"""An exercise is found by its name in the courses of the user; for another name, similar ones are suggested."""

from __future__ import annotations

import pytest

from grader.assignment import load
from grader.remote import exercises
from grader.remote.address import server_address
from grader.remote.connection import Connection
from grader.remote.exercises import RemoteExercise, choose
from grader.support.errors import UsageError
from tests.remote.test_connection import answering


def exercise(name, course="demo"):
    return RemoteExercise(course, name, name.title(), 60.0, 2, 1000)


AVAILABLE = [exercise("single-neuron"), exercise("relu-swap"), exercise("relu-swap", "ml-2026")]


@pytest.mark.parametrize(
    ("name", "course"), [("single-neuron", None), ("single-neuron", "demo"), ("relu-swap", "ml-2026")]
)
def test_exercise_is_found(name, course):
    choice = choose(AVAILABLE, name, course)
    assert (choice.name, choice.course) == (name, course or "demo")


@pytest.mark.parametrize(
    ("name", "course", "sentence"),
    [
        (
            "singel-neuron",
            None,
            "There is no open exercise 'singel-neuron'. Did you mean 'single-neuron'? Open exercises: single-neuron, relu-swap.",
        ),
        ("xyz", None, "There is no open exercise 'xyz'. Open exercises: single-neuron, relu-swap."),
        (
            "single-neuron",
            "ml2026",
            "You have no course 'ml2026' with an open exercise. Did you mean 'ml-2026'? Your courses: demo, ml-2026.",
        ),
        ("single-neuron", "ml-2026", "There is no open exercise 'single-neuron'. Open exercises: relu-swap."),
        ("relu-swap", None, "Several courses have the exercise relu-swap: add --course demo or --course ml-2026."),
    ],
)
def test_other_names_are_refused_with_a_suggestion(name, course, sentence):
    with pytest.raises(UsageError) as error:
        choose(AVAILABLE, name, course)
    assert str(error.value) == sentence


def test_nobody_without_a_course_hands_in():
    with pytest.raises(UsageError, match="You are in no course with an open exercise: ask your instructor"):
        choose([], "single-neuron", None)


def test_exercises_of_the_server_are_read(url, token):
    with Connection(server_address(url), token()) as connection:
        names = {each.name: each for each in exercises.exercises(connection)}
    content = load("single-neuron").content
    assert (names["single-neuron"].pass_mark, names["single-neuron"].hints) == (content.pass_mark, content.hints)


@pytest.mark.parametrize("body", [b"{}x", b"[1]", b'[{"name": "x"}]', b'{"a": 1}', b"null"])
def test_other_documents_are_no_grading_server(body):
    with answering(body=body) as (port, _):
        connection = Connection(server_address(f"http://127.0.0.1:{port}"), "x")
        with connection, pytest.raises(UsageError, match="There is no grading server"):
            exercises.exercises(connection)
