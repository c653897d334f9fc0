"""The zip file of an exercise is read within limits; links, paths that lead out, and bombs are refused."""

from __future__ import annotations

import io
import zipfile

import pytest

from grader.service import exercise_archives
from grader.service.errors import TooLarge, Unreadable


def packed(files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize("top", ["", "exercise/", "a/b/"])
def test_folder_with_the_assignment_is_found(top):
    content = packed(
        {f"{top}assignment.yaml": "x", f"{top}data/a.csv": "1", "__MACOSX/._a": "", f"{top}.git/config": ""}
    )
    assert exercise_archives.files_of(content) == {"assignment.yaml": b"x", "data/a.csv": b"1"}


@pytest.mark.parametrize(
    "name", ["../assignment.yaml", "/assignment.yaml", "a/../../assignment.yaml", "C:/assignment.yaml", "a\\..\\..\\b"]
)
def test_path_that_leads_out_is_refused(name):
    with pytest.raises(Unreadable, match="leads out"):
        exercise_archives.files_of(packed({name: "x", "assignment.yaml": "y"}))


def test_link_is_refused():
    info = zipfile.ZipInfo("passwords")
    info.external_attr = 0o120777 << 16
    with pytest.raises(Unreadable, match="a link"):
        exercise_archives.files_of(packed({info: "/etc/passwd", "assignment.yaml": "y"}))


def test_bomb_is_refused():
    with pytest.raises(TooLarge, match="60 MB"):
        exercise_archives.files_of(packed({"assignment.yaml": "y", "zeros": bytes(61 << 20)}))


def test_too_many_files_are_refused():
    with pytest.raises(TooLarge, match="files"):
        exercise_archives.files_of(packed({f"{number}.txt": "" for number in range(2001)}))


def test_long_list_of_files_is_refused_before_it_is_read():
    with pytest.raises(TooLarge):
        exercise_archives.files_of(b"PK\x05\x06" + bytes(8) + (1 << 30).to_bytes(4, "little") + bytes(8))


@pytest.mark.parametrize("content", [b"", b"PK", b"hello", packed({"assignment.yaml": "y"})[:-30]])
def test_damaged_file_is_refused(content):
    with pytest.raises(Unreadable, match="pack the folder again"):
        exercise_archives.files_of(content)


def test_zip_without_an_assignment_or_with_two_is_refused():
    with pytest.raises(Unreadable, match=r"no assignment\.yaml"):
        exercise_archives.files_of(packed({"task.md": "x"}))
    with pytest.raises(Unreadable, match=r"several exercises \(a, b\)"):
        exercise_archives.files_of(packed({"a/assignment.yaml": "x", "b/assignment.yaml": "x"}))
