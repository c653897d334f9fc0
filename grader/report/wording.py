"""The wording that all formats share: the sentences about a check, the verdict, and the line of a finding."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import PurePath
from typing import Literal

from ..submission.files import ARCHIVES, PYTHON
from ..support.i18n import _, joined, lazy, ngettext
from ..support.text import clean
from .evidence import Location, ShownExcerpt
from .model import CheckResult, Report

FAULT = lazy("This could not be graded yet. It is not your fault.")  # replaces reasons that students must not see
LONGEST = 1000  # characters of a sentence; the grader cuts messages to the same length
# The sources of expected answers.
SOURCES = {
    "recorded": lazy("answers recorded from the reference"),
    "steps": lazy("answers from steps that are proven to agree with the reference"),
    "reference": lazy("answers computed by the reference"),
}


def sentences(check: CheckResult, above: Sequence[str] = ()) -> list[str]:
    """Return the sentences that the student reads about a check: message, notes, bugs and hint, each on one line.

    The sentences ``above`` the check, see :func:`common`, are not repeated.
    """
    message = own_message(check, above)
    lines = [message] if message else []
    lines += [_("Note: {note}").format(note=note) for note in own_notes(check, above)]
    if check.diagnosis is not None:
        for word, bugs in (
            (_("Bug: {bug}"), [check.diagnosis]),
            (_("Or: {bug}"), check.diagnosis.alternatives),
            (_("Also: {bug}"), check.diagnosis.also),
        ):
            lines += [word.format(bug=f"{bug.title} ({bug.bug}, {bug.where})") for bug in bugs]
    if check.hint:
        lines.append(_("Hint: {hint}").format(hint=check.hint))
    lines += example(check)
    lines += rubric(check)
    return [clean(line, LONGEST) for line in lines]


def example(check: CheckResult) -> list[str]:
    """Return the sentences about the smallest example of a check, the first with a call to paste; [] without an example."""
    smallest = check.evidence.example
    if smallest is None:
        return []
    if smallest.gives is not None:
        lines = [_("Try: {call} gives {value}").format(call=smallest.code, value=smallest.gives)]
    else:
        lines = [_("Try: {call} raises {error}").format(call=smallest.code, error=smallest.raises)]
    if smallest.any_value:
        sentence = _("It fails with any other value of {names}, too.")
        lines.append(sentence.format(names=joined(smallest.any_value)))
    if smallest.slope:
        lines.append(smallest.slope)
    return [clean(line, LONGEST) for line in lines]


def provenance(report: Report) -> str:
    """Return the graded file, the grader's version, the assignment's digest and the seed fingerprint in one line."""
    about = [
        _("file {file}").format(file=report.submission.file) if report.submission.file else "",
        f"grader {report.grader.version}" if report.grader.version else "",
        f"{report.assignment.name} {report.assignment.version} {report.assignment.digest}".rstrip(),
        _("seed {fingerprint}").format(fingerprint=report.seed_fingerprint) if report.seed_fingerprint else "",
        *(_(SOURCES[source]) for source in report.environment.expected_answers),
    ]
    return clean("; ".join(filter(None, about)), LONGEST)


def status(check: CheckResult) -> str:
    """Return the status of a check in a word or two, translated: "passed", "not graded"."""
    return _("not marked") if check.is_unmarked else _(check.properties.word)


def label(check: CheckResult) -> str:
    """Return the same for a page: "Passed", "Not marked yet", "Taken out"."""
    if check.is_out:
        return _("Taken out")
    return _("Not marked yet") if check.is_unmarked else _(check.properties.label)


def points(check: CheckResult) -> str:
    """Return e.g. "12.5 of 25"; "– of 25" for a check without a score, "note" for a check without points."""
    if not check.max_score:
        return _("note")
    if check.score is None:
        return _("– of {max_score:g}").format(max_score=check.max_score)
    return _("{score:g} of {max_score:g}").format(score=check.score or 0, max_score=check.max_score)


def verdict(report: Report, pass_mark: float) -> str:
    """Return the whole result in a sentence."""
    if report.score is None:
        return not_graded(report)
    if report.provisional:
        return _so_far(report, pass_mark)
    needed = pass_mark / 100 * report.max_score
    if report.passed:
        sentence = _("Score: {score:g} of {max_score:g}, passed.")
    elif report.preventing_checks() and report.score >= needed:
        sentence = _("Score: {score:g} of {max_score:g}, not passed.")
    else:
        sentence = _("Score: {score:g} of {max_score:g}, not passed ({needed:g} needed).")
    sentence = sentence.format(score=report.score, max_score=report.max_score, needed=needed)
    return " ".join(filter(None, [sentence, preventing(report)]))


def preventing(report: Report) -> str:
    """Return the sentence about the required checks that did not pass; "" if there are none, or if nothing could be run."""
    checks = report.preventing_checks()
    if not checks or shared(report) is not None:
        return ""
    preventing_names = {check.name for check in checks}
    checks = [check for check in checks if not preventing_names & {*check.evidence.waits_for}]  # the causes are enough
    names = joined(clean(check.name) for check in checks)
    sentence = ngettext(
        "The required check {names} is not fully right.",
        "The required checks {names} are not fully right.",
        len(checks),
    )
    return sentence.format(names=names)


def _so_far(report: Report, pass_mark: float) -> str:
    """Return the result of a report with parts that a person has not marked yet."""
    sentence = (
        _("Score so far: {score:g} of {max_score:g}, passed.")
        if report.passed
        else _("Score so far: {score:g} of {max_score:g} ({needed:g} needed to pass).")
    )
    sentence = sentence.format(
        score=report.score, max_score=report.max_score, needed=pass_mark / 100 * report.max_score
    )
    return " ".join(filter(None, [sentence, preventing(report), unmarked(report)]))


def unmarked(report: Report) -> str:
    """Return the sentence about the points that a person has not given yet; "" if the reader sees no such check."""
    checks = report.unmarked()
    if not checks:
        return ""
    points = sum(check.max_score for check in checks)
    names = joined(clean(check.name) for check in checks)
    return _("Not marked yet: {names} ({points:g} points).").format(names=names, points=points)


def rubric(check: CheckResult) -> list[str]:
    """Return a line for each entry of the rubric of a check: "6 points: The update rule"."""
    lines = []
    for entry in check.evidence.rubric:
        line = _("{points:g} points: {title}").format(points=entry.points, title=clean(entry.title))
        lines.append(f"{line}. {clean(entry.description, LONGEST)}" if entry.description else line)
    return lines


def not_graded(report: Report) -> str:
    """Return the reasons why there is no score; they say what to do."""
    problem = report.problem()
    if problem is not None and report.nothing_to_grade():
        return problem
    reasons = dict.fromkeys(check.message for check in report.checks if check.status == "not_gradable")
    if not reasons:  # the checks with the reasons are hidden
        return _("Not graded: this is a problem of the grader, not of the submission.")
    if [*reasons] == [_(FAULT)]:
        return _(FAULT)
    return _("Not graded; this is not the submission's fault. {reasons}").format(reasons=" ".join(reasons))


def levels(report: Report) -> dict[str, Literal["warning", "error"]]:
    """Return how serious each finding is, by check name: a check with part of its points is a warning.

    Later checks build on earlier ones. Therefore a partial result is an error if a later check failed: a cause is
    never less serious than its consequence.
    """
    by_name: dict[str, Literal["warning", "error"]] = {}
    level: Literal["warning", "error"] = "warning"
    for check in reversed(report.checks):
        if check.properties.is_finding:
            level = "warning" if check.status == "partial" and level == "warning" else "error"
            by_name[check.name] = level
    return by_name


def path(report: Report) -> str:
    """Return the submission's path; only its name if it is outside the current folder, to show no folders of the machine."""
    name = report.submission.path
    if os.path.isabs(name):
        name = os.path.relpath(name)
        name = PurePath(name).name if name.startswith("..") else name
    return clean(name)


def place(report: Report, check: CheckResult) -> tuple[str, int | None]:
    """Return the file that a finding is about, and the line number in the file's text; None if there is no line."""
    name, location = path(report), check.evidence.location
    if location is None or name.lower().endswith(ARCHIVES):
        return name, None
    if name.lower().endswith(PYTHON) or PurePath(name).name == location.file:
        return name, location.file_line
    return f"{name.rstrip('/')}/{clean(location.file)}".removeprefix("./"), location.file_line


def spot(check: CheckResult) -> str:
    """Return the line for a reader: "cell 3, line 2", "helper.py, line 5"; "" if there is no line."""
    location = check.evidence.location
    return "" if location is None else spot_of(location)


def spot_of(place: Location | ShownExcerpt) -> str:
    """Return the place of a line, or of a part of a submission, for a reader; only the file if there is no line."""
    if place.cell is not None:
        return _("cell {cell}, line {line}").format(cell=place.cell, line=place.line)
    if place.line is None:
        return clean(place.file, 80)
    return _("{file}, line {line}").format(file=clean(place.file, 80), line=place.line)


def marked_line(check: CheckResult) -> str:
    """Return a sentence with the line where the first wrong quantity gets its value; "" if it is not known."""
    code = check.evidence.code_line
    if not code or check.evidence.location is None:
        return ""
    return _("See {spot}: `{code}`").format(spot=spot(check), code=clean(code, 200).replace("`", "'"))


def shared(report: Report) -> str | None:
    """Return the message that all checks share, for example if a submission cannot be loaded; None if they differ."""
    checks = [check for check in report.checks if not check.is_unmarked]
    messages = {(check.status, check.message) for check in checks}
    return clean(checks[0].message, LONGEST) if len(messages) == 1 < len(checks) else None


def common(report: Report) -> list[str]:
    """Return the sentences that are shown once, above all checks: a message or causes that several checks share."""
    sentence = shared(report)
    if sentence is not None:
        has_passed = all(check.status == "passed" for check in report.checks if not check.is_unmarked)
        return [] if has_passed else [sentence]
    causes = dict.fromkeys(check.evidence.cause for check in report.checks if check.evidence.cause)
    # If a cause is part of another one, such as a package that is missing, only the shorter one is shown.
    ends = [cause for cause in causes if not any(other in cause for other in causes if other != cause)]
    return [clean(cause, LONGEST) for cause in ends if sum(cause in check.message for check in report.checks) > 1]


def own_message(check: CheckResult, above: Sequence[str]) -> str:
    """Return the message of a check without the sentences ``above`` it; "" if nothing remains."""
    message = clean(check.message, LONGEST)
    for sentence in above:
        message = message.replace(sentence, "")
    return " ".join(message.split())


def own_notes(check: CheckResult, above: Sequence[str]) -> list[str]:
    """Return the notes of a check, except those that begin with a sentence ``above`` it."""
    notes = (clean(note, LONGEST) for note in check.evidence.notes)
    return [note for note in notes if not note.startswith(tuple(above))]


def is_bonus(check: CheckResult) -> bool:
    """Return whether the points of a check are added on top of full marks."""
    return check.evidence.bonus


def rest(report: Report) -> tuple[float, float]:
    """Return score and points of the hidden checks, so that sums agree with the report."""
    score = (report.score or 0) - sum(check.score or 0 for check in report.checks)
    points = report.max_score - sum(check.max_score for check in report.checks if not is_bonus(check))
    return round(score, 2), round(points, 2)
