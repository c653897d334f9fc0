"""Validates an assignment by grading its solution, its starters and its known-wrong solutions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..assignment import Assignment
from ..diagnosis import agreement, solution_steps
from ..diagnosis.proving import problems
from ..expected import proof
from ..report.model import CheckResult, Report
from ..sandbox import memory_needs
from ..submission import read
from ..support.errors import NotGradable
from . import needs, wrong_solutions
from .grade import grade
from .options import GradeOptions
from .wrong_solutions import BrokenChange, WrongSolution

STANDARD = GradeOptions(include_hidden=True)


@dataclass(frozen=True)
class ValidationLine:
    """The result for a file or a known-wrong solution: ``holds`` is true if it is as expected; ``sentence`` explains it."""

    file: str
    score: float
    max_score: float
    holds: bool
    sentence: str
    data: str | None

    @property
    def text(self) -> str:
        """The line for people; its columns begin at the same places in every line."""
        points = f"{self.score:5g} / {self.max_score:<3g}" if self.max_score else ""  # of a submission
        return f"{'ok   ' if self.holds else 'WRONG'}  {self.file:36}  {points:11}  {self.sentence}"


def validate(assignment: Assignment, options: GradeOptions = STANDARD) -> Iterator[ValidationLine]:
    """Grade the solution, the starters and the known-wrong solutions, and yield a line for each.

    ``options`` must include the hidden checks. Raises NotGradable if the solutions or packages that submissions need are not installed, or if there is too little
    memory.
    """
    wrong = wrong_solutions.wrong_solutions(assignment)
    needs.refuse_missing_packages(assignment)
    memory_needs.limits_here(assignment)
    content = assignment.content
    assignment.file(content.task)
    report = grade(assignment, read(assignment.file(content.solution), assignment), options)
    yield _solution(content.solution, report)
    yield from (_starter(assignment, file, options) for file in content.starters)
    for sentence in (*problems(assignment), *solution_steps.problems(assignment)):
        yield ValidationLine("assignment.yaml", 0, 0, False, sentence, None)
    yield from _answers(assignment, report)
    yield from _proof(assignment)
    yield from (_known_wrong(solution, options) for solution in wrong)


def _solution(file: str, report: Report) -> ValidationLine:
    for check in report.checks:
        if check.is_unmarked and check.evidence.content.get("not_found"):
            return _line(file, report, False, f"should contain what {check.name} shows, but: {check.message}")
        if check.status != "passed" and not check.is_unmarked:
            return _line(file, report, False, f"should get full marks, but {check.name}: {check.message}")
    return _line(file, report, True, f"full marks{_by_hand(report)}")


def _by_hand(report: Report) -> str:
    """Return the part of a sentence about the points that a person gives; "" without such points."""
    points = sum(check.max_score for check in report.unmarked())
    return f"; a person gives the other {points:g} points" if points else ""


def _starter(assignment: Assignment, file: str, options: GradeOptions) -> ValidationLine:
    report = grade(assignment, read(assignment.file(file), assignment), options)
    if report.score is None:
        return _line(file, report, False, "not gradable")
    names = ", ".join(check.name for check in report.checks if check.score)
    sentence = f"should get no points, but earns points for {names}" if names else "no points"
    return _line(file, report, report.score == 0, sentence)


def _known_wrong(solution: WrongSolution, options: GradeOptions) -> ValidationLine:
    try:
        submission = solution.submission()
    except BrokenChange as error:
        return ValidationLine(solution.name, 0, 0, False, error.sentence, None)
    report = grade(solution.assignment, submission, options)
    check = next((check for check in report.checks if check.properties.is_finding), None)
    if check is None or check.name != solution.fails:
        name = check.name if check is not None else _nothing(report)
        return _line(solution.name, report, False, f"should fail {solution.fails}, but fails {name}")
    names = _names(check)
    if solution.bug is None or solution.bug in names:
        return _line(solution.name, report, True, _ending(check))
    bug_names = " and ".join(names) or "no bug"
    sentence = f"{_ending(check)}; it should name the bug {solution.bug}, but names {bug_names}"
    return _line(solution.name, report, False, sentence)


def _nothing(report: Report) -> str:
    """Return "nothing", with the reason if a check could not be graded."""
    reason = next((check.message for check in report.checks if check.status == "not_gradable"), "")
    return f"nothing ({reason})" if reason else "nothing"


def _answers(assignment: Assignment, report: Report) -> Iterator[ValidationLine]:
    """Yield a line if answers were recorded, but not those that grading the solution needed."""
    file = proof.folders(assignment)[0] / f"{assignment.name}.npz"
    if file.is_file() and "reference" in report.environment.expected_answers:
        sentence = f"the answers were recorded for another reference or other probes: {_again(assignment)}"
        yield ValidationLine(file.name, 0, 0, False, sentence, None)


def _again(assignment: Assignment) -> str:
    """Return the advice to record answers, steps and proof again."""
    return f"run 'grader reference {assignment.name if assignment.is_bundled else assignment.folder} --write'"


def _proof(assignment: Assignment) -> Iterator[ValidationLine]:
    """Yield a line that says if the recorded proof is still valid; nothing if no proof was recorded."""
    file, proof_on_file = proof.file_of(assignment), proof.read(assignment)
    if proof_on_file is None and not file.is_file():
        return
    if proof_on_file is None:
        yield ValidationLine(
            file.name,
            0,
            0,
            False,
            f"the proof was recorded for another reference, other steps or other probes: {_again(assignment)}",
            None,
        )
        return
    names = ", ".join(proof_on_file.functions)
    try:
        comparisons = agreement.compare(assignment)
    except NotGradable as error:
        yield ValidationLine(file.name, 0, 0, True, f"the steps of {names} were not compared again: {error}", None)
        return
    wrong = [
        f"the steps of {name} do not agree with the reference: {comparisons[name].problem}"
        for name in proof_on_file.functions
        if comparisons[name].problem
    ]
    for sentence in wrong:
        yield ValidationLine(file.name, 0, 0, False, sentence, None)
    if not wrong:
        yield ValidationLine(
            file.name,
            0,
            0,
            True,
            f"the steps of {names} agree with the reference for {proof_on_file.seeds} seeds",
            None,
        )


def _line(file: str, report: Report, holds: bool, sentence: str) -> ValidationLine:
    return ValidationLine(file, report.score or 0.0, report.max_score, holds, sentence, report.environment.data)


def _ending(check: CheckResult) -> str:
    names = _names(check)
    return f"{check.status} at {check.name}" + (f": {', '.join(names)}" if names else "")


def _names(check: CheckResult) -> list[str]:
    """Return all bugs that a check names, including alternatives that give the same numbers."""
    diagnosis = check.diagnosis
    if diagnosis is None:
        return []
    return [bug.bug for bug in (diagnosis, *diagnosis.also, *diagnosis.alternatives)]
