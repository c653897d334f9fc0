"""Tests of grading one submission."""

from dataclasses import replace

from grader.assignment import load
from grader.expected.reference import Oracle
from grader.grading.grade import grade
from grader.grading.options import GradeOptions
from grader.grading.wrong_solutions import named
from grader.sandbox.session import Session
from grader.submission import read, read_contents
from grader.support.errors import NoMemory
from tests.conftest import bundled
from tests.doubling import RIGHT, WRONG


def submission_of(assignment, source):
    return read_contents("a.py", {"a.py": source.encode()}, assignment)


def test_report_identifies_the_assignment_the_submission_and_the_seed(doubling):
    assignment = load(str(doubling))
    submission = submission_of(assignment, RIGHT)
    report = grade(assignment, submission, GradeOptions(seed=7))
    assert (report.assignment.name, report.submission.sha256) == ("doubling", submission.sha256)
    assert (report.score, report.max_score, report.passed, report.ending) == (80, 80, True, "graded")
    assert report.seed_fingerprint not in ("default", "")


def test_report_on_nothing_says_so_and_has_no_score(doubling):
    assignment = load(str(doubling))
    submission = replace(submission_of(assignment, RIGHT), nothing="There is no file.")
    report = grade(assignment, submission)
    assert (report.score, report.passed, report.ending) == (None, False, "not_gradable")
    assert report.nothing_to_grade() and report.problem() == "There is no file."
    assert report.isolation.level == "strong"  # nothing has run


def test_other_checks_keep_their_earlier_results(doubling):
    assignment = load(str(doubling))
    everything = GradeOptions(include_hidden=True)
    earlier = grade(assignment, submission_of(assignment, WRONG), everything)
    options = GradeOptions(include_hidden=True, only=["note"], earlier=earlier)
    report = grade(assignment, submission_of(assignment, RIGHT), options)
    assert {check.name: check.status for check in report.checks} == {
        "double": "failed",
        "total": "skipped",
        "long": "passed",
        "note": "passed",
    }
    assert report.score == earlier.score


def test_submission_is_graded_again_after_memory_ran_out(monkeypatch, solution, tmp_path):
    (tmp_path / "mine.py").write_text(solution)
    assignment = bundled("single-neuron")
    starved, attempts = [True], []
    load = Session.load

    def fail_once(session):
        attempts.append(session._requests._is_last_attempt)
        if starved.pop() if starved else False:
            raise NoMemory("none is left")
        load(session)

    monkeypatch.setattr(Session, "load", fail_once)
    submission = read(tmp_path / "mine.py", assignment)
    assert grade(assignment, submission).score == 100
    assert attempts == [False, True]
    starved += [True, True]
    attempts.clear()
    assert grade(assignment, submission).ending == "not_gradable"
    assert attempts == [False, True]
    starved.append(True)
    attempts.clear()
    assert grade(assignment, submission, GradeOptions(attempt="first")).ending == "not_gradable"
    assert attempts == [False]


def test_reports_do_not_depend_on_earlier_submissions(warm):
    assignment = load("single-neuron")
    wrong = ["sign-of-bias", "mean-gradient", "momentum"]
    submissions = {name: named(assignment, name).submission() for name in wrong}
    submissions["solution"] = read(assignment.file("solution.py"), assignment)
    names = ["solution", *wrong, *wrong, "solution"]
    with_one_oracle = GradeOptions(seed=12345, oracle=Oracle(assignment), warm=warm, include_hidden=True)

    def parts(name, options):
        report = grade(assignment, submissions[name], options)
        return [check.model_dump() for check in report.checks], report.environment

    alone = {name: parts(name, replace(with_one_oracle, oracle=None)) for name in names}
    bugs = {check["diagnosis"]["bug"] for checks, _ in alone.values() for check in checks if check["diagnosis"]}
    assert bugs >= {"bias-sign", "mean-instead-of-sum", "momentum"}
    for name in names:
        assert parts(name, with_one_oracle) == alone[name]
