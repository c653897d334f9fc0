"""Changes of signs, terms, factors and powers."""

from __future__ import annotations

import pytest

from grader.mutation import arithmetic

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("X @ w + b", {"X @ w - b": "bias-sign"}),
        ("b + X @ w", {"X @ w - b": "bias-sign"}),
        ("a - y", {"a + y": "sign-flipped", "y - a": "sign-flipped"}),
        ("1 - a", {"1 + a": "sign-flipped"}),
        ("-np.log(p)", {"np.log(p)": "sign-flipped"}),
        ("w - lr * dw", {"w + lr * dw": "steps-uphill"}),
        ("np.exp(-z)", {"np.exp(z)": "exponent-sign"}),
        ("predict(X, w, b)", {"predict(X, w, -b)": "bias-sign", "predict(X, w, 0 * b)": "bias-forgotten"}),
        ("x * -1", {}),
    ],
)
def test_sign_is_flipped(made, text, wrong):
    changed = made(arithmetic.sign, text)
    assert changed.items() >= wrong.items()
    assert bool(changed) == bool(wrong)


@pytest.mark.parametrize(("result", "text"), [("dw", "X.T @ d"), ("loss", "np.sum(e ** 2)"), ("dA2", "w3.T @ dZ3")])
def test_sign_of_a_gradient_or_cost_is_flipped(made, result, text):
    assert made(arithmetic.result_sign, text, result=result) == {
        f"-({text})" if "@" in text else f"-{text}": "sign-flipped"
    }


def test_sign_of_an_activation_is_kept(made):
    assert made(arithmetic.result_sign, "relu(Z1)", result="A1") == {}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("X @ w + b", {"X @ w": "bias-forgotten"}),
        ("b + X @ w", {"X @ w": "bias-forgotten"}),
        ("w - lr * dw", {"w": "parameter-never-updated", "-(lr * dw)": "start-not-kept"}),
        ("b - lr * db", {"b": "bias-never-updated"}),
        ("u + v", {"u": "term-missing", "v": "term-missing"}),
        ("a - y", {"a": "term-missing", "-y": "term-missing"}),
    ],
)
def test_term_is_left_out(made, text, wrong):
    assert made(arithmetic.missing_term, text).items() >= wrong.items()


def test_only_the_first_of_three_terms_is_kept(made):
    assert made(arithmetic.first_term_only, "u + v - w") == {"u": "term-missing"}
    assert made(arithmetic.first_term_only, "u + v") == {}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("2 * (a - y)", {"a - y": "missing-factor-two"}),
        ("(a - y) * 2.0", {"a - y": "missing-factor-two"}),
        ("0.5 * np.sum(x)", {"np.sum(x)": "stray-factor-two"}),
        ("np.sum(x) / 2", {"np.sum(x)": "stray-factor-two"}),
        ("X.T @ d / m", {"X.T @ d": "not-averaged"}),
        ("X.T @ d / len(X)", {"X.T @ d": "not-averaged"}),
        ("X.T @ d / X.shape[0]", {"X.T @ d": "not-averaged"}),
        ("1 / m * (X.T @ d)", {"X.T @ d": "not-averaged"}),
        ("pixels / 255", {"pixels": "not-scaled"}),
        ("dA1 * slope1", {"dA1": "activation-derivative-missing"}),
        ("w2.T @ d * relu_derivative(Z1)", {"w2.T @ d": "activation-derivative-missing"}),
        ("w2.T @ d * (Z1 > 0)", {"w2.T @ d": "activation-derivative-missing"}),
        ("w - lr * dw", {"w - dw": "argument-ignored"}),
        ("u * v", {"u": "factor-missing", "v": "factor-missing"}),
        (
            "np.outer(i, w)",
            {"np.outer(np.ones_like(i), w)": "factor-missing", "np.outer(i, np.ones_like(w))": "factor-missing"},
        ),
        ("h @ w", {"np.sum(h, axis=-1)": "factor-missing", "np.sum(w, axis=0)": "factor-missing"}),
    ],
)
def test_factor_is_left_out(made, text, wrong):
    assert made(arithmetic.missing_factor, text).items() >= wrong.items()


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("X.T @ d / m", {"X.T @ d / m / m": "averaged-twice"}),
        ("2 * e", {"2 * e * 2": "stray-factor-two"}),
        ("e * x", {"e * x * x": "factor-repeated"}),
        ("e / 2", {"e / 2 / 2": "missing-factor-two"}),
        ("pixels / 255.0", {"pixels / 255.0 / 255.0": "scaled-twice"}),
        ("error * slope", {"error * slope * slope": "derivative-applied-twice"}),
        ("w - lr * dw", {"w - lr * dw * lr": "factor-repeated"}),
        ("u * v", {}),
    ],
)
def test_factor_is_repeated(made, text, wrong):
    assert made(arithmetic.repeated_factor, text) == wrong


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("x / m", {"x * m": "factor-inverted"}),
        ("x * 255", {"x / 255": "factor-inverted"}),
        ("u / v", {"u * v": "factor-inverted", "v / u": "operands-exchanged"}),
        ("u // v", {"u / v": "not-rounded"}),
        ("u * v", {}),
    ],
)
def test_factor_is_inverted(made, text, wrong):
    assert made(arithmetic.inverted_factor, text) == wrong


def test_gradient_gets_a_factor(made):
    wrong = made(arithmetic.further_factor, "X.T @ d", "X", "y", "d", result="dw")
    assert wrong["2 * (X.T @ d)"] == "stray-factor-two"
    assert wrong["X.T @ d / 2"] == "missing-factor-two"
    assert wrong["X.T @ d / len(y)"] == "mean-instead-of-sum"


def test_gradient_is_divided_by_a_size_in_reach(made):
    assert made(arithmetic.further_factor, "w3.T @ d", "m", "d", result="dA2")["w3.T @ d / m"] == "averaged-twice"


@pytest.mark.parametrize(
    ("text", "names", "wrong"),
    [
        ("np.sum(dZ, axis=0)", ("Y", "dZ"), "np.sum(dZ, axis=0) * len(Y)"),
        ("np.sum(dZ, axis=0)", ("Y", "m", "dZ"), "np.sum(dZ, axis=0) * m"),
    ],
)
def test_average_that_is_in_the_delta_is_missing(made, text, names, wrong):
    assert made(arithmetic.further_factor, text, *names, result="db")[wrong] == "not-averaged"
    divided = made(arithmetic.further_factor, "np.sum(dZ, axis=0) / m", *names, result="db")
    assert "not-averaged" not in divided.values()


def test_share_in_front_of_a_factor_is_missing(made):
    assert made(arithmetic.missing_factor, "(1 - beta) * g", "beta", "g")["g"] == "factor-missing"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("2 * p * r / (p + r)", "2 * p * r / p + r"),
        ("mu * c + eta * g", "mu * (c + eta * g)"),
        ("mu * c + eta * g", "(mu * c + eta) * g"),
        ("a / (b * c)", "a / b * c"),
        ("1 - t ** 2", "(1 - t) ** 2"),
        ("(y - a) ** 2", "y ** 2 - a ** 2"),
        ("np.log(1 - p)", "1 - np.log(p)"),
        ("alpha * np.expm1(x)", "np.expm1(alpha * x)"),
    ],
)
def test_parentheses_are_at_another_place(made, text, wrong):
    assert made(arithmetic.parentheses, text)[wrong] == "parentheses-misplaced"


def test_sum_is_taken_instead_of_a_product(made):
    assert made(arithmetic.operation, "x * s") == {"x + s": "sum-instead-of-product"}
    assert made(arithmetic.operation, "a * (1 - a)") == made(arithmetic.operation, "(1 - a) * a") == {}


def test_argument_that_is_one_number_is_used_twice_or_on_the_wrong_side(made):
    assert made(arithmetic.repeated_factor, "z / T", {"z": None, "T": ()}) == {"z / T / T": "factor-repeated"}
    assert made(arithmetic.inverted_factor, "beta * x", {"x": None, "beta": ()}) == {"x / beta": "factor-inverted"}
