"""Programs read the leaderboard, which shows no more than its page."""

from __future__ import annotations

from tests.service.test_boards import attempt, exercise  # noqa: F401

HERE = "/api/v1/courses/demo/exercises/single-neuron/board"


def test_board_has_ranks_and_hides_the_private_half(api, exercise, attempt):  # noqa: F811
    attempt("ada", 0.95, 0.9)
    attempt("ben", 0.9, 0.97)
    (board,) = api("ada").get(HERE).json()
    assert not board["is_final"]
    assert [(each["rank"], each["public"], each["private"], each["is_own"]) for each in board["entries"]] == [
        (1, 0.95, None, True),
        (2, 0.9, None, False),
    ]
    assert board["entries"][1]["name"] != "Ben" and "0.97" not in str(board)


def test_board_that_is_off_does_not_exist_for_students(api):
    assert api("ada").get(HERE).status_code == 404
    assert api("iris").get(HERE).json() == []
