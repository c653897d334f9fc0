"""Lists of arrays: the file is written out for each number of layers, and mistakes keep their lines."""

from __future__ import annotations

import pytest

from grader.assignment import lists
from grader.assignment.functions import FunctionSpec
from grader.support.errors import UsageError
from tests.assignment.tiny import load
from tests.conftest import ROOT

pytestmark = pytest.mark.quick

NETS = """\
name: nets
version: "1"
title: Nets of any depth
reference: reference.py
lists: {weights: W, outs: A}
functions:
  forward: {signature: "(X, weights)", returns: [outs]}
  square: {signature: (x), returns: [y]}
aliases: {weights: [ws]}
probes:
  nets:
    each: {layers: [[3, 4], [3, 5, 2]]}
    inputs: {X: {random: normal, shape: [6, <0>]}, weights: {random: normal, shape: [<k-1>, <k>]}, x: 3.0}
checks:
  - {name: square, title: It is the square, kind: values, function: square, probes: [nets], points: 2}
  - {name: forward, title: "All outputs (layers: <L>)", kind: values, function: forward, probes: [nets], points: 8, requires: [square]}
steps:
  forward: {A0: X, "A<k>": "A<k-1> @ W<k>"}
bugs:
  - {name: another-layer, function: forward, replace: {"A<k>": "2 * A<k>"}}
  - {name: stray-factor-two, function: forward, for_each: {k: hidden}, replace: {"A<k>": "2 * A<k>"}}
"""


@pytest.fixture
def content(tmp_path):
    return load(tmp_path, NETS).content


def test_there_is_one_function_for_each_number_of_layers(content):
    assert content.functions["forward_2"].argument_names() == ["X", "W1", "W2"]
    assert content.functions["forward_2"].returns == ["A1", "A2"]
    assert content.functions["forward_1"].returns == ["A1"]
    assert content.written_name("forward_2") == "forward"
    assert "forward" not in content.functions


def test_shapes_have_the_widths_of_the_net(content):
    inputs = content.probes["nets 3-5-2"].inputs
    assert (inputs["X"].shape, inputs["W1"].shape, inputs["W2"].shape) == ([6, 3], [3, 5], [5, 2])


def test_checks_are_divided(content):
    by_name = {check.name: check for check in content.checks}
    assert [*by_name] == ["square-1", "square-2", "forward-1", "forward-2"]
    assert by_name["forward-2"].points == 4
    assert by_name["forward-2"].requires == ["square-2"]
    assert by_name["forward-2"].title == "All outputs (layers: 2)"
    assert by_name["forward-2"].probes == ["nets 3-5-2"]


def test_steps_and_bugs_are_repeated_for_each_layer(content):
    assert content.steps["forward_2"] == {"A0": "X", "A1": "A0 @ W1", "A2": "A1 @ W2"}
    everywhere, hidden = [bug for bug in content.bugs if bug.function == "forward_2"]
    assert [*everywhere.variants()[-1]] == ["A2", "A1"]
    assert hidden.variants() == [{"A1": "2 * A1"}]
    assert len([bug for bug in content.bugs if bug.function == "forward_1"]) == 1  # it has no hidden layer


def test_steps_that_need_the_next_layer_come_in_that_order():
    data = {
        "lists": {"weights": "W"},
        "probes": {"nets": {"each": {"layers": [[2, 3, 4]]}, "inputs": {}}},
        "functions": {"back": {"signature": "(weights)", "returns": ["weights"]}},
        "steps": {"back": {"Z<k>": "W<k>", "d<L>": "Z<L>", "d<k>": "d<k+1> @ W<k>", "g<k>": "d<k> + 1"}},
    }
    steps = lists.written_out(data)[0]["steps"]["back_2"]
    assert [*steps] == ["Z1", "Z2", "d2", "d1", "g2", "g1"]


def test_a_function_keeps_the_name_that_it_is_called_by_and_has_the_depths_of_its_checks(tmp_path):
    other = '  forward_of_tanh: {called: forward, signature: "(X, weights)", returns: [outs]}\naliases'
    check = (
        "  - {name: tanh, title: t, kind: values, function: forward_of_tanh, probes: [nets 3-5-2], points: 1}\nsteps"
    )
    content = load(tmp_path, NETS.replace("aliases", other).replace("steps:", check + ":")).content
    assert [name for name in content.functions if "tanh" in name] == ["forward_of_tanh_2"]
    assert content.written_name("forward_of_tanh_2") == "forward"


def test_entries_of_a_list_have_its_aliases(content):
    assert content.aliases["W2"] == ["weights2", "ws2"]


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        ("function: forward, probes", "function: foward, probes", 16),
        ("kind: values, function: forward", "kind: valus, function: forward", 16),
        ('"A<k-1> @ W<k>"', '"A<k-1> @ os.W<k>"', 18),
        ('"(X, weights)"', '"(X, weights"', 7),
        ("shape: [<k-1>, <k>]", "shaep: [<k-1>, <k>]", 13),
        ("each: {layers: [[3, 4], [3, 5, 2]]}", "each: {layers: 5}", 12),
        ('replace: {"A<k>": "2 * A<k>"}}\n  - {name: stray', 'replace: {"B<k>": "2"}}\n  - {name: stray', 20),
    ],
)
def test_a_mistake_is_reported_with_its_line(tmp_path, right, wrong, line):
    with pytest.raises(UsageError) as raised:
        load(tmp_path, NETS.replace(right, wrong))
    assert f"assignment.yaml:{line}:" in str(raised.value)


def test_nets_without_lists_are_the_only_mistake(tmp_path):
    with pytest.raises(UsageError) as raised:
        load(tmp_path, NETS.replace("lists: {weights: W, outs: A}\n", ""))
    assert str(raised.value).endswith(
        "assignment.yaml:10: 'each' needs lists of arrays; add 'lists: {weights: W}' with their names at the top."
    )


def test_arrays_are_packed_into_lists():
    values = {"X": 0, "W1": 1, "W2": 2, "b1": 3}
    assert lists.packed({"weights": "W", "biases": "b", "zs": "Z"}, values) == {"weights": [1, 2], "biases": [3]}


def test_only_lists_of_arrays_are_taken_apart():
    function = FunctionSpec(signature="(X)", returns=["zs", "costs"], entries={"zs": ["Z1", "Z2"]})
    assert function.result_names() == ["zs", "costs"]
    assert function.with_entries([[1, 2], [3, 4, 5]]) == [1, 2, [3, 4, 5]]
    assert FunctionSpec(signature="(x)", returns=["x", "costs"]).with_entries([1, [2, 3]]) == [1, [2, 3]]


def test_a_function_that_returns_a_function_may_be_next_to_lists(tmp_path):
    text = NETS.replace(
        "functions:\n", "functions:\n  cost: {signature: (y), returns_function: {signature: (p), returns: [cost]}}\n", 1
    )
    assert "forward_2" in load(tmp_path, text).content.functions


def test_functions_with_lists_stand_next_to_included_ones(tmp_path):
    (tmp_path / "ours.yaml").write_text("functions: {square: {signature: (x), returns: [y]}}\n")
    own = NETS.replace("square: {signature: (x), returns: [y]}", "square: {}")
    content = load(tmp_path, f"{own}include: [ours.yaml]\n").content
    assert [*content.functions] == ["forward_1", "forward_2", "square"]


def test_included_functions_may_have_lists(tmp_path):
    (tmp_path / "ours.yaml").write_text('functions: {forward: {signature: "(X, weights)", returns: [outs]}}\n')
    own = NETS.replace('forward: {signature: "(X, weights)", returns: [outs]}', "forward: {}")
    content = load(tmp_path, f"{own}include: [ours.yaml]\n").content
    assert content.functions["forward_2"].entries["weights"] == ["W1", "W2"]


def test_probe_like_one_with_nets_has_the_same_nets(tmp_path):
    own = NETS.replace("checks:\n", "  large nets: {like: nets, inputs: {x: 100.0}}\nchecks:\n", 1)
    content = load(
        tmp_path, own.replace("function: square, probes: [nets]", "function: square, probes: [large nets]")
    ).content
    assert content.probes["large nets 3-5-2"].inputs.keys() == {"X", "W1", "W2", "x"}


def test_missing_signature_is_the_only_mistake(tmp_path):
    with pytest.raises(UsageError) as raised:
        load(tmp_path, NETS.replace("square: {signature: (x), returns: [y]}", "square: {returns: [y]}"))
    assert str(raised.value).count("assignment.yaml:") == 1
    assert "signature" in str(raised.value)


def test_example_of_the_guide_is_valid(tmp_path):
    guide = (ROOT / "docs" / "authoring.md").read_text()
    example = guide.partition("### Lists of arrays")[2].partition("```yaml\n")[2].partition("```")[0]
    content = load(tmp_path, f"name: nets\nversion: 1\ntitle: Nets\nreference: reference.py\n{example}").content
    assert [check.name for check in content.checks] == ["forward-2", "forward-3"]
    assert content.steps["forward_2"] == {"A0": "X", "A1": "np.tanh(A0 @ W1)", "A2": "np.tanh(A1 @ W2)"}
