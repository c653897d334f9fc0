"""Changes of matrices, indices, sizes, limits, scales and costs."""

from __future__ import annotations

import pytest

from grader.mutation import choices, constants, copies, costs, indices, matrices, scaling, stability

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("operator", "text", "wrong", "bug"),
    [
        (matrices.transpose, "w2 @ A1", "w2.T @ A1", "stray-transpose"),
        (matrices.product, "X @ w", "w @ X", "operands-exchanged"),
        (matrices.product, "np.dot(X, w)", "X * w", "elementwise-product"),
        (matrices.product, "x.dot(y)", "y @ x", "operands-exchanged"),
        (matrices.product, "d * s", "d @ s", "matrix-product"),
        (matrices.product, "np.outer(d, x)", "np.outer(x, d)", "operands-exchanged"),
        (matrices.column, "a - y", "a - y[:, None]", "broadcast-to-matrix"),
        (matrices.column, "error * slope", "error[:, None] * slope", "broadcast-to-matrix"),
        (scaling.one_less, "np.mean(x)", "np.mean(x) * len(x) / (len(x) - 1)", "wrong-divisor"),
        (scaling.one_less, "total / n", "total / (n - 1)", "wrong-divisor"),
        (indices.shifted_index, "x[i]", "x[i + 1]", "index-shifted"),
        (indices.shifted_index, "x[:, 1]", "x[:, 2]", "index-shifted"),
        (indices.shifted_index, "x[1:n]", "x[1:n - 1]", "index-shifted"),
        (indices.shifted_range, "range(epochs)", "range(epochs - 1)", "one-epoch-too-few"),
        (indices.shifted_range, "range(n)", "range(n + 1)", "one-round-too-many"),
        (indices.shifted_range, "range(1, n)", "range(2, n)", "index-shifted"),
        (indices.shifted_labels, "np.argmax(A, axis=0)", "np.argmax(A, axis=0) + 1", "labels-shifted"),
        (stability.overflow, "np.exp(z - np.max(z))", "np.exp(z)", "overflow"),
        (stability.overflow, "np.exp(-np.abs(z))", "np.exp(-z)", "overflow"),
        (stability.zero, "np.log(p + 1e-12)", "np.log(p)", "small-number-missing"),
        (stability.zero, "np.sqrt(v) + eps", "np.sqrt(v)", "small-number-missing"),
        (stability.zero, "x / np.sqrt(v + eps)", "x / (np.sqrt(v) + eps)", "small-number-elsewhere"),
        (indices.direction, "reversed(range(n))", "range(n)", "wrong-direction"),
        (stability.zero, "np.clip(p, 1e-9, 1 - 1e-9)", "p", "small-number-missing"),
        (choices.comparison, "x > 0.5", "x < 0.5", "comparison-inverted"),
        (choices.comparison, "x > 0.5", "x >= 0.5", "equal-numbers"),
        (choices.branch, "np.where(y == 1, p, 1 - p)", "np.where(y == 1, 1 - p, p)", "branches-exchanged"),
        (choices.branch, "a if c else b", "b", "branch-missing"),
        (
            choices.branch,
            "np.where(c, 1.0, np.exp(np.minimum(x, 0)))",
            "np.where(c, np.exp(x), 1.0)",
            "branches-exchanged",
        ),
        (choices.of_the_whole_array, "np.maximum(0, x)", "np.max(x, axis=0)", "maximum-of-all"),
        (choices.of_the_whole_array, "np.maximum(u, v)", "np.max([u, v])", "maximum-of-all"),
        (choices.sign_of, "(x >= 0) * 1.0", "np.sign(x)", "another-function"),
        (stability.too_large, "np.clip(p, 1e-9, 1)", "p + 0.1", "small-number-too-large"),
        (choices.limit, "np.minimum(g, 5)", "np.maximum(g, 5)", "limit-on-the-wrong-side"),
        (choices.limit, "np.clip(g, -5, 5)", "g", "limit-missing"),
        (choices.complement, "mask / (1 - p)", "mask / p", "share-of-the-rest"),
        (choices.complement, "beta1 * v", "(1 - beta1) * v", "share-of-the-rest"),
        (scaling.pixels, "x / 255", "x / 127.5 - 1", "wrong-range"),
        (scaling.pixels, "x / 255.0", "(x - x.mean()) / x.std()", "scaled-by-own-statistics"),
        (scaling.deviation, "x.std(axis=0)", "x.std(axis=0, ddof=1)", "other-degrees-of-freedom"),
        (scaling.deviation, "np.var(x, ddof=1)", "np.var(x)", "other-degrees-of-freedom"),
        (copies.copy, "w.copy()", "w", "argument-changed-in-place"),
        (copies.copy, "np.array(w, dtype=float)", "w", "argument-changed-in-place"),
    ],
)
def test_operator_makes_the_wrong_formula(made, operator, text, wrong, bug):
    assert made(operator, text)[wrong] == bug


@pytest.mark.parametrize(
    ("operator", "text"),
    [
        (matrices.product, "2 * d"),
        (matrices.product, "lr * dw"),
        (indices.shifted_index, "x.shape[0]"),
        (stability.zero, "x + 1"),
        (choices.limit, "np.maximum(0, z)"),
        (choices.branch, "np.where(z > 0, z, 0)"),
        (scaling.pixels, "x / 2"),
        (copies.copy, "np.array([1, 2])"),
    ],
)
def test_operator_leaves_other_formulas_alone(made, operator, text):
    assert made(operator, text) == {}


@pytest.mark.parametrize(
    ("wrong", "bug"),
    [
        ("X.shape[0]", "divides-by-features"),
        ("X.size", "divides-by-classes"),
        ("Y.shape[0]", "divides-by-classes"),
        ("1.0", "not-averaged"),
    ],
)
def test_another_size_is_counted(made, wrong, bug):
    assert made(constants.another_size, "X.shape[1]", "X", "Y", result="m")[wrong] == bug


def test_divisor_is_another_size(made):
    assert (
        made(constants.another_size, "X.T @ d / len(X)", "X", "y", result="dw")["X.T @ d / X.shape[1]"]
        == "divides-by-features"
    )
    assert set(made(constants.another_size, "X.T @ d / m", "X", "m", result="dw")) == {
        "X.T @ d / X.shape[0]",
        "X.T @ d / X.shape[1]",
    }
    assert made(constants.another_size, "range(len(X))", "X", "y") == {}


@pytest.mark.parametrize("text", ["0.5 * np.sum((y - y_hat) ** 2)", "np.mean(np.square(y_hat - y))", "loss(y, y_hat)"])
def test_another_cost_is_computed(made, text):
    wrong = made(costs.another_cost, text, "y", "y_hat", result="losses")
    assert wrong["-np.sum(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))"] == "another-cost"
    assert wrong["np.mean(np.abs(y - y_hat))"] == "absolute-error"


def test_cross_entropy_becomes_a_squared_error(made):
    text = "-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))"
    assert made(costs.another_cost, text, "y", "p", result="loss")["np.mean((y - p) ** 2)"] == "another-cost"


def test_error_belongs_to_another_cost(made):
    wrong = made(costs.error_of_another_cost, "2 * (A3 - Y)", "A3", "Y", result="error")
    assert wrong["np.sign(A3 - Y)"] == "absolute-error"
    assert wrong["A3 - Y"] == "cross-entropy-delta"
    assert wrong["np.ones_like(A3)"] == "gradient-of-the-output"


def test_difference_is_the_delta(made):
    names = ("X", "Y", "Z1", "A1", "Z2", "A2", "error", "slope2")
    assert made(costs.error_as_delta, "error * slope2", *names, result="dZ2")["A2 - Y"] == "cross-entropy-delta"
    assert made(costs.chain_cut, "w2.T @ dZ2", *names, "dZ2", result="dA1") == {"w2.T @ (A2 - Y)": "chain-cut"}


def test_weights_are_updated_too_early(made):
    wrong = made(constants.updated_weights, "w2.T @ d", "w2", "dW2", "w1", "dW1", result="dA1")
    assert wrong == {"(w2 - number * dW2).T @ d": "updated-weights"}


def test_weights_decay(made):
    wrong = made(constants.weight_decay, "d @ X.T", "w1", "w2", "X", result="dW1")
    assert wrong == {"d @ X.T + number * w1": "weight-decay"}
    wrong = made(constants.weight_decay, "w1 - lr * dW1", "w1", "dW1", "lr", result="w1")
    assert wrong == {"w1 - lr * dW1 - number * w1": "weight-decay"}
    assert made(constants.weight_decay, "np.mean(e)", "w", "b", "e", result="db") == {
        "np.mean(e) + number * b": "weight-decay"
    }


def test_penalty_of_the_task_is_no_further_decay(made):
    assert made(constants.weight_decay, "X.T @ e / n + penalty * w", "w", "X", "e", "n", "penalty", result="dw") == {}


def test_divisor_is_fixed(made):
    assert set(made(constants.fixed_divisor, "X.shape[1]", "X", result="m")) == {"1 / number"}
    assert set(made(constants.fixed_divisor, "X.T @ d / len(X)", "X", result="dw")) == {
        "X.T @ d / 2",
        "X.T @ d * number",
    }
    assert made(constants.fixed_divisor, "X.shape[1]", "X", result="width") == {}


def test_learning_rate_is_fixed(made):
    wrong = made(constants.fixed_argument, "w - lr * dw", "w", "dw", "lr", result="w")
    assert wrong == {"w - number * dw": "argument-ignored"}


def test_number_is_mistyped(made):
    assert made(constants.another_constant, "0.2989 * red") == {"number * red": "another-constant"}
    assert made(constants.another_constant, "-0.25 * x") == {"number * x": "another-constant"}
    assert made(constants.another_constant, "0.5 * 2 * x ** -1.5") == {}


def test_statistics_of_the_array_itself_are_used(made):
    wrong = made(
        scaling.own_statistics, "(X - running_mean) / np.sqrt(running_var)", "X", "running_mean", "running_var"
    )
    assert set(wrong) == {
        "(X - np.mean(X, axis=0)) / np.sqrt(running_var)",
        "(X - running_mean) / np.sqrt(np.var(X, axis=0))",
        "(X - np.mean(X, axis=0)) / np.sqrt(np.var(X, axis=0))",
    }


def test_numbers_lose_their_fraction(made):
    assert made(constants.truncated, "x + y", result="Z1") == {"np.trunc(x + y)": "truncated-to-integers"}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [("np.tril(M)", "np.tril(M, 1)"), ("np.triu(M, 1)", "np.triu(M, 0)"), ("np.tril(M, k=-1)", "np.tril(M, -2)")],
)
def test_mask_is_shifted(made, text, wrong):
    assert made(indices.shifted_mask, text, "M")[wrong] == "mask-shifted"


def test_mask_covers_the_other_side(made):
    assert made(indices.shifted_mask, "np.tril(M)", "M")["np.triu(M, 0)"] == "mask-inverted"
    assert made(indices.shifted_mask, "np.triu(M, k=1)", "M")["np.tril(M, 1)"] == "mask-inverted"


def test_window_is_shifted_as_a_whole(made):
    wrong = made(indices.shifted_index, "x[i:i + 3]", "x", "i")
    assert wrong["x[i + 1:i + 3 + 1]"] == wrong["x[i - 1:i + 3 - 1]"] == "index-shifted"


@pytest.mark.parametrize("text", ["K[::-1, ::-1]", "np.flip(K, axis=0)", "np.rot90(K, 2)"])
def test_kernel_is_not_flipped(made, text):
    assert made(indices.flipped, text, "K")["K"] == "kernel-flip"


def test_kernel_is_flipped(made):
    assert made(indices.flipped, "np.sum(window * kernel)", "window", "kernel") == {
        "np.sum(window * np.flip(kernel))": "kernel-flip"
    }


def test_cost_gets_an_additional_logarithm(made):
    wrong = made(costs.another_cost, "-np.sum(Y * np.log(P)) / len(Y)", "Y", "P", result="loss")
    assert wrong["-np.sum(Y * np.log(P) + (1 - Y) * np.log(1 - P)) / len(Y)"] == "additional-logarithm"
    both = "-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))"
    assert "additional-logarithm" not in made(costs.another_cost, both, "y", "p", result="loss").values()


@pytest.mark.parametrize(
    ("text", "bug"),
    [("P - Y", "superfluous-slope"), ("(P - Y) / n", "superfluous-slope"), ("(P - Y) * s", "another-cost")],
)
def test_slope_is_superfluous_only_if_the_delta_has_none(made, text, bug):
    wrong = made(costs.error_of_another_cost, text, "P", "Y", "n", "s", result="dZ")
    assert (
        wrong[
            text.replace("P - Y", "(P - Y) * P * (1 - P)").replace("((P - Y) * P * (1 - P))", "(P - Y) * P * (1 - P)")
        ]
        == bug
    )


def test_range_is_shifted_as_a_whole(made):
    wrong = made(indices.shifted_range, "range(1, steps + 1)", "steps")
    assert wrong["range(2, steps + 1 + 1)"] == wrong["range(0, steps + 1 - 1)"] == "index-shifted"
