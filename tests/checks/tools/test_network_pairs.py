"""Pairs of networks: equal weights where they have to be, new ones elsewhere, and the names of mistakes in them."""

from __future__ import annotations

import pytest

from tests.checks.test_network import LAYER, REFERENCE, RIGHT

SEEDED = (
    LAYER.replace(
        "      predict: {signature: (X), returns: [y]}\n",
        "      predict: {signature: (X), returns: [y]}\n      again: {signature: ()}\n",
    )
    + """\
  - name: again
    title: t
    kind: network
    objects: {net: {class: Layer}, other: {class: Layer}, scheduler: {class: Rate}}
    calls: [[net.fit, {scheduler: scheduler}], [other.fit, {scheduler: scheduler}], [other.again]]
    function: learnt
    different: [[net, other]]
    probes: [numbers]
    points: 1
"""
)
AGAIN = RIGHT + "    def again(self):\n        self.weights[0] = np.random.normal(size=self.weights[0].shape)\n"


@pytest.mark.parametrize(
    ("old", "new", "check", "named"),
    [
        ("default_rng(seed)", "default_rng()", "seeds", "not-deterministic"),
        ("default_rng(seed)", "default_rng(1)", "seeds", "argument-ignored"),
        ("random.normal(size=dimensions)]", "np.ones(dimensions)]", "seeds", "units-start-alike"),
        ("        self.weights[0] = np.random", "        weights = np.random", "again", "state-not-reset"),
    ],
)
def test_mistake_of_a_pair_is_named(tmp_path, graded, old, new, check, named):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "reference.py").write_text(REFERENCE)
    assert old in AGAIN
    results = {one.name: one for one in graded(SEEDED, AGAIN.replace(old, new)).checks}
    assert (results[check].status, results[check].diagnosis.bug) == ("failed", named)
