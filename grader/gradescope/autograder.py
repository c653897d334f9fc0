"""Grades in Gradescope's container: ``python -m grader.gradescope.autograder BASE``, where BASE is ``/autograder``.

Writes ``results/results.json``. A submission that could not be graded has neither score nor tests in it, and the exit
code is 3; a failure of the grader itself writes no results. Neither is a zero. ``--prepare``, used when the image is
built, grades the solution instead and then removes it, so that submissions do not run next to it.
Only instructors see the standard output.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from ..assignment import Assignment, bundled_names, load
from ..executor.grade_task import grade_task
from ..executor.work import GradingTask, work_for
from ..grading.trace import Trace
from ..report import gradescope
from ..report.model import Report
from ..report.redact import redact_for_student
from ..sandbox import memory_needs
from ..submission import Submission, files, read, read_contents
from ..support import i18n
from ..support.atomic_files import write_whole
from ..support.errors import GraderError, NotGradable, UsageError
from ..support.i18n import _, lazy

SETTINGS = "grader.json"
FOLDER = "assignment"  # the folder of an assignment that is not bundled
TRIAL = "trial"  # the folder with the solution
SHOWN = lazy("your submission")


def main(base: Path, prepare: bool) -> int:
    """Grade the folder ``submission`` in ``base``, or the solution with ``prepare``; return the exit code."""
    results = base / "results" / "results.json"
    try:
        results.unlink(missing_ok=True)
        settings = json.loads((base / "source" / SETTINGS).read_text())
        with i18n.use(settings["language"]):
            assignment = _assignment(base, settings["assignment"])
            if prepare:
                _prepare(base / "source" / TRIAL, assignment, settings)
            else:
                _grade_submission(base, assignment, settings, results)
    except GraderError as error:
        print(error)
        return 3
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        message = _("The grader itself failed ({what}). This says nothing about the submission. Please report it.")
        print(message.format(what=reason))
        return 3
    return 0


def _grade_submission(base: Path, assignment: Assignment, settings: dict[str, Any], results: Path) -> None:
    report = _grade(assignment, _read(base / "submission", assignment), settings)
    if report.nothing_to_grade():  # students read the sentence; without a score in the file Gradescope shows no score
        results.parent.mkdir(exist_ok=True)
        write_whole(results, gradescope.render(report, assignment.content).encode())
        print(report.problem())
        return
    results.parent.mkdir(exist_ok=True)
    # Instructor's checks are removed: as hidden tests they would make Gradescope hide the total score.
    visible_report = redact_for_student(report, assignment.content.visibility())
    write_whole(results, gradescope.render(visible_report, assignment.content).encode())
    for sentence in report.for_instructor():
        print(sentence)
    if report.ending == "not_gradable":  # students read that it is not their fault, instructors read the reason
        raise NotGradable(next(check.message for check in report.checks if check.status == "not_gradable"))


def _assignment(base: Path, name: str) -> Assignment:
    return load(name if name in bundled_names() else str(base / "source" / FOLDER))


def _read(folder: Path, assignment: Assignment) -> Submission:
    """Return the submission; if nothing can be graded, a submission that explains why and gets no score."""
    if not folder.is_dir():
        raise NotGradable(_("{folder} is missing: this command is for Gradescope's container.").format(folder=folder))
    name = _(SHOWN)
    try:
        return read_contents(name, files.read(folder), assignment)
    except UsageError as error:
        problem = str(error).replace(os.fspath(folder), name)
        return Submission(name, "", "module", "", {}, [], None, nothing=problem[:1].upper() + problem[1:])


def _grade(assignment: Assignment, submission: Submission, settings: dict[str, Any]) -> Report:
    work = work_for(assignment, seed=settings["seed"], isolation=settings["isolation"], threads=None)
    task = GradingTask(submission.path, {}, attempt="both")
    report = grade_task(work, task, assignment, submission, Trace())
    gaps = ", ".join(report.isolation.not_enforced) or _("nothing")
    sentence = _("Isolation {level}; not enforced: {gaps}. Data: {data}. {seconds} s.")
    data = report.environment.data or _("none")
    print(sentence.format(level=report.isolation.level, gaps=gaps, data=data, seconds=f"{report.seconds:.1f}"))
    if report.isolation.level == "none":
        print(
            _("Warning: student code runs without isolation here, so it can read the tests and the solution's answers.")
        )
    return report


def _prepare(trial: Path, assignment: Assignment, settings: dict[str, Any]) -> None:
    """Fetch datasets and compute the expected answers, by grading the solution in the folder ``trial``; remove ``trial``.

    Without a solution in the upload, a starter is graded instead. Raises UsageError unless the solution passes, and
    NotGradable in a container that is too small.
    """
    memory_note = memory_needs.less_than_allowed(assignment, memory_needs.limits_here(assignment))
    print(_("This machine: {what}.").format(what=memory_needs.here()))
    if memory_note:
        print(memory_note)
    solution = next(trial.glob("*"), None)
    starter = next(iter(assignment.content.starters), None)
    if solution is None and starter is None:
        print(_("The assignment has no solution, so nothing was tested: upload a solution to Gradescope as a test."))
        return
    report = _grade(assignment, read(solution or assignment.file(str(starter)), assignment), settings)
    if report.ending == "not_gradable":
        raise NotGradable(next(check.message for check in report.checks if check.status == "not_gradable"))
    failed_checks = [check for check in report.checks if not check.properties.is_fine]
    if solution is not None and failed_checks:
        message = _("The solution of {assignment} fails the check {check} in this container ({reason})")
        raise UsageError(
            message.format(assignment=assignment.name, check=failed_checks[0].name, reason=failed_checks[0].message)
        )
    if report.environment.stand_ins():
        print(
            _("Warning: the datasets could not be downloaded, so generated stand-ins are used: build the image again.")
        )
    if solution is None:
        message = _(
            "There was no solution to test. The starter got {score} of {most} points: upload a solution to Gradescope as a test."
        )
    else:
        shutil.rmtree(trial)
        message = _("The solution got {score} of {most} points.")
    print(message.format(score=report.score, most=report.max_score))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), "--prepare" in sys.argv[2:]))
