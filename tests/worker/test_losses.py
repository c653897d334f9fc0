"""The description of a loss."""

from __future__ import annotations

import numpy as np

from grader.worker import losses


def test_probe_has_probabilities_and_classes():
    probabilities, labels = losses.probe(3)
    assert probabilities.dtype == np.float32
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert labels.tolist() == [0, 1, 2, 0]


def test_model_without_a_loss_has_no_description():
    assert losses.describe(None, 10) is None


def test_only_loss_of_a_list_or_dict_is_described():
    for loss in (["mse"], {"output": "mse"}):
        assert losses.describe(loss, 10)["name"] == "mse"


def test_loss_is_named_by_its_class():
    class Own:
        name = "sparse_categorical_crossentropy"

        def get_config(self):
            return {"from_logits": True, "name": "x", "alpha": 2}

    described = losses.describe(Own(), 10)
    assert (described["name"], described["from_logits"]) == ("Own", True)
    assert described["settings"] == "Own [('alpha', '2'), ('from_logits', 'True')]"


def test_function_is_named_by_its_name():
    def own_loss(y, p):
        return 0

    assert losses.describe(own_loss, 10)["name"] == "own_loss"
