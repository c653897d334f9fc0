"""Every mistake in an ``assignment.yaml`` is one sentence with file, line and the allowed values."""

from __future__ import annotations

import pytest

from grader.support.errors import UsageError
from tests.assignment.tiny import GOOD, load

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("kind: values", "kind: value", 12, "unknown kind 'value'; allowed are 'accuracy', 'answer', 'architecture'"),
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
        ("signature: (z)", 'signature: "(z"', 6, "Put it in quotes: inside { } a comma ends a value."),
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
def test_mistake_is_one_sentence_with_file_and_line(tmp_path, old, new, line, message):
    assert old in GOOD
    with pytest.raises(UsageError) as caught:
        load(tmp_path, GOOD.replace(old, new))
    sentence = str(caught.value)
    assert sentence.startswith(f"{tmp_path / 'assignment.yaml'}:{line}: "), sentence
    assert message in sentence
    assert "\n" not in sentence


def test_two_checks_with_one_name_are_refused(tmp_path):
    check = GOOD[GOOD.index("  - name") :]
    with pytest.raises(UsageError, match="two checks have the name 'sigmoid'"):
        load(tmp_path, GOOD + check)


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
    ("old", "new", "line", "message"),
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
        ("type: texts, equals", "type: array, equals", 12, "equals is only for the type strings"),
        ("type: history", "type: history, low: 1", 14, "are only for arrays"),
        ("part_of: fashion_mnist", "low: 2, high: 1", 10, "low=2 is above high=1"),
        ("aliases: [net]", "aliases: [names]", 13, "'names' is the name or alias of another variable"),
        ("aliases: [scale]", "aliases: [train]", 6, "'train' is the name or alias of another function"),
        ("model: model, outputs", "model: history, outputs", 16, "'history' is not a known variable of the type model"),
        ("titles: names", "titles: images", 17, "'images' is not a known variable of the type strings"),
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
        ("rules: [leakage]", "rules: [leakage], required: true, bonus: true", 20, "'source' cannot be required"),
        ("dataset: fashion_mnist, model", "dataset: mnist, model", 19, "'mnist' is not a known dataset"),
    ],
)
def test_mistake_in_checks_of_models_is_one_sentence_with_file_and_line(tmp_path, old, new, line, message):
    load(tmp_path, TRAINED)
    assert old in TRAINED
    with pytest.raises(UsageError) as caught:
        load(tmp_path, TRAINED.replace(old, new))
    assert str(caught.value).startswith(f"{tmp_path / 'assignment.yaml'}:{line}: "), caught.value
    assert message in str(caught.value)
