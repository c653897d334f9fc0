"""``assignment.yaml``: every mistake is one sentence with file, line and what is allowed."""

from __future__ import annotations

import pytest
import yaml

from grader import assignment
from grader.support.errors import UsageError

pytestmark = pytest.mark.quick

GOOD = """\
name: tiny
version: "1"
title: A tiny assignment
reference: single_neuron
functions:
  sigmoid: {signature: (z), returns: [a]}
probes:
  some: {inputs: {z: {draw: normal, shape: [3]}}}
checks:
  - name: sigmoid
    title: the logistic function
    kind: values
    function: sigmoid
    probes: [some]
    points: 10
"""


def load(folder, text):
    (folder / "assignment.yaml").write_text(text)
    return assignment.load(str(folder))


def test_a_folder_is_an_assignment(tmp_path):
    loaded = load(tmp_path, GOOD)
    assert loaded.name == "tiny"
    assert loaded.content.pass_mark == 60
    assert loaded.content.checks[0].kind == "values"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("kind: values", "kind: value", 12, "unknown kind 'value'; allowed are 'accuracy', 'architecture'"),
        ("    kind: values\n", "", 10, "has no 'kind'; every check needs one."),
        ("points: 10", "points: ten", 15, "points is 'ten'; input should be a valid number"),
        ("points: 10", "points: -1", 15, "points is -1; input should be greater than or equal to 0."),
        ("function: sigmoid", "function: sigmoit", 13, "'sigmoit' is not a known function; allowed are sigmoid."),
        ("probes: [some]", "probes: [other]", 14, "'other' is not a known probe; allowed are some."),
        ("probes: [some]", "probes: []", 14, "should have at least 1 item"),
        (
            "points: 10",
            "points: 10\n    requires: [later]",
            16,
            "'later' is not a known check above this one; there are none.",
        ),
        (
            "points: 10",
            "points: 10\n    poinst: 3",
            16,
            "poinst is not a known key; remove it or correct its spelling.",
        ),
        (
            "points: 10",
            "points: 10\n    visibility: secret",
            16,
            "visibility is 'secret'; allowed are 'open', 'hidden' or 'instructor'.",
        ),
        ("title: A tiny assignment\n", "", 1, "title is missing; add it."),
        ("signature: (z)", "signature: [z", 6, "not valid YAML"),
        ("signature: (z)", "signature: " + "[" * 100_000, 6, "the nesting is more than 100 levels deep"),
        ("signature: (z)", 'signature: "(z="', 6, "'(z=' is not a Python signature like (X, w, b=0.0)."),
        ("name: tiny", "name: Tiny One", 1, "name is 'Tiny One'"),
        ("signature: (z)", 'signature: "(*, z)"', 6, "is not a Python signature"),
        ("returns: [a]", "returns: [a], history: b", 6, "'b' is not a known history; allowed are a."),
        ("{z: {draw", "{q: {draw", 8, "'q' is not a known input; allowed are z, a."),
        ("{z: {draw: normal, shape: [3]}}", "{a: 1.0}", 14, "the probe 'some' has no z, which sigmoid needs; add it."),
        ("{draw: normal, shape: [3]}", "[[1], [2, 3]]", 8, "the rows have different lengths"),
        ("shape: [3]", "shape: [-3]", 8, "should be greater than or equal to 0"),
        ("probes:\n", "names: {q: [r]}\nprobes:\n", 7, "'q' is not a known name; allowed are z, a."),
        ("checks:\n", "known_wrong: [{file: x.py, fails: nothing}]\nchecks:\n", 9, "'nothing' is not a known check"),
        ('version: "1"', 'version: "1"\nversion: "2"', 3, "the key 'version' appears twice; keep one."),
        ("draw: normal", "draw: gauss", 8, "allowed are 'normal', 'uniform', 'choice' or 'labels'"),
    ],
)
def test_a_mistake_is_one_sentence_with_file_and_line(tmp_path, old, new, line, said):
    assert old in GOOD
    with pytest.raises(UsageError) as caught:
        load(tmp_path, GOOD.replace(old, new))
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'assignment.yaml'}:{line}: "), message
    assert said in message
    assert "\n" not in message


NET = """\
name: net
version: "1"
title: A net
reference: numpy_mnist
functions:
  init_NN_parameters: {signature: (), returns: [w1], shapes: {w1: [3, 2]}}
  one_hot: {signature: (labels), returns: [Y]}
  forward: {signature: "(X, w1)", returns: [Z], may_omit: [X]}
  back: {signature: "(X, Y, Z)", returns: [dW], instead: {Y: labels}, handed_over: {Z: forward}}
  step: {signature: "(w1, dW)", returns: [w1]}
layouts: {shown_by: init_NN_parameters, tried_on: forward, transposed: {rows: [X, w1]}}
probes:
  some: {instead: other, inputs: {X: [[1.0]], labels: [1], w1: [[1.0]]}}
  other: {inputs: {X: [[1.0]], labels: [1], w1: [[1.0]]}}
checks:
  - {name: start, title: t, kind: initialisation, function: init_NN_parameters, spread: [w1], points: 1}
  - {name: chain, title: t, kind: chain, functions: [forward, back, step], steps: 2, given: [one_hot], probes: [some], points: 1}
"""


def test_a_net_is_an_assignment(tmp_path):
    content = load(tmp_path, NET).content
    assert content.functions["back"].instead == {"Y": "labels"}
    assert content.probes["some"].instead == "other"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        (
            "instead: other",
            "instead: none",
            13,
            "'none' is not a known probe without its own 'instead'; allowed are other.",
        ),
        ("may_omit: [X]", "may_omit: [Q]", 8, "'Q' is not a known argument; allowed are X, w1."),
        ("instead: {Y: labels}", "instead: {Q: labels}", 9, "'Q' is not a known argument; allowed are X, Y, Z."),
        ("instead: {Y: labels}", "instead: {Y: Q}", 9, "'Q' is not a known input"),
        ("shapes: {w1", "shapes: {w2", 6, "'w2' is not a known result; allowed are w1."),
        ("tried_on: forward", "tried_on: fwd", 11, "'fwd' is not a known function"),
        ("rows: [X, w1]", "rows: [X, w9]", 11, "'w9' is not a known name"),
        ("spread: [w1]", "spread: [w2]", 16, "'w2' is not a known result with a shape; allowed are w1."),
        ("[forward, back, step]", "[forward, back, stop]", 17, "'stop' is not a known function"),
        ("[forward, back, step]", "[back, forward, step]", 17, "the probe 'some' has no Z, which back needs; add it."),
        ("given: [one_hot], ", "", 17, "the probe 'some' has no Y, which back needs; add it."),
        ("steps: 2", "steps: 0", 17, "should be greater than or equal to 1"),
        (
            "  other: {inputs: {X: [[1.0]], ",
            "  other: {inputs: {",
            17,
            "the probe 'other' has no X, which forward needs",
        ),
    ],
)
def test_a_mistake_in_a_net_is_one_sentence_with_file_and_line(tmp_path, old, new, line, said):
    assert old in NET
    with pytest.raises(UsageError) as caught:
        load(tmp_path, NET.replace(old, new))
    assert str(caught.value).startswith(f"{tmp_path / 'assignment.yaml'}:{line}: "), caught.value
    assert said in str(caught.value)


def test_two_checks_of_one_name_are_refused(tmp_path):
    check = GOOD[GOOD.index("  - name") :]
    with pytest.raises(UsageError, match="two checks have the name 'sigmoid'"):
        load(tmp_path, GOOD + check)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b"- 1\n", b"a: [", b"!!python/object:os.system x"])
def test_files_that_are_no_assignment_are_refused(tmp_path, content):
    (tmp_path / "assignment.yaml").write_bytes(content)
    with pytest.raises(UsageError, match=r"assignment\.yaml"):
        assignment.load(str(tmp_path))


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(UsageError, match=r"There is no assignment 'nothing': use one of .*single-neuron"):
        assignment.load("nothing")


def test_bundled_assignments_load_and_their_files_exist():
    assert "single-neuron" in assignment.bundled_names()
    for name in assignment.bundled_names():
        loaded = assignment.load(name)
        content = loaded.content
        assert loaded.name == name
        for file in (content.task, content.solution, *content.starters, *(wrong.file for wrong in content.known_wrong)):
            assert loaded.file(file).is_file()
        assert sum(check.points for check in content.checks if not check.bonus) == 100
        assert yaml.safe_load((loaded.folder / "assignment.yaml").read_text())["name"] == name


TRAINED = """\
name: clothes
version: 1
title: Clothes
datasets: {fashion_mnist: {training: 1000}}
functions:
  preprocess: {signature: (images), returns: [x], aliases: [scale]}
  train: {signature: "(X, labels)", returns: [params]}
  predict: {signature: "(params, X)", returns: [y]}
variables:
  images: {type: array, part_of: fashion_mnist}
  gray: {type: array, result_of: preprocess, arguments: {images: images}}
  names: {type: texts, equals: [a, b]}
  model: {type: model, aliases: [net]}
  history: {type: history}
checks:
  - {name: arch, title: t, kind: architecture, model: model, outputs: 10, points: 1}
  - {name: figures, title: t, kind: figures, panels: [{title: p, images: gray, titles: names}, {title: q, lines: [{history: history, entry: loss}]}], points: 1}
  - {name: acc, title: t, kind: accuracy, dataset: fashion_mnist, train: train, predict: predict, bands: [{share: 1, at_least: 0.9}, {share: 0.5, at_least: 0.8}], points: 1, bonus: true}
  - {name: over, title: t, kind: overfitting, dataset: fashion_mnist, model: model, preprocess: preprocess, bands: [{share: 1, at_least: 0.1}], points: 1}
  - {name: source, title: t, kind: source, rules: [leakage], points: 1}
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        (
            "arguments: {images: images}",
            "arguments: {images: gray}",
            11,
            "'gray' is not a known variable above this one",
        ),
        (
            "arguments: {images: images}",
            "arguments: {image: images}",
            11,
            "'image' is not a known argument of preprocess",
        ),
        (", arguments: {images: images}", "", 11, "result_of and arguments belong together"),
        ("type: texts, equals", "type: array, equals", 12, "equals is only for the type texts"),
        ("type: history", "type: history, low: 1", 14, "are only for arrays"),
        ("part_of: fashion_mnist", "low: 2, high: 1", 10, "low=2 is above high=1"),
        ("aliases: [net]", "aliases: [names]", 13, "'names' is the name or alias of another variable"),
        ("aliases: [scale]", "aliases: [train]", 6, "'train' is the name or alias of another function"),
        ("model: model, outputs", "model: history, outputs", 16, "'history' is not a known variable of the type model"),
        ("titles: names", "titles: images", 17, "'images' is not a known variable of the type texts"),
        ("{type: array, part_of: fashion_mnist}", "{type: array}", 17, "which titles need"),
        ("title: q", "title: p", 17, "two panels have the same title"),
        ("{share: 1, at_least: 0.9}", "{share: 0.9, at_least: 0.9}", 18, "no band has the share 1"),
        ("{share: 0.5, at_least: 0.8}", "{share: 0.5, at_least: 0.95}", 18, "a better value of at_least must give"),
        ('"(X, labels)"', '"(X, y)"', 18, "'labels' is not a known argument of train"),
        ('"(params, X)"', '"(X)"', 18, "'params' is not a known argument of predict"),
        ("signature: (images)", "signature: ()", 11, "'images' is not a known argument of preprocess"),
        ("model: model, preprocess", "reference: [a, b], model: model, preprocess", 19, "as many references as models"),
        ("model: model, preprocess", "reference: [a], model: model, preprocess", 19, "does not name its module"),
        ("rules: [leakage]", "rules: []", 20, "neither rules nor forbidden_calls"),
        ("rules: [leakage]", "requires: [acc]", 20, "'acc' is not a known check without bonus points"),
        ("dataset: fashion_mnist, model", "dataset: mnist, model", 19, "'mnist' is not a known dataset"),
    ],
)
def test_a_mistake_about_trained_models_is_one_sentence_with_file_and_line(tmp_path, old, new, line, said):
    load(tmp_path, TRAINED)
    assert old in TRAINED
    with pytest.raises(UsageError) as caught:
        load(tmp_path, TRAINED.replace(old, new))
    assert str(caught.value).startswith(f"{tmp_path / 'assignment.yaml'}:{line}: "), caught.value
    assert said in str(caught.value)


@pytest.mark.parametrize("draw", ["normal, shape: [2]", "uniform, high: 300", "choice, of: [-1, 3]"])
def test_what_does_not_fit_into_a_byte_is_not_drawn(tmp_path, draw):
    with pytest.raises(UsageError, match="uint8 holds 0 to 255"):
        load(tmp_path, GOOD.replace("draw: normal", f"dtype: uint8, draw: {draw.replace(', shape: [2]', '')}"))
