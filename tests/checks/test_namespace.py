"""``namespace`` and ``figures``: an exercise without functions and without a reference, made of YAML only."""

from __future__ import annotations

import pytest

ASSIGNMENT = """
name: waves
version: 1
title: Two waves
variables:
  NAMES: {type: texts, equals: [sine, [cosine, cos]]}
  x: {type: array, shape: [null], dtype: float, at_least: 50, low: 0, high: 7}
  curves: {type: array, aliases: [waves], shape: [2, null]}
  pictures: {type: array, shape: [null, 2, 3]}
  log: {type: history}
checks:
  - {name: names, title: names, kind: namespace, variables: [NAMES], points: 1}
  - {name: arrays, title: arrays, kind: namespace, variables: [x, curves], points: 2}
  - name: plot
    title: plot
    kind: figures
    panels:
      - {title: loss, lines: [{history: log, entry: loss}], labelled: true}
      - {title: pictures, images: pictures, count: 2, colour_map: gray}
    points: 2
"""

SOLUTION = """
import numpy as np
import matplotlib.pyplot as plt
NAMES = ["sine", "cosine"]
x = np.linspace(0, 6.28, 100)
curves = np.stack([np.sin(x), np.cos(x)])
log = {"loss": [3.0, 2.0, 1.5]}
pictures = np.arange(12).reshape(2, 2, 3) / 12
plt.plot(log["loss"])
plt.xlabel("epoch")
plt.ylabel("loss")
plt.show()
figure, axes = plt.subplots(1, 2)
for ax, picture in zip(axes, pictures):
    ax.imshow(picture, cmap="gray")
"""


def result(report, name):
    return next(check for check in report.checks if check.name == name)


def test_an_exercise_of_variables_and_figures_alone(graded):
    report = graded(ASSIGNMENT, SOLUTION)
    assert (report.score, report.max_score, report.passed) == (5, 5, True), report.checks


@pytest.mark.table
@pytest.mark.parametrize(
    ("old", "new", "check", "share", "message"),
    [
        ('["sine", "cosine"]', '("Sine", "cos")', "names", 1, ""),
        ('["sine", "cosine"]', '{0: "sine", 1: "cosine"}', "names", 1, ""),
        ('["sine", "cosine"]', 'np.array(["sine", "cosine"])', "names", 1, ""),
        ('["sine", "cosine"]', '["cosine", "sine"]', "names", 0, "but not their order"),
        ('["sine", "cosine"]', '["sine"]', "names", 0, "has 1 entries; expected 2"),
        ('["sine", "cosine"]', "[1, 2]", "names", 0, "not all of its entries are strings"),
        ("NAMES =", "NAME =", "names", 0, "The variable `NAMES` is missing"),
        ("curves =", "waves =", "arrays", 1, ""),
        ("curves =", "curve =", "arrays", 0.5, "`curves` is missing"),
        ("x = np.linspace(0, 6.28, 100)", "x = list(np.linspace(0, 6.28, 100))", "arrays", 1, ""),
        ("6.28, 100)", "6.28, 100).reshape(-1, 1)", "arrays", 1, ""),
        ("6.28, 100)", "6.28, 40)", "arrays", 0.5, "has 40 entries; expected at least 50"),
        ("6.28, 100)", "9, 100)", "arrays", 0.5, "values from 0 to 9"),
        ("np.linspace(0, 6.28, 100)", "np.arange(100)", "arrays", 0.5, "has the dtype int64; expected float"),
        ('plt.plot(log["loss"])', "x = np.full(100, np.nan)", "arrays", 0.5, "entries that are NaN"),
        ('plt.plot(log["loss"])', "x = range", "arrays", 0.5, "`x` is missing"),
        ("np.stack([np.sin(x), np.cos(x)])", "np.sin(x)", "arrays", 0.5, "has the shape (100,); expected (2, n)"),
        ('plt.plot(log["loss"])', 'plt.plot(log["loss"], "x")', "plot", 1, ""),
        ('plt.plot(log["loss"])', "plt.plot([1, 2, 3])", "plot", 0.5, "no subplot shows loss of `log`"),
        ('plt.xlabel("epoch")', "", "plot", 0.5, "the axes have no labels"),
        ('{"loss": [3.0, 2.0, 1.5]}', '{"loss": ["a"]}', "plot", 0.5, "`log` has no loss to plot"),
        ('cmap="gray"', 'cmap="Greys_r"', "plot", 1, ""),
        ('cmap="gray"', "", "plot", 0.5, "the colour map is viridis"),
        (
            "imshow(picture,",
            "imshow(1 - picture,",
            "plot",
            0.5,
            "found 2 images in one figure, 0 of them correct",
        ),
        ("imshow(picture,", "imshow((255 * picture).astype(np.uint8),", "plot", 1, ""),
        ("imshow(picture,", "imshow(np.dstack([picture] * 3),", "plot", 1, ""),
        ("figure, axes", "plt.close('all'); figure, axes", "plot", 1, ""),
        ("figure, axes", "plt.clf(); figure, axes", "plot", 1, ""),
        ('plt.plot(log["loss"])', 'plt.plot(log["loss"]); plt.show(); plt.plot(log["loss"])', "plot", 1, ""),
        ('plt.xlabel("epoch")', 'plt.gcf().supxlabel("epoch")', "plot", 1, ""),
        (
            'plt.ylabel("loss")',
            "import datetime; plt.plot([datetime.date.today()], [1]); plt.title('loss')",
            "plot",
            1,
            "",
        ),
        ("ax.imshow", "axes[0].imshow", "plot", 0.5, "each in its own subplot"),
        (
            "pictures = np.arange(12).reshape(2, 2, 3) / 12",
            "pictures = list(np.arange(12).reshape(2, 2, 3) / 12)",
            "plot",
            1,
            "",
        ),
        ("log = {", "log = None or {1: 2, ", "plot", 1, ""),
    ],
)
def test_what_is_accepted_and_what_is_said(graded, old, new, check, share, message):
    assert old in SOLUTION
    found = result(graded(ASSIGNMENT, SOLUTION.replace(old, new)), check)
    assert found.score == share * found.max_score, found.message
    assert message in found.message


def test_no_figure_at_all(graded):
    found = result(graded(ASSIGNMENT, SOLUTION.split("plt.plot")[0]), "plot")
    assert found.status == "failed"
    assert "no subplot shows loss" in found.message


@pytest.mark.parametrize(
    "attack",
    [
        "inspection.describe_figures = lambda: [{'axes': 3}]",
        "inspection.describe_figures = lambda: {'axes': []}",
        "inspection.variables = lambda *a: {}",
        "inspection.variables = lambda *a: {'x': {'type': 7}}",
        "inspection.variables = lambda *a: None",
        "inspection.describe_figures = lambda: [{'axes': [{'titles': [], 'x_label': '', 'y_label': '', 'lines': [], "
        "'images': [{'data': np.zeros(1 << 20), 'colour_map': 'gray'}]}]}]",
    ],
)
def test_a_worker_that_was_tampered_with_is_the_submissions_own_failure(graded, attack):
    report = graded(
        ASSIGNMENT, SOLUTION + f"\nimport sys\ninspection = sys.modules['grader_worker.inspection']\n{attack}\n"
    )
    assert report.ending == "graded"
    assert "protocol" in {check.status for check in report.checks}
    assert report.score < report.max_score


def test_a_mistake_in_the_yaml_has_file_and_line(graded):
    from grader.support.errors import UsageError

    with pytest.raises(UsageError, match=r"assignment\.yaml:\d+: .*'wave' is not a known variable; allowed are NAMES"):
        graded(ASSIGNMENT.replace("variables: [x, curves]", "variables: [x, wave]"), SOLUTION)


@pytest.mark.parametrize("name", ["\\ud800a", "x\\nscore: 100", "\\x1b]0;owned"])
def test_names_that_no_terminal_can_show_are_left_out(graded, name):
    report = graded(ASSIGNMENT, f"globals()['{name}'] = 1\n")
    assert "owned" not in report.to_json()
    assert "score: 100" not in report.to_json()


def test_a_history_of_any_length_is_judged_at_once(graded):
    source = SOLUTION.replace("[3.0, 2.0, 1.5]", "np.zeros(30_000_000, 'i1')").replace(
        'plt.plot(log["loss"])', "plt.plot([1])"
    )
    assert "`log` has no loss to plot" in result(graded(ASSIGNMENT, source), "plot").message
