"""The settings of Keras objects as strings."""

from __future__ import annotations

from types import SimpleNamespace

from grader.worker.settings import settings


class Adam:
    def __init__(self, **config):
        self.config = config

    def get_config(self):
        return self.config


def test_name_and_seed_do_not_matter():
    assert settings(Adam(learning_rate=0.1, name="a", seed=1)) == settings(Adam(learning_rate=0.1, name="b", seed=2))
    assert settings(Adam(learning_rate=0.1)) != settings(Adam(learning_rate=0.2))


def test_object_without_a_configuration_is_described_by_its_attributes():
    assert settings(SimpleNamespace(b=2, a=1, array=[1])) == "SimpleNamespace [('a', '1'), ('b', '2')]"
    assert settings(3) == "int []"


def test_length_is_limited():
    assert len(settings(Adam(**{f"x{number}": "y" * 1000 for number in range(100)}))) <= 4000
