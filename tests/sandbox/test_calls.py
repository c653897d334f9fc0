"""The functions of a submission, as a worker describes them."""

from __future__ import annotations

import pytest

from grader.sandbox.calls import MAX_PARTS, SubmittedFunction, function_of

pytestmark = pytest.mark.quick

DESCRIPTION = {"parameters": [["x", "POSITIONAL_OR_KEYWORD", False]], "returns": ["y"], "reads": [], "stores": []}


def test_function_is_read_from_its_description():
    function = function_of("f", DESCRIPTION | {"reads": ["rate", "not a name"]})
    assert function == SubmittedFunction("f", [("x", "POSITIONAL_OR_KEYWORD", False)], ["y"], "", ["rate"], [])
    assert function.label == "f"


def test_method_has_its_class_in_the_label():
    assert SubmittedFunction("fit", [], [], "Neuron").label == "Neuron.fit"


@pytest.mark.parametrize("change", [{"returns": ["y"] * (MAX_PARTS + 1)}, {"parameters": [["x"]]}])
def test_invalid_description_is_refused(change):
    with pytest.raises(ValueError, match=r"more parts|unpack"):
        function_of("f", DESCRIPTION | change)
