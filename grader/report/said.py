"""What the renderers of other systems' formats share: the sentences about a check, and where its line stands."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import PurePath
from typing import Literal

from ..language import _, marked
from ..submission.files import ARCHIVES, PYTHON
from ..text import clean
from .model import CAUSE, CheckResult, Report

FAULT = marked("This could not be graded yet, which is not your fault.")  # a student reads no more of a hidden reason
LONGEST = 1000  # characters of a sentence, as the grader cuts a message
FINDINGS = ("partial", "failed", "error", "timeout", "memory", "output", "crashed", "protocol")
# Where expected answers came from.
SOURCES = {
    "recorded": marked("answers recorded from the reference"),
    "steps": marked("answers from steps that are proven to agree with the reference"),
    "reference": marked("answers computed by the reference"),
}
WRONG = ("partial", "failed")  # of these, those that gave an answer


def sentences(check: CheckResult, above: Sequence[str] = ()) -> list[str]:
    """What the student reads about a check: the message, notes, the bugs, the hint; each on one line.

    Not what is said ``above`` it, see :func:`common`.
    """
    message = own_message(check, above)
    told = [message] if message else []
    told += [_("Note: {note}").format(note=note) for note in own_notes(check, above)]
    if check.diagnosis is not None:
        for word, bugs in (
            (_("Bug: {bug}"), [check.diagnosis]),
            (_("Or: {bug}"), check.diagnosis.alternatives),
            (_("Also: {bug}"), check.diagnosis.also),
        ):
            told += [word.format(bug=f"{bug.title} ({bug.bug}, {bug.where})") for bug in bugs]
    if check.hint:
        told.append(_("Hint: {hint}").format(hint=check.hint))
    return [clean(sentence, LONGEST) for sentence in told]


def provenance(report: Report) -> str:
    """Which file was graded, and by what: the grader's version, the assignment's digest, the fingerprint of the seed."""
    about = [
        _("file {file}").format(file=report.submission.file) if report.submission.file else "",
        f"grader {report.grader.version}" if report.grader.version else "",
        f"{report.assignment.name} {report.assignment.version} {report.assignment.digest}".rstrip(),
        _("seed {fingerprint}").format(fingerprint=report.seed_fingerprint) if report.seed_fingerprint else "",
        *(_(SOURCES[source]) for source in report.environment.expected_answers),
    ]
    return clean("; ".join(filter(None, about)), LONGEST)


def status(check: CheckResult) -> str:
    """How a check ended, in a word or two: "passed", "not graded"."""
    return _("not graded") if check.status == "not_gradable" else _(check.status)


def points(check: CheckResult) -> str:
    """E.g. "12.5 of 25", "– of 25" for a check that was not graded, "note" for one without points."""
    if not check.max_score:
        return _("note")
    if check.status == "not_gradable":
        return _("– of {max_score}").format(max_score=f"{check.max_score:g}")
    return _("{score} of {max_score}").format(score=f"{check.score or 0:g}", max_score=f"{check.max_score:g}")


def verdict(report: Report, pass_mark: float) -> str:
    """The whole result in a sentence."""
    if report.score is None:
        return not_graded(report)
    shown = {"score": f"{report.score:g}", "max_score": f"{report.max_score:g}"}
    if report.passed:
        return _("Score: {score} of {max_score}, passed.").format(**shown)
    needed = f"{pass_mark / 100 * report.max_score:g}"
    return _("Score: {score} of {max_score}, not passed, {needed} are needed.").format(needed=needed, **shown)


def not_graded(report: Report) -> str:
    """Why there is no score, with what to do about it."""
    problem = report.problem()
    if problem is not None and report.nothing_to_grade():
        return problem
    reasons = dict.fromkeys(check.message for check in report.checks if check.status == "not_gradable")
    if not reasons:  # of checks that are not shown
        return _("Not graded: the grader could not do its work, which is not the submission's fault.")
    if [*reasons] == [_(FAULT)]:  # it says all of it
        return _(FAULT)
    return _("Not graded, which is not the submission's fault: {reasons}").format(reasons=" ".join(reasons))


def levels(report: Report) -> dict[str, Literal["warning", "error"]]:
    """How serious each finding is, by its check: a warning where part of the points was given.

    Later checks build on earlier ones. So a partial result is an error, too, where a later check failed: the cause is
    never less serious than its consequence.
    """
    found: dict[str, Literal["warning", "error"]] = {}
    level: Literal["warning", "error"] = "warning"
    for check in reversed(report.checks):
        if check.status in FINDINGS:
            level = "warning" if check.status == "partial" and level == "warning" else "error"
            found[check.name] = level
    return found


def path(report: Report) -> str:
    """The submission's path; from outside the current folder only its name, since the rest is the machine's own."""
    given = report.submission.path
    if os.path.isabs(given):
        given = os.path.relpath(given)
        given = PurePath(given).name if given.startswith("..") else given
    return clean(given)


def place(report: Report, check: CheckResult) -> tuple[str, int | None]:
    """The file that a finding belongs to, and the line of that file as text; None where there is none."""
    given, at = path(report), check.location
    if at is None or given.lower().endswith(ARCHIVES):
        return given, None
    if given.lower().endswith(PYTHON) or PurePath(given).name == at.file:
        return given, at.file_line
    return f"{given.rstrip('/')}/{clean(at.file)}".removeprefix("./"), at.file_line


def spot(check: CheckResult) -> str:
    """The line for a reader: "cell 3, line 2", "line 5", "helper.py, line 5"; "" where there is none."""
    at = check.location
    if at is None:
        return ""
    if at.cell is not None:
        return _("cell {cell}, line {line}").format(cell=at.cell, line=at.line)
    return _("{file}, line {line}").format(file=clean(at.file, 80), line=at.line)


def shared(report: Report) -> str | None:
    """The one sentence about all checks, as where a submission cannot be loaded; None where they differ."""
    said = {(check.status, check.message) for check in report.checks}
    return clean(report.checks[0].message, LONGEST) if len(said) == 1 < len(report.checks) else None


def common(report: Report) -> list[str]:
    """What is said once, above all checks: the sentence about all of them, or the causes that several of them have."""
    sentence = shared(report)
    if sentence is not None:
        return [sentence] if report.checks[0].status != "passed" else []
    causes = dict.fromkeys(str(cause) for check in report.checks if (cause := check.evidence.get(CAUSE)))
    # Of a cause that is the end of another one, such as a package that is missing, only this end is said.
    ends = [cause for cause in causes if not any(other in cause for other in causes if other != cause)]
    return [clean(cause, LONGEST) for cause in ends if sum(cause in check.message for check in report.checks) > 1]


def own_message(check: CheckResult, above: Sequence[str]) -> str:
    """The message of a check without what is said ``above`` it; "" where nothing is left."""
    message = clean(check.message, LONGEST)
    for sentence in above:
        message = message.replace(sentence, "")
    return " ".join(message.split())


def own_notes(check: CheckResult, above: Sequence[str]) -> list[str]:
    """The notes of a check without those about what is said ``above`` it."""
    notes = (clean(note, LONGEST) for note in check.evidence.get("notes", []))
    return [note for note in notes if not note.startswith(tuple(above))]


def is_bonus(check: CheckResult) -> bool:
    """Whether the points of a check come on top of full marks."""
    return bool(check.evidence.get("bonus"))


def rest(report: Report) -> tuple[float, float]:
    """Score and points of the checks that students are not shown, so that sums agree with the report."""
    score = (report.score or 0) - sum(check.score or 0 for check in report.checks)
    points = report.max_score - sum(check.max_score for check in report.checks if not is_bonus(check))
    return round(score, 2), round(points, 2)
