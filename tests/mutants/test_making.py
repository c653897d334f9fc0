"""A mutant is the source of the solution with one change in a function whose numbers are judged."""

from __future__ import annotations

import pytest

from grader.mutants.making import affects, functions_only, is_called, left_out, mutants, program
from tests.conftest import bundled
from tests.mutants import weak

pytestmark = pytest.mark.quick


def test_mutant_names_function_line_and_change(tmp_path):
    made = mutants(weak.SOLUTION, weak.assignment(tmp_path).content)
    forgotten = [str(mutant) for mutant in made if mutant.bug == "transpose-forgotten"]
    assert "gradient, line 5: dw = 2 * X.T @ error -> dw = 2 * X @ error" in forgotten


def test_mutants_are_different_programs_that_compile(tmp_path):
    made = mutants(weak.SOLUTION, weak.assignment(tmp_path).content)
    programs = {program(mutant.source) for mutant in made}
    assert len(programs) == len(made) > 1
    assert program(weak.SOLUTION) not in programs


def test_functions_of_trained_models_have_no_mutants():
    assignment = bundled("numpy-mnist")
    source = assignment.file("solution.py").read_text()
    assert left_out(source, assignment.content) == ["challenge_train", "challenge_predict"]
    functions = {mutant.function for mutant in mutants(source, assignment.content)}
    assert "back_propagation" in functions
    assert "challenge_train" not in functions


def test_helper_functions_have_mutants():
    assignment = bundled("relu-swap")
    source = assignment.file("solution.py").read_text()
    assert "sigmoid" in {mutant.function for mutant in mutants(source, assignment.content)}


def test_trained_models_depend_only_on_some_functions():
    digits, clothes = bundled("numpy-mnist"), bundled("clothing-mlp")
    [challenge] = [check for check in digits.content.checks if check.name == "challenge"]
    [accuracy] = [check for check in clothes.content.checks if check.name == "accuracy"]
    source = digits.file("solution.py").read_text()
    assert affects("ReLU", challenge, source, digits.content)
    assert not affects("update_params", challenge, source, digits.content)
    assert affects("preprocess", accuracy, clothes.file("solution.py").read_text(), clothes.content)


def test_code_at_the_top_level_that_may_take_long_is_left_out():
    source = 'import numpy as np\nn = 3\ndata = np.load("x")\n\n\ndef f(x):\n    return n * x\n\n\nfor x in data:\n    print(f(x))\n'
    assert functions_only(source) == "import numpy as np\nn = 3\n\ndef f(x):\n    return n * x"


def test_function_that_no_check_calls_is_known():
    assignment = bundled("cifar-grayscale")
    source = assignment.file("solution.py").read_text()
    assert is_called("to_grayscale", source, assignment.content)
    assert not is_called("show", source, assignment.content)


def test_changed_statements_are_shown_in_one_line():
    assignment = bundled("single-neuron")
    made = mutants(assignment.file("solution.py").read_text(), assignment.content)
    assert all("\n" not in str(mutant) for mutant in made)
    assert any("; " in mutant.before for mutant in made)
