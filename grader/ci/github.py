"""GitHub Actions: annotations at the student's lines, the job's summary, and the step's outputs.

A runner executes certain lines of the log as commands, and some of the printed text comes from a submission. Therefore
everything is printed between ``stop-commands`` and a secret token, except for the commands of this module, which are
escaped.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import click

from ..report import classroom, line_findings, markdown, wording
from ..support import yaml_model
from ..support.errors import GraderError, UsageError
from ..support.i18n import _
from ..support.text import clean
from .repository import GradedTask, Plan, origin

OF_A_KIND = 10  # annotations of each kind that GitHub shows for a step; at most 50 for a job
LONGEST_SUMMARY = 1 << 20  # bytes per step; GitHub drops a longer summary completely
RESERVED = 200  # bytes of the summary for the sentence that reports are left out


def command(name: str, message: str, **properties: str | int | None) -> str:
    """Return a workflow command on one line; name, message and properties are escaped."""
    arguments = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items() if value is not None)
    return f"::{name}{' ' if arguments else ''}{arguments}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


@contextmanager
def no_commands() -> Iterator[None]:
    """Within this context, the runner executes nothing that is printed."""
    token = secrets.token_hex(16)
    click.echo(f"::stop-commands::{token}")
    try:
        yield
    finally:
        click.echo(f"::{token}::")


def findings(tasks: Sequence[GradedTask]) -> list[str]:
    """Return commands that show findings at their lines, largest loss of points first, and the number left out."""
    all_findings = [*chain.from_iterable(map(_of_report, tasks))]
    all_findings.sort(key=lambda item: -item[0])
    lines: list[str] = []
    for kind in ("error", "warning"):
        lines += [line for _points, name, line in all_findings if name == kind][:OF_A_KIND]
    if len(lines) < len(all_findings):
        sentence = _("{count} more findings are in the job summary.").format(count=len(all_findings) - len(lines))
        lines.append(command("notice", sentence, title="grader"))
    return lines


def _of_report(task: GradedTask) -> Iterator[tuple[float, str, str]]:
    """Yield (points lost, kind, command) of each finding; a finding that all checks share is shown once."""
    report = task.report
    name = clean(report.assignment.name)
    if report.score is None:
        yield (
            report.max_score,
            "error",
            command("error", clean(wording.not_graded(report), wording.LONGEST), title=name),
        )
    for finding in line_findings.findings(report):
        line = command(finding.level, finding.message, file=finding.file, line=finding.line, title=finding.title)
        yield finding.points_lost, finding.level, line


def mistakes(error: GraderError) -> list[str]:
    """Return commands that show an error; each mistake in a configuration is shown at its line."""
    if not isinstance(error, yaml_model.Mistakes):
        return [command("error", clean(error, 2000), title="grader")]
    file = os.path.relpath(error.path)
    shown_path = None if file.startswith("..") else clean(file)
    return [
        command(
            "error",
            clean(f"{error.path}:{line}: {sentence}", 2000),
            file=shown_path,
            line=line if shown_path else None,
            title="grader",
        )
        for line, sentence in error.mistakes
    ]


def points_for_classroom(tasks: Sequence[GradedTask]) -> list[str]:
    """Return the two notices from which GitHub Classroom reads the points, as its reporter prints them.

    The list is empty if there are no points.
    """
    points = classroom.points([item.report for item in tasks])
    if points is None or not points[1]:
        return []
    total, maximum = (f"{value:.2f}".rstrip("0").rstrip(".") for value in points)
    return [
        command("notice", f"Points {total}/{maximum}", title="Autograding complete"),
        command("notice", f'{{"totalPoints":{total},"maxPoints":{maximum}}}', title="Autograding report"),
    ]


def summary(plan: Plan, tasks: Sequence[GradedTask], room: int = LONGEST_SUMMARY) -> str:
    """Return Markdown of at most ``room`` bytes: the origin of the configuration, and as many reports as fit."""
    document = f"{markdown.text(origin(plan), wording.LONGEST)}\n\n"
    left_out = 0
    for item in tasks:
        part = f"{markdown.render(item.report, item.content)}\n\n"
        if len((document + part).encode()) > room - RESERVED:
            left_out += 1
        else:
            document += part
    if left_out:
        document += _("{count} more reports are too long to show here.").format(count=left_out) + "\n"
    return document if len(document.encode()) <= room else ""


def publish(plan: Plan, tasks: Sequence[GradedTask], to_classroom: bool = False) -> None:
    """Print the annotations, add to the job's summary and set the step's outputs."""
    for line in [*findings(tasks), *(points_for_classroom(tasks) if to_classroom else [])]:
        click.echo(line)
    summaries = os.environ.get("GITHUB_STEP_SUMMARY")
    if summaries:
        path = Path(summaries)
        used_bytes = path.stat().st_size if path.is_file() else 0
        _append(path, summary(plan, tasks, LONGEST_SUMMARY - used_bytes))
    outputs = os.environ.get("GITHUB_OUTPUT")
    if outputs:
        has_scores = all(item.report.score is not None for item in tasks)
        outputs_by_name = {
            "result": classroom.render_all([(item.report, item.content) for item in tasks]),
            "score": f"{sum(item.report.score or 0 for item in tasks):g}" if has_scores else "",
            "max-score": f"{sum(item.report.max_score for item in tasks):g}",
            "passed": str(all(item.report.passed for item in tasks)).lower(),
        }
        _append(Path(outputs), "".join(f"{name}={value}\n" for name, value in outputs_by_name.items()))


def _append(path: Path, text: str) -> None:
    try:
        with path.open("a", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(
            _("{path} cannot be written ({reason}): run this as a step of a job.").format(
                path=path, reason=error.strerror
            )
        ) from error
