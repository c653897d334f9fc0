"""Runs ``grader check`` in a process for a notebook's kernel.

The kernel itself never grades or forks, because it contains student code, threads and TensorFlow.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..assignment import load
from ..machine.systems import why_no_worker
from ..report.model import Report
from ..support import i18n
from ..support.errors import GraderError
from ..support.i18n import _
from ..support.text import clean
from . import exercise, inline, source

TIME_TO_STOP = 5.0  # seconds that an interrupted check has to clean up


class NotChecked(GraderError):
    """There is no report; the text says why. A notebook shows it without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


@dataclass(frozen=True, repr=False)
class Checked:
    """A report that a notebook can display; ``about`` are sentences about the file that was graded."""

    report: Report
    about: tuple[str, ...]
    title: str
    pass_mark: float
    hints: int
    language: str

    @property
    def passed(self) -> bool:
        """Whether the score reaches the pass mark."""
        return self.report.passed

    @property
    def score(self) -> float | None:
        """The points; None if the submission could not be graded."""
        return self.report.score

    def __repr__(self) -> str:
        with i18n.use(self.language):
            return inline.as_text(self.report, self.about, self.pass_mark, self.hints)

    def _repr_mimebundle_(self, **__: Any) -> dict[str, str]:
        with i18n.use(self.language):
            page = inline.as_html(self.report, self.about, self.title, self.pass_mark, self.hints)
        return {"text/plain": repr(self), "text/html": page}


def check(
    assignment: str | None,
    submission: str | None,
    *,
    hints: int | None = None,
    seed: int = 0,
    data: str | None = None,
    lang: str | None = None,
) -> Checked:
    """Return the checked ``submission``, by default the notebook that is being edited; raises NotChecked.

    The default of ``assignment`` is the exercise that the file is named after.
    """
    if lang is not None and lang not in i18n.LANGUAGES:
        raise NotChecked(f"The language '{clean(lang)}' is not available: use one of {', '.join(i18n.LANGUAGES)}.")
    with i18n.use(i18n.choose_language(lang, os.environ)):
        if (reason := why_no_worker()) is not None:
            raise NotChecked(reason)
        return _check(assignment, submission, hints, seed, data)


def _check(assignment: str | None, submission: str | None, hints: int | None, seed: int, data: str | None) -> Checked:
    if submission is None and assignment is not None and exercise.is_file_name(assignment):
        assignment, submission = None, assignment
    about: list[str] = []
    with tempfile.TemporaryDirectory(prefix="grader-cells-") as folder:
        try:
            file = source.choose(submission, source.running_shell(), Path(folder))
            if assignment is None:
                assignment = exercise.of_file(file.name)
                about.append(_("Exercise (from the file name): {name}.").format(name=assignment))
        except GraderError as error:
            raise NotChecked(str(error)) from None
        options = ["--json", "--seed", str(seed), "--lang", i18n.current()]
        options += [] if hints is None else ["--hints", str(hints)]
        options += [] if data is None else ["--data", str(data)]
        output, messages = _run([*options, "--", str(assignment), str(file.path)])
    lines = [clean(line, 2000) for line in messages.splitlines() if line.strip()]
    if not output.strip():
        reason = lines[-1].removeprefix("Error: ") if lines else _("The grader ended without a report: try again.")
        raise NotChecked(reason)
    warnings = [line.removeprefix("Warning: ") for line in lines if line.startswith("Warning: ")]
    content = load(str(assignment)).content
    report = Report.model_validate_json(output)
    if file.label is not None:
        report.submission.path = file.label
    return Checked(
        report,
        (*about, *file.about, *warnings),
        _(content.title),
        content.pass_mark,
        hints or content.hints,
        i18n.current(),
    )


def _run(arguments: list[str]) -> tuple[str, str]:
    """Return the standard output and standard error of ``grader check``; interrupting the kernel stops it."""
    # -P: do not import a student's numpy.py from this folder.
    command = [sys.executable, "-P", "-m", "grader", "check", *arguments]
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    )
    try:
        return process.communicate()
    except KeyboardInterrupt:
        _stop(process)
        raise NotChecked(_("Stopped: nothing was graded.")) from None
    finally:
        process.kill()  # has no effect if the process has ended
        process.wait()


def _stop(process: subprocess.Popen[str]) -> None:
    """Interrupt the process like Ctrl-C, which some editors send only to the kernel."""
    with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
        process.send_signal(signal.SIGINT)
        process.wait(TIME_TO_STOP)
