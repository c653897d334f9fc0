"""Tests of several attempts at the same file."""

from __future__ import annotations

import pytest

from grader.batch.attempts import versions
from grader.batch.layouts import students

pytestmark = pytest.mark.quick


def test_last_of_several_attempts_counts():
    """Canvas numbers the file, and gives each upload a larger id, in any order in the archive."""
    paths = ["ab_1_99_x-1.py", "ab_1_120_x-2.py", "ab_1_98_x.py", "ab_1_121_helper.py"]
    (student,) = students([*paths, "cd_2_100_x.py"], "canvas").students[:1]
    assert sorted(file.path for file in student.files) == ["ab_1_120_x-2.py", "ab_1_121_helper.py"]
    assert sorted(file.path for file in student.earlier_files) == ["ab_1_98_x.py", "ab_1_99_x-1.py"]


def test_attempts_in_ilias_and_data_files_in_canvas():
    folder = "Exercise 1/Abgaben/Muster_Max_max_5"
    (student,) = students([f"{folder}/a.py", f"{folder}/a (2).py", f"{folder}/a (3).py"]).students
    assert [file.path for file in student.files] == [f"{folder}/a (3).py"]
    (student,) = students(["max_5_1_data-1.npy", "max_5_2_data-2.npy", "max_5_3_a.py", "max_5_4_a-1.py"]).students
    assert sorted(file.name for file in student.files) == ["a.py", "data-1.npy", "data-2.npy"]


@pytest.mark.parametrize(
    ("paths", "files", "earlier_paths"),
    [
        # Two files of one student, uploaded together or not.
        (["h_8_11_week-3.ipynb", "h_8_12_week-4.ipynb"], ["week-3.ipynb", "week-4.ipynb"], []),
        (["h_8_11_week-3.ipynb", "h_8_90_week-4.ipynb"], ["week-3.ipynb", "week-4.ipynb"], []),
        (["h_8_11_part-1.py", "h_8_12_part-2.py"], ["part-1.py", "part-2.py"], []),
        (["h_8_12_x-1.py", "h_8_99_x.py"], ["x-1.py", "x.py"], []),  # Canvas gives a later upload the larger number
        (["h_8_11_a.py", "h_8_12_b.py"], ["a.py", "b.py"], []),
        # Attempts.
        (["h_8_11_x.py", "h_8_70_x-1.py", "h_8_99_x-2.py"], ["x.py"], ["h_8_11_x.py", "h_8_70_x-1.py"]),
        (["h_8_11_x-1.py", "h_8_70_x-2.py"], ["x.py"], ["h_8_11_x-1.py"]),
        (["h_8_11_x-1.py", "h_LATE_8_12_x-2.py"], ["x.py"], ["h_8_11_x-1.py"]),
        (
            ["h_8_11_my-task-1.py", "h_8_12_my-task-2.py"],
            ["my-task.py"],
            ["h_8_11_my-task-1.py"],
        ),  # the name of the assignment
        (["h_8_11_x.tar.gz", "h_LATE_8_70_x-1.tar.gz"], ["x.tar.gz"], ["h_8_11_x.tar.gz"]),
        (["h_8_11_x.ipynb", "h_8_12_x.ipynb"], ["x.ipynb"], ["h_8_11_x.ipynb"]),
    ],
)
def test_attempts_and_files_in_canvas_are_distinguished(paths, files, earlier_paths):
    listing = students([*paths, "other_9_500_solution.py"], "canvas", assignment="my-task")
    (student,) = (s for s in listing.students if s.identity == "8")
    assert sorted(file.name for file in student.files) == files
    assert sorted(file.path for file in student.earlier_files) == earlier_paths


def test_numbers_added_by_canvas_are_distinguished_from_own_numbers():
    other_paths = ["a_1_1_x.py", "b_2_2_x.py", "c_3_3_sheet-4.py", "d_4_4_sheet-4.py"]
    mine = {s.name: s for s in students([*other_paths, "h_8_11_x-1.py", "h_8_12_x-2.py"], "canvas").students}
    assert [file.path for file in mine["h"].files] == ["h_8_12_x-2.py"]
    assert [file.name for file in mine["c"].files] == ["sheet-4.py"]


@pytest.mark.parametrize(
    ("paths", "states"),
    [
        (["h_8_11_x.py"], [["11_x"]]),
        (["h_8_11_x.py", "h_8_70_x-1.py", "h_LATE_8_99_x-2.py"], [["11_x"], ["70_x"], ["99_x"]]),
        # Both files again, then one of them.
        (
            ["h_8_11_x.py", "h_8_12_y.py", "h_8_70_x-1.py", "h_8_71_y-1.py", "h_8_99_x-2.py"],
            [["11_x", "12_y"], ["70_x", "71_y"], ["71_y", "99_x"]],
        ),
        (["h_8_11_x.py", "h_8_70_x-1.py", "h_8_71_y.py"], [["11_x"], ["70_x", "71_y"]]),
    ],
)
def test_submission_is_known_as_it_was_after_each_attempt(paths, states):
    listing = students([*paths, "other_9_500_x.py"], "canvas")
    (student,) = (s for s in listing.students if s.identity == "8")
    submissions = versions(student)
    assert [
        sorted("_".join(file.path.split("_")[-2:]).split(".")[0].split("-")[0] for file in each.files)
        for each in submissions
    ] == states
    assert submissions[-1] is student
    assert len({each.record_id for each in submissions}) == len(states)


def test_uploads_in_ilias_are_attempts():
    folder = "Exercise 1/Abgaben/Muster_Max_max_5"
    (student,) = students([f"{folder}/{name}" for name in ("a.py", "a (2).py", "b.py", "late - a (3).py")]).students
    submissions = versions(student)
    assert [sorted(file.path.rpartition("/")[2] for file in each.files) for each in submissions] == [
        ["a.py", "b.py"],
        ["a (2).py", "b.py"],
        ["b.py", "late - a (3).py"],
    ]
    assert [each.late for each in submissions] == [False, False, True]
