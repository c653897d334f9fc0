"""Rows of a class for the tests of gradebooks."""

from __future__ import annotations

from typing import Any

from grader.batch.gradebook import Row


def row(name: str = "Erika Mustermann", identity: str = "4711", score: float | None = 8.5, **other: Any) -> Row:
    values: dict[str, Any] = {
        "status": "graded" if score is not None else "not_gradable",
        "raw": score,
        "max_score": 10.0,
        "passed": bool(score and score >= 5),
        "late": "",
        "penalty": 0.0,
        "comment": "",
        "checks": {},
        "submission": f"{identity}/answer.py",
        "attempts": [],
    }
    return Row(name=name, identity=identity, score=score, **values | other)
