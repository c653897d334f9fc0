"""Receipts are on disk after each student, for one assignment each."""

from __future__ import annotations

import contextlib

from grader.course_systems.receipts import Receipts


def test_receipts_belong_to_one_assignment(tmp_path):
    with contextlib.closing(Receipts(tmp_path, "https://one", for_sending=True)) as receipts:
        receipts.keep("1", "Erika", [("mark", "5"), ("comment", "=1+1")])
    with contextlib.closing(Receipts(tmp_path, "https://one", for_sending=False)) as receipts:
        assert receipts.earlier() == [("1", "mark", "5"), ("1", "comment", "=1+1")]
    with contextlib.closing(Receipts(tmp_path, "https://two", for_sending=True)) as receipts:
        assert receipts.earlier() == []
        table = receipts.write_table().read_text()
    assert "'=1+1" in table
    assert (tmp_path / "returned.sqlite").stat().st_mode & 0o77 == 0


def test_reading_leaves_no_file(tmp_path):
    Receipts(tmp_path, "https://one", for_sending=False).close()
    assert [*tmp_path.iterdir()] == []
