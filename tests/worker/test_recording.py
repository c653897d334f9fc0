"""The record of calls and optimizer steps, with objects that look like those of Keras."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from grader.worker import recording


@pytest.fixture(autouse=True)
def _empty(monkeypatch):
    for name, value in {"_records": [], "_joined": {}, "_steps": {}, "_depth": [0]}.items():
        monkeypatch.setattr(recording, name, value)


def model(steps=0):
    return SimpleNamespace(optimizer=SimpleNamespace(iterations=steps))


def test_steps_outside_of_recorded_calls_are_counted():
    network = model()
    with recording._counted(network):
        network.optimizer.iterations += 3
    assert recording._unseen(network) == 0
    network.optimizer.iterations += 4
    assert recording._unseen(network) == 4


def test_new_optimizer_starts_at_zero():
    network = model()
    with recording._counted(network):
        network.optimizer.iterations += 3
    network.optimizer = SimpleNamespace(iterations=2)
    assert recording._unseen(network) == 2


def test_calls_of_one_method_are_joined():
    network = model()
    first = recording._examined(network, "train_on_batch")
    assert recording._examined(network, "train_on_batch") is first
    assert recording._examined(network, "test_on_batch") is not first
    (one, two) = recording.records({"net": network, "x": 1}, dict)
    assert [one["method"], two["method"]] == ["train_on_batch", "test_on_batch"]
    assert one["model"] == ["net"]
    assert one["number"] == two["number"] == 0


def test_number_of_joined_records_is_limited(monkeypatch):
    monkeypatch.setattr(recording, "MAX_JOINED", 1)
    networks = [model(), model()]
    assert recording._examined(networks[0], "fit") is not None
    assert recording._examined(networks[1], "fit") is None


def test_call_is_recorded_with_its_history():
    class Model:
        optimizer = None

        def evaluate(self, x=None, y=None, batch_size=None):
            return "result"

    Model.evaluate = recording._recorded("evaluate", Model.evaluate)
    assert Model().evaluate([1.0], batch_size=7) == "result"
    (record,) = recording.records({}, dict)
    assert (record["method"], record["batch_size"]) == ("evaluate", 7)


def test_nested_and_unrecorded_calls_leave_no_record():
    call = recording._recorded("predict", lambda self, x: x)
    with recording.unrecorded():
        assert call(model(), 3) == 3
    assert recording.records({}, dict) == []


def test_callbacks_are_described():
    class BestModel:
        monitor, save_best_only = "val_loss", True

    (callback,) = recording._describe_callbacks([BestModel()])
    assert callback["types"][0] == "BestModel"
    assert (callback["monitor"], callback["keeps_best"]) == ("val_loss", True)


def test_nested_sources_are_flattened():
    assert list(recording._flat([1, {"a": 2}, (3, [4])])) == [1, 2, 3, 4]
