"""Keys of tables of results: their parts, in any order, and hostile ones."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks.tools import result_tables

pytestmark = pytest.mark.quick
KEYS = result_tables.grid({"method": ["sgd", "adam"], "rate": [0.1, 10.0]})


def test_all_combinations_are_keys():
    assert KEYS == [("sgd", 0.1), ("sgd", 10.0), ("adam", 0.1), ("adam", 10.0)]


@pytest.mark.parametrize("text", ["('sgd', 0.1)", "(0.1, 'SGD')", "('sgd', 0.10000000149)", "('s_gd', 0.1)"])
def test_a_key_is_found_by_its_parts(text):
    assert result_tables.entries({text: 1.0}, KEYS) == {("sgd", 0.1): 1.0}


@pytest.mark.parametrize(
    "text", ["('sgd', 0.2)", "('sgd',)", "sgd", "(" * 5000, "9" * 5000, "('sgd', nan)", "", "{'a': 1}"]
)
def test_another_key_stays_another_entry(text):
    assert KEYS[0] not in result_tables.entries({text: 1.0}, KEYS)


def test_a_dict_of_dicts_is_the_same_table():
    assert result_tables.entries({"sgd": {"0.1": 1.0, "10": 2.0}}, KEYS) == {KEYS[0]: 1.0, KEYS[1]: 2.0}


def test_finite_entries_are_in_order():
    table = {("a",): float("nan"), ("b",): 2.0, ("c",): "text", ("d",): np.float32(1), ("e",): float("inf")}
    assert result_tables.finite(table) == [("d",), ("b",)]


@pytest.mark.parametrize("value", [("sgd", 0.1), [0.1, "sgd"], "('sgd', 0.1)", (np.str_("sgd"), np.float32(0.1))])
def test_the_key_of_a_table_is_recognised(value):
    assert result_tables.key_in(value, dict.fromkeys(KEYS, 1.0)) == ("sgd", 0.1)


@pytest.mark.parametrize("value", [None, 0.1, {"sgd": 0.1}, np.zeros((200, 200)), "sgd", ("sgd", None)])
def test_anything_else_is_not_a_key(value):
    assert result_tables.key_in(value, dict.fromkeys(KEYS, 1.0)) is None
