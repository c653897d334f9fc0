"""The names that a submission defines, read from the report of a worker."""

from __future__ import annotations

import pytest

from grader.sandbox.definitions import MOST_NAMES, definitions_of

pytestmark = pytest.mark.quick

FUNCTION = {"parameters": [], "returns": [], "reads": [], "stores": []}
HEADER = {
    "names": {"f": FUNCTION, "\x1b[31mred": FUNCTION},
    "classes": {"Neuron": {"fit": FUNCTION | {"parameters": [["x", "POSITIONAL_OR_KEYWORD", False]]}}},
    "others": {"x": "int"},
    "modules": ["numpy"],
    "unbound": ["m", "unknown"],
    "read": [],
}


def test_report_is_read():
    definitions = definitions_of(HEADER, ["m"])
    assert [*definitions.functions] == ["f"]  # no name with control characters
    assert definitions.classes["Neuron"]["fit"].owner == "Neuron"
    assert (definitions.others, definitions.modules, definitions.unbound) == ({"x": "int"}, ["numpy"], ["m"])


def test_number_of_names_is_limited():
    others = {f"x{number}": "int" for number in range(MOST_NAMES + 5)}
    assert len(definitions_of(HEADER | {"others": others}, []).others) == MOST_NAMES


@pytest.mark.parametrize("change", [{"names": []}, {"classes": {"A": 5}}, {"read": "x"}, {"names": {"f": {}}}])
def test_invalid_report_is_refused(change):
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        definitions_of(HEADER | change, [])
