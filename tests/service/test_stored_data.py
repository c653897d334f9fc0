"""The page about privacy is complete: each table is described, or has no data of people."""

from __future__ import annotations

import pytest

from grader.service.database import TABLES
from grader.service.stored_data import NOT_PERSONAL, STORED

PERSON = ("user_id", "by", "by_id", "who", "email")


@pytest.mark.quick
def test_each_table_is_described_once():
    described = [table for entry in STORED for table in entry.tables]
    assert sorted([*described, *NOT_PERSONAL]) == sorted(TABLES.tables)


def test_tables_without_people_name_none():
    named = {
        f"{name}.{column.name}" for name in NOT_PERSONAL for column in TABLES.tables[name].c if column.name in PERSON
    }
    assert named == {"version.by_id"}  # the account of a member of the staff; empty when it is deleted


def test_sentences_have_their_days():
    for entry in STORED:
        assert ("{days}" in entry.kept) == bool(entry.days)
