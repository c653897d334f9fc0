"""Tests of reading a class: no student is lost, and no submission harms the others."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from datetime import UTC, datetime

import pytest

from grader.batch.collect import ClassFolder
from grader.submission import files
from grader.support.errors import UsageError


def handed_in(path, **options):
    with ClassFolder(path, **options) as students:
        return {
            submission.student.identity: submission for submission in map(students.files_of, students.students)
        }, students


def zipped(contents):
    archive_content = io.BytesIO()
    with zipfile.ZipFile(archive_content, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return archive_content.getvalue()


def test_canvas_archive_gives_the_last_attempt_of_each_student(class_zip):
    path = class_zip(
        {
            "mustermannerika_4711_1_answer.py": "old",
            "mustermannerika_4711_2_answer-1.py": "new",
            "müllerjörg_LATE_23_3_answer.zip": zipped({"answer.py": "zipped"}),
            "notes.pdf": "nobody's",
            "__MACOSX/._notes.pdf": "no file at all",
        }
    )
    students, class_folder = handed_in(path)
    assert students["4711"].contents == {"answer.py": b"new"}
    assert [file.path for file in students["4711"].student.earlier_files] == ["mustermannerika_4711_1_answer.py"]
    assert students["4711"].path == "class.zip/mustermannerika_4711_2_answer-1.py"
    assert students["23"].student.late
    assert class_folder.left_over == ["notes.pdf"]


def test_folder_of_folders_lists_students_who_handed_in_nothing(tmp_path):
    for name in ("Erika Mustermann", "Jörg", "Conan O'Neill"):
        (tmp_path / "class" / name).mkdir(parents=True)
    (tmp_path / "class" / "Erika Mustermann" / "answer.py").write_text("e")
    (tmp_path / "class" / "Jörg" / "sub").mkdir()
    (tmp_path / "class" / "Jörg" / "sub" / "answer.py").write_text("j")
    (tmp_path / "class" / "Jörg" / ".DS_Store").write_text("x")
    students, _ = handed_in(tmp_path / "class")
    assert {identity: submission.contents for identity, submission in students.items()} == {
        "Erika Mustermann": {"answer.py": b"e"},
        "Jörg": {"sub/answer.py": b"j"},
        "Conan O'Neill": {},
    }
    assert students["Conan O'Neill"].problem == "Nothing was handed in."


def test_tar_is_read_like_a_zip(tmp_path):
    with tarfile.open(tmp_path / "class.tar.gz", "w:gz") as archive:
        for name in ("class/erika/answer.py", "class/max/answer.py"):
            info = tarfile.TarInfo(name)
            info.size = 4
            archive.addfile(info, io.BytesIO(b"code"))
    students, _ = handed_in(tmp_path / "class.tar.gz")
    assert {identity: submission.contents for identity, submission in students.items()} == {
        "erika": {"answer.py": b"code"},
        "max": {"answer.py": b"code"},
    }


def test_clones_of_github_classroom_have_the_names_of_their_students(tmp_path):
    for student in ("octo-cat", "hub_ot"):
        folder = tmp_path / "clones" / f"single-neuron-{student}"
        (folder / ".git").mkdir(parents=True)
        (folder / ".git" / "config").write_text("x")
        (folder / "answer.py").write_text("code")
    students, class_folder = handed_in(tmp_path / "clones")
    assert class_folder.layout == "github"
    assert {identity: submission.contents for identity, submission in students.items()} == {
        "octo-cat": {"answer.py": b"code"},
        "hub_ot": {"answer.py": b"code"},
    }


def test_nbgrader_course_gives_assignment_and_time(tmp_path):
    for assignment in ("ps1", "single_neuron"):
        folder = tmp_path / "course" / "submitted" / "erika" / assignment
        folder.mkdir(parents=True)
        (folder / "problem.py").write_text(assignment)
        (folder / "timestamp.txt").write_text("2026-11-20 23:58:01.5 Europe/Berlin\n")
    (tmp_path / "course" / "source" / "ps1").mkdir(parents=True)
    (tmp_path / "course" / "source" / "ps1" / "problem.py").write_text("not a student's")
    students, class_folder = handed_in(tmp_path / "course", assignment="single-neuron")
    assert students["erika"].contents == {"problem.py": b"single_neuron"}
    assert students["erika"].submitted == datetime(2026, 11, 20, 22, 58, 1, 500000, tzinfo=UTC)
    assert class_folder.left_over == []
    with pytest.raises(UsageError, match="a course with ps1, single_neuron"):
        ClassFolder(tmp_path / "course", assignment="other")


def test_unreadable_file_affects_only_its_student(class_zip):
    bomb = bytes(files.MAX_FILE + 1)
    path = class_zip({"a_1_1_answer.py": bomb, "b_2_2_answer.py": "fine", "c_3_3_x.py": "to be damaged"})
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"to be damaged", b"is damaged now"[:13]))
    students, _ = handed_in(path)
    assert "too large" in students["1"].problem and not students["1"].contents
    assert students["2"].contents == {"answer.py": b"fine"}
    assert "cannot be read" in students["3"].problem


def test_names_that_lead_out_of_an_archive_write_nothing_outside(class_zip, tmp_path):
    students, class_folder = handed_in(
        class_zip({"../../evil.py": "x", "/etc/a_1_1_x.py": "x", "b_2_2_answer.py": "x", "c_3_3_answer.py": "x"})
    )
    assert set(students) == {"2", "3"}
    assert class_folder.left_over == ["/etc/a_1_1_x.py"]


def test_two_files_with_one_name_are_two_students(tmp_path):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "erika.py").write_text("a")
    (tmp_path / "class" / "erika.ipynb").write_text("b")
    students, _ = handed_in(tmp_path / "class")
    assert len(students) == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
def test_links_and_pipes_are_not_followed(tmp_path):
    (tmp_path / "class" / "erika").mkdir(parents=True)
    os.mkfifo(tmp_path / "class" / "erika" / "pipe.py")
    (tmp_path / "class" / "erika" / "link.py").symlink_to("/etc/passwd")
    students, _ = handed_in(tmp_path / "class", layout="folders")
    assert students["erika"].contents == {}
    assert (
        students["erika"].problem
        == "erika contains link.py, which is a link. Links are not followed: hand in the file itself."
    )


def test_folder_that_is_a_link_is_not_followed(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.py").write_text("x")
    (tmp_path / "class" / "ben").mkdir(parents=True)
    (tmp_path / "class" / "ben" / "a.py").write_text("x")
    (tmp_path / "class" / "erika").symlink_to("../elsewhere")
    students, _ = handed_in(tmp_path / "class", layout="folders")
    assert students["erika"].contents == {}
    assert students["erika"].problem == "erika is a link, and links are not followed: hand in the file itself."


@pytest.mark.parametrize("archive_content", [True, False])
def test_hidden_file_is_reported_to_its_student(tmp_path, class_zip, archive_content):
    paths = {"ben/..hidden.py": "x", "carl/a.py": "x"}
    if archive_content:
        students, class_folder = handed_in(class_zip(paths), layout="folders")
    else:
        for path, content in paths.items():
            (tmp_path / "class" / path).parent.mkdir(parents=True)
            (tmp_path / "class" / path).write_text(content)
        students, class_folder = handed_in(tmp_path / "class", layout="folders")
    assert (
        students["ben"].problem
        == "ben contains ..hidden.py, which is hidden because a name in it begins with a dot: rename it."
    )
    assert class_folder.left_out == [("ben/..hidden.py", "it is hidden")]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("class.zip", b"no archive", "cannot be read"),
        ("class.pdf", b"", "neither a folder nor an archive"),
        ("empty.zip", zipped({}), "contains no submission"),
        ("missing.zip", None, "does not exist"),
    ],
)
def test_path_that_is_not_a_class_is_reported(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=message):
        ClassFolder(tmp_path / name)


def test_results_inside_the_class_are_not_a_submission(tmp_path):
    for name in ("erika", "max", "results/reports"):
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "answer.py").write_text("code")
    students, _ = handed_in(tmp_path / "class", leave_out=tmp_path / "class" / "results")
    assert set(students) == {"erika", "max"}


def test_timestamp_of_a_student_is_an_ordinary_file(class_zip):
    path = class_zip(
        {"eve_LATE_5_1_answer.py": "x", "eve_LATE_5_2_timestamp.txt": "2026-11-01 00:00:00 UTC", "ben_6_3_a.py": "x"}
    )
    students, _ = handed_in(path)
    assert (students["5"].submitted, students["5"].student.late) == (None, True)
    assert "timestamp.txt" in students["5"].contents


def test_names_in_archives_from_other_systems(tmp_path):
    """Backslashes from Windows, and UTF-8 without the flag."""
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        for name in ("J\u00f6rg\\answer.py", "J\u00f6rg\\data.txt", "anna\\answer.py"):
            archive.writestr(name, "x")
    raw = (tmp_path / "class.zip").read_bytes()
    flagged = b"\x00\x08"  # the flag in headers, little-endian
    assert flagged in raw
    (tmp_path / "class.zip").write_bytes(raw.replace(b"\x14\x00" + flagged, b"\x14\x00\x00\x00"))
    students, class_folder = handed_in(tmp_path / "class.zip")
    assert class_folder.layout == "folders"
    assert {identity: sorted(submission.contents) for identity, submission in students.items()} == {
        "J\u00f6rg": ["answer.py", "data.txt"],
        "anna": ["answer.py"],
    }


def test_empty_folder_in_a_tar_is_a_student_who_handed_in_nothing(tmp_path):
    (tmp_path / "class" / "carl").mkdir(parents=True)
    (tmp_path / "class" / "anna").mkdir()
    (tmp_path / "class" / "anna" / "answer.py").write_text("x")
    (tmp_path / "class" / "ben").mkdir()
    (tmp_path / "class" / "ben" / "answer.py").write_text("x")
    with tarfile.open(tmp_path / "class.tar", "w") as archive:
        archive.add(tmp_path / "class", "class")
    students, _ = handed_in(tmp_path / "class.tar")
    assert students["carl"].problem == "Nothing was handed in."


def test_one_clone_among_loose_files_is_not_a_class_of_clones(tmp_path):
    (tmp_path / "class" / "eve" / ".git").mkdir(parents=True)
    for name in ("eve/answer.py", "anna.py", "ben.py"):
        (tmp_path / "class" / name).write_text("x")
    _, class_folder = handed_in(tmp_path / "class")
    assert class_folder.layout == "loose"


def test_results_cannot_be_written_into_the_class_folder(tmp_path):
    (tmp_path / "class").mkdir()
    with pytest.raises(UsageError, match="another folder for --out"):
        ClassFolder(tmp_path / "class", leave_out=tmp_path / "class")
    for name in ("anna/a.py", "ben/a.py", "results-of-monday/grading.sqlite", "results-of-monday/reports/x.json"):
        (tmp_path / "class" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "class" / name).write_text("x")
    students, class_folder = handed_in(tmp_path / "class")
    assert (set(students), class_folder.left_over) == ({"anna", "ben"}, [])


def test_archives_of_classes_are_not_students(class_zip):
    downloads = {"monday.zip": zipped({"ada_1_2_a.py": "x"}), "tuesday.zip": zipped({"ben_3_4_a.py": "x"})}
    with pytest.raises(UsageError, match="contains archives of whole classes"):
        ClassFolder(class_zip(downloads))
    students, _ = handed_in(class_zip(downloads), layout="loose")
    assert set(students) == {"monday", "tuesday"}
    students, _ = handed_in(class_zip(downloads | {"carl.zip": zipped({"a.py": "x"})}))
    assert set(students) == {"monday", "tuesday", "carl"}


def test_student_with_hidden_files_only_is_listed(class_zip):
    paths = ("anna/.ipynb_checkpoints/a.ipynb", "ben/.DS_Store", "carl/a.py", ".dora/a.py", "__MACOSX/._carl")
    students, class_folder = handed_in(class_zip(dict.fromkeys(paths, "x")))
    assert {identity: submission.problem for identity, submission in students.items()} == {
        "anna": "Nothing was handed in.",
        "ben": "Nothing was handed in.",
        "carl": "",
    }
    assert class_folder.left_out == [(".dora/a.py", "it is hidden")]


@pytest.mark.parametrize(("encoding", "name"), [("gbk", "张伟"), ("cp1251", "Иванов Иван"), ("cp850", "Jörg Jäger")])
def test_names_in_an_archive_with_another_encoding(tmp_path, encoding, name):
    stand_in = "q" * len(name.encode(encoding))
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr(f"{stand_in}/answer.py", "x")
        archive.writestr("Ida I/answer.py", "x")
    raw = (tmp_path / "class.zip").read_bytes()
    (tmp_path / "class.zip").write_bytes(raw.replace(stand_in.encode(), name.encode(encoding)))
    students, class_folder = handed_in(tmp_path / "class.zip")
    assert set(students) == {name, "Ida I"}
    assert class_folder.encoding
