"""Tests of the leaderboard."""

from __future__ import annotations

import pytest

from grader.report.evidence import Evidence
from grader.report.leaderboard import by_contest, entries, ranking, read
from grader.support.errors import UsageError
from tests.report import made

pytestmark = pytest.mark.quick


def challenge(accuracy, path="anna.py", sha256="1", data="mnist: 100 test images"):
    """Return a report whose bonus check measured an accuracy."""
    report = made.report()
    evidence = Evidence(bonus=True, accuracy=accuracy, interval=[accuracy - 0.01, accuracy + 0.01])
    return report.model_copy(
        update={
            "checks": [report.checks[0].model_copy(update={"name": "challenge", "evidence": evidence})],
            "submission": report.submission.model_copy(update={"path": path, "sha256": sha256}),
            "environment": report.environment.model_copy(update={"data": data}),
        }
    )


def write(folder, *reports):
    folder.mkdir()
    for number, report in enumerate(reports):
        (folder / f"{number}.json").write_text(report.to_json())
    return folder


def test_entry_has_accuracy_and_interval():
    (entry,) = entries(challenge(0.97))
    assert (entry.submission, entry.accuracy, entry.low, entry.high) == ("anna.py", 0.97, 0.96, 0.98)
    assert entry.contest[1:] == ("challenge", "mnist: 100 test images")


def test_check_without_accuracy_has_no_entry():
    assert [*entries(made.report())] == []


def test_equal_accuracies_share_a_rank_and_the_next_rank_is_left_out():
    reports = [
        challenge(accuracy, f"{name}.py") for name, accuracy in zip("abcde", (0.9, 0.95, 0.9, 0.8, 0.9), strict=True)
    ]
    ranked = ranking(entry for report in reports for entry in entries(report))
    assert [(entry.rank, entry.submission) for entry in ranked] == [
        (1, "b.py"),
        (2, "a.py"),
        (2, "c.py"),
        (2, "e.py"),
        (5, "d.py"),
    ]


def test_real_data_and_stand_in_are_separate_contests():
    reports = [challenge(0.9, "a.py", data="mnist: mnist.npz, 9"), challenge(0.99, "b.py", data="mnist: stand-in, 9")]
    contests = by_contest(ranking(entry for report in reports for entry in entries(report)))
    assert [[(entry.rank, entry.submission) for entry in contest] for contest in contests] == [
        [(1, "a.py")],
        [(1, "b.py")],
    ]


def test_best_report_on_the_same_content_counts(tmp_path):
    folder = write(
        tmp_path / "reports",
        challenge(0.95),
        challenge(0.97),
        challenge(0.96),
        challenge(0.99, "ben.py", "2"),
        challenge(0.90, "ben.py", "2", "mnist: 50 test images"),
    )
    (folder / "notes.json").write_text("{}")
    ranking, skipped_files = read([folder])
    assert [(entry.submission, entry.accuracy) for entry in ranking] == [
        ("ben.py", 0.99),
        ("anna.py", 0.97),
        ("ben.py", 0.90),
    ]
    assert skipped_files == [folder / "notes.json"]


def test_path_without_a_challenge_is_refused(tmp_path):
    folder = write(tmp_path / "reports", made.report())
    (tmp_path / "notes.json").write_text("{}")
    with pytest.raises(UsageError, match="has a graded challenge"):
        read([folder])
    with pytest.raises(UsageError, match="is not a report"):
        read([tmp_path / "notes.json"])
    with pytest.raises(UsageError, match="does not exist"):
        read([tmp_path / "missing.json"])
