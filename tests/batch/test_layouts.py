"""Tests of the layouts of course systems: the owner of a file, lateness, and the attempt that counts."""

from __future__ import annotations

import pytest

from grader.batch.layouts import LAYOUTS, METADATA, recognise, students

pytestmark = pytest.mark.quick

SUBMISSIONS = "assignsubmission_file"
CLASSES = {
    "canvas": {
        "mustermannerika_4711_99123_single_neuron.ipynb": ("mustermannerika", "4711", False, "single_neuron.ipynb"),
        "müllerjörgs_LATE_23_99124_my answer-2.ipynb": ("müllerjörgs", "23", True, "my answer.ipynb"),
        "oneillconan2_5_99125_a_b_12_13_c.py": ("oneillconan2", "5", False, "a_b_12_13_c.py"),
        "anon_Xy3_99126_answer.py": ("anonymous Xy3", "Xy3", False, "answer.py"),
        "LATE_anon_Zz9_99127_answer.py": ("anonymous Zz9", "Zz9", True, "answer.py"),
    },
    "moodle": {
        f"Erika Mustermann_4711_{SUBMISSIONS}/single_neuron.ipynb": (
            "Erika Mustermann",
            "4711",
            False,
            "single_neuron.ipynb",
        ),
        f"Jörg O'Neill-Müller 2nd_23_{SUBMISSIONS}/folder/my answer.py": (
            "Jörg O'Neill-Müller 2nd",
            "23",
            False,
            "folder/my answer.py",
        ),
        f"Flat Name_5_{SUBMISSIONS}_answer_6_b.py": ("Flat Name", "5", False, "answer_6_b.py"),
        f"Participant_99_{SUBMISSIONS}/answer.py": ("Participant 99", "99", False, "answer.py"),
    },
    "ilias": {
        "Exercise 1/Abgaben/Mustermann_Erika_erika.m_4711/answer.ipynb": (
            "Erika Mustermann",
            "erika.m",
            False,
            "answer.ipynb",
        ),
        "Exercise 1/Abgaben/ONeill_Conan_c_o_23/late - answer.py": ("Conan ONeill", "c_o", True, "answer.py"),
        "Exercise 1/Abgaben/Team 7/Muster_Max_max_5/answer.py": ("Max Muster", "max", False, "answer.py"),
    },
    "nbgrader": {
        "submitted/erika/ps1/problem.ipynb": ("erika", "erika", False, "problem.ipynb"),
        "submitted/max-23/ps1/problem.ipynb": ("max-23", "max-23", False, "problem.ipynb"),
    },
    "folders": {
        "class/Erika Mustermann/answer.py": ("Erika Mustermann", "Erika Mustermann", False, "answer.py"),
        "class/max_23/sub/answer.py": ("max_23", "max_23", False, "sub/answer.py"),
    },
    "loose": {
        "erika mustermann.ipynb": ("erika mustermann", "erika mustermann", False, "erika mustermann.ipynb"),
        "max.tar.gz": ("max", "max", False, "max.tar.gz"),
    },
}
GRADESCOPE = """
submission_1:
  :submitters:
  - :name: Erika Mustermann
    :sid: '4711'
    :email: e@example.org
  - :name: Max Muster
    :sid: '23'
submission_2:
  :submitters:
  - :name: Conan O'Neill
    :email: conan@example.org
"""


@pytest.mark.parametrize("layout", CLASSES)
def test_layout_is_recognised_and_assigns_files_to_students(layout):
    assert recognise(sorted(CLASSES[layout])) == layout
    listing = students(CLASSES[layout])
    owners = {(s.name, s.identity, s.late, file.name) for s in listing.students for file in s.files}
    assert owners == set(CLASSES[layout].values())
    assert {file.path for s in listing.students for file in s.files} == set(CLASSES[layout])
    assert (listing.layout, listing.left_over) == (layout, [])


def test_gradescope_metadata_assigns_folders_to_students():
    paths = ["export/submission_1/answer.py", "export/submission_2/a/b.py", f"export/{METADATA}"]
    listing = students(paths, metadata=GRADESCOPE)
    assert listing.layout == "gradescope"
    assert [(s.name, s.identity, [file.name for file in s.files]) for s in listing.students] == [
        ("Conan O'Neill", "conan@example.org", ["a/b.py"]),
        ("Erika Mustermann, Max Muster", "4711, 23", ["answer.py"]),
    ]
    assert listing.left_over == [f"export/{METADATA}"]


def test_two_students_with_one_name_stay_two():
    paths = [f"Erika Mustermann_{number}_{SUBMISSIONS}/answer.py" for number in (1, 2)]
    assert [s.identity for s in students(paths).students] == ["1", "2"]


def test_no_student_and_no_file_is_lost():
    paths = [
        f"A B_1_{SUBMISSIONS}/a.py",
        f"C D_2_{SUBMISSIONS}/c.py",
        "E F_3_assignsubmission_onlinetext/onlinetext.html",
        "grades.csv",
    ]
    listing = students(paths)
    assert [s.name for s in listing.students] == ["A B", "C D", "E F"]
    assert listing.left_over == ["grades.csv"]


def test_every_layout_can_be_requested_by_name():
    for layout in LAYOUTS:
        assert students(["x.py", "a/x.py"], layout).layout == layout


def test_file_names_of_one_student_do_not_determine_the_layout():
    """Neither many files in the layout of a course, nor a list of submissions, nor a clone."""
    honest = ["anna/answer.py", "ben/answer.py"]
    for hostile in (
        [f"eve/submitted/anna/doubling/{n}.py" for n in range(9)],
        ["eve/submission_metadata.yml", "eve/answer.py"],
        [f"eve/Muster_Anna_anna_{n}/answer.py" for n in range(9)],
        [f"eve/Anna_{n}_assignsubmission_file_/answer.py" for n in range(9)],
    ):
        listing = students([*honest, *hostile])
        assert listing.layout == "folders"
        assert [student.name for student in listing.students] == ["anna", "ben", "eve"]


def test_flat_moodle_file_belongs_to_the_first_name_in_it():
    mine, theirs = (
        "Max Muster_1234_assignsubmission_file_a.py",
        "Eve_99_assignsubmission_file_Max Muster_1234_assignsubmission_file_a.py",
    )
    assert {s.identity: [f.path for f in s.files] for s in students([mine, theirs]).students} == {
        "1234": [mine],
        "99": [theirs],
    }


@pytest.mark.parametrize("paths", [["anna/a.py", "anna/data/x.txt"], ["top/anna/a.py", "top/anna/data/x.txt"]])
def test_class_of_one_student_with_a_subfolder(paths):
    assert [student.name for student in students(paths).students] == ["anna"]


def test_names_that_are_not_utf_8_stay_different():
    listing = students(["M\udcfcller/a.py", "M\udce4ller/a.py"])
    assert [student.name for student in listing.students] == ["M\\xe4ller", "M\\xfcller"]


@pytest.mark.parametrize("stray", ["notes.txt", "", "list.csv"])
def test_stray_file_does_not_turn_a_class_into_one_student(stray):
    paths = ["top/anna/a.py", "top/ben/b.ipynb", "top/carl/sub/c.zip", *([f"top/{stray}"] if stray else [])]
    assert [student.name for student in students(paths).students] == ["anna", "ben", "carl"]
    assert [s.name for s in students([*paths, "top/dora.py"]).students] == ["anna", "ben", "carl", "dora"]


@pytest.mark.parametrize(
    ("folder", "name", "login"),
    [
        ("__ak___ukasz_lzak_77", "__ak___ukasz", "lzak"),
        ("Dvo__ak_Antonin_dvorak_78", "Antonin Dvo__ak", "dvorak"),
        (f"{'_' * 12}_{'_' * 8}_ivan.i_79", f"{'_' * 22}ivan.i_79", "ivan.i"),
        (f"{'_' * 3}_{'_' * 3}_zw_80", "________zw_80", "zw"),
        ("de la Cruz_Ana Maria_ana-cruz_81", "Ana Maria de la Cruz", "ana-cruz"),
        ("O'Neill_Conan_c_o_82", "Conan O'Neill", "c_o"),
        ("__ak_Ewa_e_z_83", "Ewa __ak", "e_z"),
    ],
)
def test_ilias_folder_names_are_parsed_from_the_right(folder, name, login):
    paths = [f"Exercise 1/Abgaben/{folder}/a.py", "Exercise 1/Abgaben/Muster_Max_max_5/a.py"]
    listing = students(paths)
    assert listing.layout == "ilias"
    assert (name, login) in {(student.name, student.identity) for student in listing.students}
    assert len(listing.students) == 2


def test_folders_of_unknown_form_are_students_too():
    folder = "Exercise 1/Abgaben"
    expected = [f"{folder}/Muster_Max_max_5/a.py", f"{folder}/Muster_Eva_eva_6/a.py"]
    odd = [f"{folder}/____/a.py", f"{folder}/Somebody/sub/a.pdf", f"{folder}/Empty/"]
    listing = students([*expected, *odd, f"{folder}/", "Exercise 1/", "Exercise 1/overview.xlsx"], "ilias")
    assert {s.name for s in listing.students} == {"Max Muster", "Eva Muster", "____", "Somebody", "Empty"}
    assert listing.left_over == ["Exercise 1/overview.xlsx"]


def test_ilias_team_is_one_submission_of_all_members():
    folder = "Exercise 1/Abgaben"
    paths = [
        f"{folder}/Team 7/Muster_Max_max_5/a.py",
        f"{folder}/Team 7/Muster_Eva_eva_6/helper.py",
        f"{folder}/Team 8/Berg_Bo_bo_7/a.py",
        f"{folder}/Team 8/Cruz_Ana_ana_8/",
        f"{folder}/Team 9/Fox_Finn_finn_9/a.py",
        f"{folder}/Team 9/Grau_Greta_greta_10/a.py",
        f"{folder}/Team 10/odd/a.py",
    ]
    listing = students(paths, "ilias")
    owners = {tuple(p.identity for p in s.people): sorted(file.name for file in s.files) for s in listing.students}
    assert owners == {
        ("eva", "max"): ["a.py", "helper.py"],
        ("bo", "ana"): ["a.py"],
        ("finn",): ["a.py"],
        ("greta",): ["a.py"],
        ("Team 10",): ["odd/a.py"],
    }


def test_text_typed_into_canvas_and_names_without_letters():
    paths = ["ada_1_text.html", "ben_LATE_2_link.html", "_3_77_a.py", "anon_Xy_text.html", "sub/carl_4_78_a.py"]
    listing = students(paths, "canvas")
    owners = {(s.name, s.identity, s.files[0].name, s.late) for s in listing.students}
    assert owners == {
        ("ada", "1", "text.html", False),
        ("ben", "2", "link.html", True),
        ("student 3", "3", "a.py", False),
        ("anonymous Xy", "Xy", "text.html", False),
        ("carl", "4", "a.py", False),
    }


def test_gradescope_student_without_file_and_folder_without_student():
    metadata = GRADESCOPE + "submission_9:\n  :submitters:\n  - :name: Nora\n    :sid: '9'\n"
    metadata += "  :created_at: !ruby/object:Time 2026-11-20 10:00:00 Z\n"
    listing = students(
        ["export/submission_1/a.py", "export/submission_77/b.py", f"export/{METADATA}"], metadata=metadata
    )
    owners = {(p.name, p.identity, len(s.files)) for s in listing.students for p in s.people}
    assert owners == {
        ("Erika Mustermann", "4711", 1),
        ("Max Muster", "23", 1),
        ("Conan O'Neill", "conan@example.org", 0),
        ("Nora", "9", 0),
        ("submission_77", "submission_77", 1),
    }


def test_nbgrader_student_without_this_assignment_is_listed():
    paths = ["submitted/ada/ps1/a.py", "submitted/ben/ps2/a.py", "submitted/carl/", "submitted/note.txt"]
    listing = students(paths, assignment="ps1")
    assert {(s.name, len(s.files)) for s in listing.students} == {("ada", 1), ("ben", 0), ("carl", 0)}
    assert listing.left_over == ["submitted/note.txt"]


def test_names_with_differently_composed_letters_are_two_students():
    listing = students(["J\u00f6rg/a.py", "Jo\u0308rg/a.py", "Anna/a.py"])
    assert [student.name for student in listing.students] == ["Anna", "J\u00f6rg", "J\u00f6rg"]
    assert len({student.identity for student in listing.students}) == 3


def test_folders_of_tutorial_groups_are_not_students():
    paths = [
        f"Group {n % 3}/{name}/answer.py"
        for n, name in enumerate(["Ada", "Ben", "Cy", "Di", "Ed", "Fay", "Gus", "Hal", "Ida", "Jo", "Ada"])
    ]
    listing = students(
        [*paths, "Group 1/Kim/essay.pdf", "Group 2/Lou/", "Group 0/mail.ipynb", "Group 1/list.csv", "all.csv"]
    )
    names = [student.name for student in listing.students]
    assert names == [*("Ada", "Ada", "Ben", "Cy", "Di", "Ed", "Fay", "Gus", "Hal", "Ida", "Jo", "Kim", "Lou", "mail")]
    assert listing.left_over == ["Group 1/list.csv", "all.csv"]
    tasks = [f"{name}/task{n}/answer.py" for name in ("Ada", "Ben", "Cy") for n in (1, 2, 3)]
    assert [student.name for student in students(tasks).students] == ["Ada", "Ben", "Cy"]


def test_notebook_renamed_by_a_browser_belongs_to_its_student():
    listing = students(["anna/a.py", "ben/b.py", "carl/c.py", "dora.ipynb.txt", "ed.ipynb.json", "list.txt"], "folders")
    assert [student.name for student in listing.students] == ["anna", "ben", "carl", "dora", "ed"]
    assert listing.left_over == ["list.txt"]
