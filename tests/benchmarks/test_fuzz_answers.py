"""benchmarks/fuzz_answers.py: every odd answer gets a status, and a missing status is noticed."""

from __future__ import annotations

import json
import random

import pytest


def test_few_odd_answers_are_graded(benchmark, tmp_path):
    fuzz = benchmark("fuzz_answers")
    counts, failures = fuzz.run("single-neuron", 6, 5, tmp_path)
    assert failures == 0
    assert sum(counts.values()) == 6 * 11


@pytest.mark.long
@pytest.mark.parametrize("assignment", ["relu-swap", "cifar-grayscale", "clothing-mlp"])
def test_more_odd_answers_are_graded(benchmark, tmp_path, assignment):
    assert benchmark("fuzz_answers").run(assignment, 12, 7, tmp_path)[1] == 0


def test_same_seed_makes_the_same_submissions(benchmark):
    fuzz = benchmark("fuzz_answers")
    for assignment in fuzz.SHARES:
        one, other = (
            [fuzz.submission(choose, assignment) for _ in range(20)] for choose in (random.Random(3), random.Random(3))
        )
        assert one == other and len(set(one)) > 15
        for source in one:
            compile(source, assignment, "exec")


def test_not_gradable_answer_is_a_failure(benchmark, tmp_path, monkeypatch):
    fuzz = benchmark("fuzz_answers")
    (tmp_path / "single-neuron" / "out" / "instructor").mkdir(parents=True)
    check = {"name": "predict", "status": "not_gradable", "message": "The grader failed in this check."}
    (tmp_path / "single-neuron" / "out" / "instructor" / "s0000.json").write_text(json.dumps({"checks": [check]}))
    done = type("Done", (), {"stdout": "", "stderr": "Traceback (most recent call last):", "returncode": 3})
    monkeypatch.setattr(fuzz, "grade", lambda *_: done)
    assert fuzz.run("single-neuron", 1, 0, tmp_path)[1] == 3
