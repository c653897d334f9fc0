"""``grader check``."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import time
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING
from urllib.parse import quote

import click

from ..support.errors import UsageError
from ..support.garbage import no_collection
from ..support.i18n import _
from . import options, suggestions

if TYPE_CHECKING:
    from ..report.model import Report
    from ..submission import Submission
    from ..support.choices import Device, Engine, Level


@click.command("check")
@click.argument("assignment")
@click.argument("submission", type=click.Path(path_type=Path, readable=False))
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON document (--format json).")
@click.option("--format", "shape", type=options.FormatName(), help="Format of the report.  [default: text]")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the report in that format to FILE, and print it as text.",
)
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also write the report as a page with pictures: one file, to open in a browser.",
)
@click.option(
    "--reproduce",
    type=click.Path(path_type=Path),
    metavar="FILE.py",
    help="Also write a script that repeats the failed calls of the report without the grader.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="CHECK",
    help="Run only this check, without the checks that it requires. Repeat the option for more checks.",
)
@click.option("--seed", type=options.SEED, default=0, show_default=True, help="Seed of the random inputs.")
@options.data
@options.device
@options.lang
@click.option(
    "--isolation",
    type=options.LEVELS,
    help="Confine the submission at exactly this level.  [default: the best that this machine offers]",
)
@options.engine
@options.timings
@click.option(
    "--hints",
    type=click.IntRange(1, 3),
    help="1: where to look; 2: also the kind of mistake; 3: also the reasoning behind the correct computation.  "
    "[default: set by the assignment]",
)
@click.pass_context
def command(
    ctx: click.Context,
    assignment: str,
    submission: Path,
    as_json: bool,
    page: Path | None,
    shape: str | None,
    output: Path | None,
    reproduce: Path | None,
    only: tuple[str, ...],
    seed: int,
    data: Path | None,
    device: Device,
    isolation: Level | None,
    engine: Engine,
    timings: bool,
    hints: int | None,
) -> None:
    """Check SUBMISSION against ASSIGNMENT. It is a .ipynb, a .py, or a folder or archive that contains one."""
    from ..machine import systems, threads

    systems.require_worker()
    from ..sandbox import head_start
    from ..sandbox.warm import WarmStart

    warm = ctx.with_resource(WarmStart(for_many=False))
    head_start.begin(warm, submission, engine)
    os.environ |= threads.ONE_THREAD
    with no_collection():
        from ..executor.grade_task import grade_task
        from ..executor.work import GradingTask, work_for
        from ..grading.trace import Trace
        from ..submission import read
        from ..support import atomic_files

    shape = shape or ("json" if as_json else "text")
    if as_json and shape != "json":
        message = _("--json and --format {shape} cannot be combined: use one of them.")
        raise click.UsageError(message.format(shape=shape))
    if output is not None:
        atomic_files.refuse_unwritable(output)
    loaded = suggestions.load(ctx, assignment, submission)
    student_work = read(submission, loaded)
    _refuse_overwriting(submission, student_work.file, output, page)
    if page is not None:
        atomic_files.refuse_unwritable(page)
    if reproduce is not None:
        _refuse_script(reproduce, submission)
    trace = Trace()
    work = work_for(
        loaded,
        seed=seed,
        isolation=isolation,
        engine=engine,
        device=device,
        data=None if data is None else str(data),
        threads=None,
        include_hidden=False,
        hint_level=hints,
    )
    task = GradingTask(str(submission), {}, only=only, attempt="both")
    if shape == "text":  # imported by a thread at a time when this one mostly waits for the worker
        Timer(0.1, importlib.import_module, args=["grader.report.terminal"]).start()
    report = grade_task(work, task, loaded, student_work, trace, warm=warm)
    report = report.without_words_to_instructors()
    report_start = time.monotonic()
    missing = [f"{name}.npz" for name in loaded.content.datasets if data and not (data / f"{name}.npz").is_file()]
    if missing:
        warning = _("Warning: {folder} does not contain {files}. Another source was used.")
        if report.environment.data:
            warning = _("Warning: {folder} does not contain {files}. The submission was graded with {data}.")
        files_missing = ", ".join(missing)
        click.echo(warning.format(folder=data, files=files_missing, data=report.environment.data), err=True)
    if report.isolation.level == "none":
        click.echo(
            _("Warning: the submission ran without isolation, with all your permissions. Only check code you trust."),
            err=True,
        )
    if page is not None:
        from ..report import html
        from ..submission import source_files

        content = loaded.content
        notebook = json.loads(trace.executed) if trace.executed else None
        level = hints or content.hints
        files = source_files.source_files(student_work)
        text = html.render(
            report,
            _(content.title),
            content.pass_mark,
            student_work.file,
            level,
            notebook,
            files=files,
            original=_address_of_large(submission, student_work, page),
        )
        atomic_files.write_whole(page, text.encode(errors="replace"))
    if reproduce is not None:
        file = submission / student_work.file if submission.is_dir() else submission
        _write_script(report, file, reproduce)
    if output is not None or shape != "text":
        from ..report import formats

        document = formats.render(shape, report, loaded.content, hints)
    if output is not None:
        atomic_files.write_whole(output, f"{document}\n".encode(errors="replace"))
    elif shape != "text":
        click.echo(document)
    if output is not None or shape == "text":
        if (problem := report.problem()) is not None:
            click.echo(f"Error: {problem}", err=True)
        else:
            from ..report import terminal

            terminal.show(report, loaded.content.pass_mark, student_work.file, hints or loaded.content.hints)
    if timings:
        trace.timings.add("report", report_start)
        for stage, seconds in trace.timings.items():
            click.echo(f"{seconds:8.3f} s  {stage}", err=True)
    if report.ending == "not_gradable":
        ctx.exit(3)
    ctx.exit(0 if report.passed else 1)


def _address_of_large(submission: Path, student_work: Submission, page: Path) -> str:
    """Return the address, from a page, of a graded file that is too large to be part of it; "" for others."""
    from ..report.download import LARGEST

    file = submission / student_work.file if submission.is_dir() else submission
    if len(student_work.raw) <= LARGEST or not file.is_file() or file.stat().st_size != len(student_work.raw):
        return ""  # it may be in an archive
    return quote(os.fsencode(os.path.relpath(file.resolve(), page.resolve().parent)))


def _refuse_script(script: Path, submission: Path) -> None:
    """Raise UsageError if the script of ``--reproduce`` cannot be written, or could not load the submission."""
    from ..submission.files import ARCHIVES
    from ..support import atomic_files

    if script.suffix != ".py":
        raise UsageError(
            _("--reproduce writes a Python script: give {path} a name that ends in .py.").format(path=script)
        )
    if script.exists():
        raise UsageError(_("{path} already exists: delete it, or choose another name.").format(path=script))
    if submission.name.lower().endswith(ARCHIVES):
        raise UsageError(
            _("--reproduce cannot use an archive: extract {path} and check the file.").format(path=submission)
        )
    atomic_files.refuse_unwritable(script)


def _write_script(report: Report, file: Path, script: Path) -> None:
    """Write the script of ``--reproduce``, and print whether there is anything to reproduce."""
    from ..report import reproduction
    from ..support import atomic_files

    text = reproduction.script(report, file, script)
    if text is None:
        sentence = _("There is nothing to reproduce, so {path} was not written: no failed check has a call to repeat.")
        click.echo(sentence.format(path=script), err=True)
        return
    atomic_files.write_whole(script, text.encode(errors="replace"))
    click.echo(_("Wrote {path}. Run it with: python {path}").format(path=script), err=True)


def _refuse_overwriting(submission: Path, entry: str, *outputs: Path | None) -> None:
    """Raise UsageError if a report would overwrite the submission or the other report."""
    targets = [path.resolve() for path in outputs if path is not None]
    for path in targets:
        if any(_same(path, other) for other in (submission.resolve(), (submission / entry).resolve())):
            raise UsageError(_("{path} is the submission itself: give the report another name.").format(path=path.name))
    if len(targets) > 1 and _same(*targets):
        raise UsageError(_("--output and --html name the same file: give one of them another name."))


def _same(one: Path, other: Path) -> bool:
    """Return whether two paths name the same file, also on a file system that ignores case."""
    with contextlib.suppress(OSError):  # one of them does not exist yet
        return one.samefile(other)
    return one == other
