"""A file is sent as it is, a folder as a zip file; what the server would refuse is not sent."""

from __future__ import annotations

import io
import os
import zipfile

import pytest

from grader.remote.upload import read
from grader.support.errors import UsageError

MOST = 2000


def test_file_is_sent_as_it_is(tmp_path):
    path = tmp_path / "Übung 1.py"
    path.write_bytes(b"x = 1\r\n")
    upload = read(path, MOST)
    assert (upload.name, upload.content) == ("Übung 1.py", b"x = 1\r\n")


def test_folder_is_sent_as_a_zip_file(tmp_path):
    folder = tmp_path / "work"
    (folder / "parts").mkdir(parents=True)
    (folder / "mine.py").write_text("import parts.a\n")
    (folder / "parts" / "a.py").write_text("x = 1\n")
    upload = read(folder, MOST)
    assert (upload.name, upload.content) == ("work.zip", read(folder, MOST).content)
    with zipfile.ZipFile(io.BytesIO(upload.content)) as archive:
        assert sorted(archive.namelist()) == ["mine.py", "parts/a.py"]


def test_large_file_is_not_sent(tmp_path):
    (tmp_path / "large.ipynb").write_bytes(b"#" * (3 << 20))
    with pytest.raises(
        UsageError, match=r"large.ipynb has 3.0 MB, but this server accepts at most 2.0 MB: delete large"
    ):
        read(tmp_path / "large.ipynb", 2 << 20)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("missing.py", "does not exist"), ("empty.py", "is empty"), ("nothing", "contains nothing to hand in")],
)
def test_missing_and_empty_files_are_refused(tmp_path, name, sentence):
    (tmp_path / "empty.py").touch()
    (tmp_path / "nothing").mkdir()
    with pytest.raises(UsageError, match=sentence):
        read(tmp_path / name, MOST)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.py")
    with pytest.raises(UsageError, match="is not a file"):
        read(tmp_path / "pipe.py", MOST)


def test_name_that_cannot_be_sent_is_replaced(tmp_path):
    path = tmp_path / os.fsdecode(b"\xff.py")
    path.write_text("x = 1\n")
    assert read(path, MOST).name == "?.py"


def test_path_with_a_null_character_is_refused(tmp_path):
    with pytest.raises(UsageError):
        read(tmp_path / "a\0b.py", MOST)
