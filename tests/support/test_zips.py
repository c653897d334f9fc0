"""Zip files are the same if their contents are, and keep the order of the files."""

from __future__ import annotations

import io
import zipfile

import pytest

from grader.support.zips import zipped

pytestmark = pytest.mark.quick
FILES = {"b/ä.html": b"<p>", "a.txt": b"x" * 1000}


def test_files_come_back_in_their_order():
    with zipfile.ZipFile(io.BytesIO(zipped(FILES))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
        assert archive.namelist() == [*FILES]
        assert archive.getinfo("a.txt").compress_size < 1000


def test_same_contents_are_the_same_file():
    assert zipped(FILES) == zipped(dict(FILES))
    assert zipped(FILES) != zipped({**FILES, "a.txt": b"y"})
