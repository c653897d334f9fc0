"""Names tell what a quantity is for."""

from __future__ import annotations

import pytest

from grader.mutation import rewriting, roles

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("weights", "w W1 w3 weights W_out theta Wx Whh"),
        ("bias", "b b1 B2 bias b_hidden"),
        ("weight gradient", "dw dW1 grad_w w_grad dl_dw dweights dWx dWhh dgamma"),
        ("bias gradient", "db dB3 grad_b b_grad dbeta"),
        ("delta", "dZ1 delta delta2 delta_hidden"),
        ("activation gradient", "dA1 da2 dh dX dX_hat dh_next dmean"),
        ("preactivation", "z Z1 s logits z_hidden"),
        ("activation", "a A1 h y_hat y_pred p prediction"),
        ("labels", "y Y labels target y_true"),
        ("inputs", "X x inputs"),
        ("rate", "lr alpha eta learning_rate"),
        ("count", "m n n_samples batch_size"),
        ("cost", "loss J cost mse cross_entropy"),
        ("rounds", "epochs n_epochs iterations"),
        ("", "foo mask kernel_size"),
    ],
)
def test_name_has_a_role(role, names):
    assert {name: roles.role_of(name) for name in names.split()} == dict.fromkeys(names.split(), role)


@pytest.mark.parametrize("text", ["len(y)", "X.shape[0]", "y.size", "m", "float(m)"])
def test_size_is_a_count(text):
    assert roles.role(rewriting.parsed(text)) == "count"


@pytest.mark.parametrize(
    ("name", "stem", "layer"), [("dZ1", "dZ", "1"), ("W_out", "W", "out"), ("W_2", "W", "2"), ("y_hat", "y_hat", "")]
)
def test_layer_is_the_end_of_a_name(name, stem, layer):
    assert roles.layer_of(name) == (stem, layer)


def test_output_belongs_to_the_last_layer():
    names = {"X", "W1", "W2", "Z1", "A1"}
    assert roles.is_output("A2", names)
    assert not roles.is_output("A1", names)
    assert roles.is_output("y_hat", names)
    assert not roles.is_output("y_hat", {"X", "w", "b"})
