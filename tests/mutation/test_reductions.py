"""Changes of sums, means and maxima, in all forms of the call."""

from __future__ import annotations

import ast

import pytest

from grader.mutation import reductions, rewriting

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("text", ["np.sum(dZ, axis=1)", "dZ.sum(axis=1)", "np.sum(dZ, 1)", "dZ.sum(1)"])
def test_axis_of_a_bias_gradient_is_wrong(made, text):
    wrong = made(reductions.axis, text, "dZ", result="db")
    assert wrong == {"np.sum(dZ)": "bias-gradient-scalar", "np.sum(dZ, axis=0)": "bias-gradient-over-units"}


def test_axis_is_wrong_with_and_without_the_dimension(made):
    wrong = made(reductions.axis, "x.mean(axis=0, keepdims=True)", "x", result="mu")
    assert wrong == {
        "np.mean(x)": "axis-missing",
        "np.mean(x, keepdims=True)": "axis-missing",
        "np.mean(x, axis=1, keepdims=True)": "wrong-axis",
        "np.mean(x, axis=1)": "wrong-axis",
    }


def test_mean_that_is_divided_again_is_averaged_twice(made):
    wrong = made(reductions.another_reduction, "dZ.sum(axis=1) / m", "dZ", "m")
    assert wrong["np.mean(dZ, axis=1) / m"] == "averaged-twice"


def test_mean_over_all_entries_is_taken(made):
    assert made(reductions.axis_of_mean, "-np.sum(x) / len(y)", "x", "y") == {"-np.mean(x)": "divides-by-classes"}


def test_axis_is_added(made):
    assert made(reductions.axis, "np.sum(e ** 2)", "e") == {
        "np.sum(e ** 2, axis=0)": "wrong-axis",
        "np.sum(e ** 2, axis=1)": "wrong-axis",
    }


def test_vector_has_no_other_axis(made):
    assert made(reductions.axis, "np.sum(e)", {"e": (4,)}) == {}


def test_sum_divided_by_the_samples_is_a_mean(made):
    wrong = made(reductions.axis_of_mean, "dZ.sum(axis=1, keepdims=True) / m", "dZ", "m", result="db")
    assert wrong["np.mean(dZ)"] == "bias-gradient-scalar"
    assert wrong["np.mean(dZ, axis=0)"] == "bias-gradient-over-units"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("np.sum(e)", {"np.mean(e)": "mean-instead-of-sum", "e": "sum-missing"}),
        ("np.mean(e, axis=0)", {"np.sum(e, axis=0)": "not-averaged"}),
        (
            "np.argmax(a, axis=0)",
            {"np.max(a, axis=0)": "maximum-instead-of-class", "np.argmin(a, axis=0)": "sign-flipped"},
        ),
        ("a.argmax(1)", {"np.max(a, axis=0)": "maximum-instead-of-class"}),
        ("x.std(axis=0)", {"np.var(x, axis=0)": "root-missing"}),
        ("np.amax(x)", {"np.mean(x)": "another-reduction"}),
    ],
)
def test_another_reduction_is_taken(made, text, wrong):
    assert made(reductions.another_reduction, text).items() >= wrong.items()


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("np.max(z, axis=1, keepdims=True)", {"np.max(z, axis=1)": "dimension-lost"}),
        ("x.sum(axis=0)", {"np.sum(x, axis=0, keepdims=True)": "dimension-kept"}),
        ("np.argmax(z, axis=1)", {}),
        ("np.sum(x)", {}),
    ],
)
def test_dimension_is_lost_or_kept(made, text, wrong):
    assert made(reductions.kept_dimension, text) == wrong


@pytest.mark.parametrize(
    ("text", "result", "wrong"),
    [
        ("np.sum(delta)", "db", "delta[-1]"),
        ("dZ.sum(axis=1, keepdims=True)", "db", "dZ[:, -1:]"),
        ("X.T @ delta", "dw", "X[-1:].T @ delta[-1:]"),
        ("dZ @ A.T", "dW", "dZ[:, -1:] @ A[:, -1:].T"),
    ],
)
def test_only_the_last_sample_counts(made, text, result, wrong):
    assert made(reductions.last_sample, text, result=result) == {wrong: "only-the-last-sample"}


def test_bias_gradient_comes_from_the_weight_gradient_of_its_layer(made):
    names = ("m", "dZ2", "dW2", "dZ1", "dW1")
    wrong = made(reductions.from_weight_gradient, "dZ1.sum(axis=0) / m", *names, result="db1")
    assert set(wrong) == {
        "np.sum(dW1, axis=0)", "np.sum(dW1, axis=0) / m", "np.sum(dW1)", "np.mean(dW1, axis=0)", "np.mean(dW1)",
    }  # fmt: skip


def test_module_is_not_an_array():
    assert reductions.reduction_in(rewriting.parsed("np.sum()")) is None
    assert reductions.reduction_in(rewriting.parsed("np.dot(a, b)")) is None


@pytest.mark.parametrize(
    ("text", "axis", "wrong", "count"),
    [
        ("np.mean(X, axis=0)", 1, "np.mean(X, axis=1, keepdims=True)", 1),
        ("np.mean(X, axis=0)", None, "np.mean(X)", 1),
        ("np.mean(X, axis=0)", 0, "np.mean(X, axis=0)", 0),
        ("np.sum(X)", 1, "np.sum(X)", 0),
        ("E / np.sum(E, axis=1, keepdims=True) - E.max(1)", None, "E / np.sum(E, keepdims=True) - np.max(E)", 2),
    ],
)
def test_all_reductions_run_along_another_axis(text, axis, wrong, count):
    changed, found_count = reductions.along(rewriting.parsed(text), axis)
    assert (ast.unparse(changed), found_count) == (wrong, count)


def test_sums_are_multiplied_instead_of_products_added(made):
    wrong = {"np.mean(e) * np.mean(x)": "product-of-means"}
    assert made(reductions.product_apart, "np.mean(e * x)") == wrong
    assert made(reductions.product_apart, "np.sum(2 * x)") == made(reductions.product_apart, "np.max(e * x)") == {}


def test_numbers_are_divided_by_another_norm_than_their_sum(made):
    wrong = made(reductions.another_norm, "e / np.sum(e, axis=1)", "e")
    assert set(wrong) == {"e / np.max(e, axis=1)", "e / np.sqrt(np.sum(e ** 2, axis=1))"}
    assert made(reductions.another_norm, "e / np.sum(x)", "e", "x") == {}


def test_only_the_first_or_the_last_sample_counts(made):
    wrong = made(reductions.one_sample, "-np.sum(e) / len(y)", "e", "y")
    assert wrong["-np.sum(e[0])"] == "only-one-sample" and wrong["-np.sum(e[-1])"] == "only-the-last-sample"
    assert made(reductions.one_sample, "np.sum(e, axis=0)", "e") == {}
