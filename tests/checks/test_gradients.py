"""``gradients``: the demands of the kind on an assignment."""

from __future__ import annotations

import pytest

from grader.support.errors import UsageError
from tests.assignment.tiny import GOOD, load

GRADIENTS = GOOD.replace("kind: values", "kind: gradients\n    objective: cost\n    parameters: {a: z}")


def test_derivatives_name_the_objective_the_input_and_the_result(tmp_path):
    (check,) = load(tmp_path, GRADIENTS).content.checks
    assert list(check.derivatives()) == [("cost", "z", "a")]


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ("{b: z}", "'b' is not a known result; allowed are a."),
        ("{a: q}", "'q' is not a known input; allowed are z, z."),
    ],
)
def test_parameters_are_results_and_inputs(tmp_path, parameters, sentence):
    with pytest.raises(UsageError) as caught:
        load(tmp_path, GRADIENTS.replace("{a: z}", parameters))
    assert sentence in str(caught.value)
