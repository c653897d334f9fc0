"""The page of a leaderboard: students see it if it is on, and choose whether their name is shown."""

from __future__ import annotations

import pytest

from grader.service.tables import Exercise
from tests.service.test_boards import attempt, exercise  # noqa: F401

PAGE = "/c/demo/a/single-neuron/board"


@pytest.fixture
def full_board(exercise, attempt):  # noqa: F811
    attempt("ada", 0.95, 0.9)
    attempt("ben", 0.9, 0.97)


def test_students_see_the_board_and_choose_their_name(form, browser, full_board):
    page = browser("ada").get(PAGE).text
    assert "95.0 %" in page and "97.0" not in page.partition("<table")[2]  # a drawn pseudonym may contain 97
    assert ">Ben<" not in page and "Participant" in page
    form("ben", PAGE, shows_name="1")
    assert ">Ben<" in browser("ada").get(PAGE).text
    form("ben", PAGE, shows_name="0")
    assert ">Ben<" not in browser("ada").get(PAGE).text


def test_board_that_is_off_is_for_the_staff(browser, service):
    with service.database.reading() as session:
        assert not session.query(Exercise).filter_by(name="single-neuron").one().board
    assert browser("ada").get(PAGE).status_code == 404
    assert "turn it on" in browser("iris").get(PAGE).text
