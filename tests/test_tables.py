"""The tables of the documentation that are made from the code are up to date."""

from __future__ import annotations

import pytest

from tools import tables

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("name", tables.TABLES)
def test_table_is_up_to_date(name):
    page, table = tables.TABLES[name]
    text = page.read_text()
    assert tables.with_table(text, name, table()) == text, "run 'make docs'"


def test_every_kind_and_format_is_documented():
    names = {"kinds": tables.kinds.bundled_names(), "formats": tables.formats.bundled_names()}
    for name, expected in names.items():
        listed = [line.split("`")[1] for line in tables.TABLES[name][1]().splitlines()[2:]]
        assert listed == [*expected]
