"""What functions use directly and indirectly."""

from __future__ import annotations

import pytest

from grader.support.reachable import reachable

pytestmark = pytest.mark.quick

USES = {
    "train": ["loss", "gradients"],
    "gradients": ["predict"],
    "predict": ["sigmoid"],
    "loss": ["loss"],
    "sigmoid": [],
}


def test_everything_is_reached_once_and_in_order():
    assert reachable(["train"], USES.__getitem__) == ["train", "gradients", "predict", "sigmoid", "loss"]
    assert reachable([], USES.__getitem__) == []


def test_circles_end():
    assert reachable(["a"], {"a": ["b"], "b": ["a"]}.__getitem__) == ["a", "b"]
