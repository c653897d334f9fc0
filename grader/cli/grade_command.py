"""``grader grade``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..support.garbage import no_collection
from . import options, suggestions

if TYPE_CHECKING:
    from ..support.choices import Device, Engine, Level

LAYOUTS = ("canvas", "moodle", "fetched", "ilias", "gradescope", "nbgrader", "github", "folders", "loose")
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("grade")
@click.argument("assignment")
@click.argument("submissions", type=click.Path(path_type=Path, readable=False))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Output folder for the results."
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 1024),
    help="Number of submissions graded at the same time.  [default: number of cores]",
)
@click.option("--scheduler", metavar="ADDRESS", help="Grade on the Dask cluster of this scheduler.")
@click.option(
    "--insecure-scheduler",
    is_flag=True,
    help="Use a scheduler on another machine without TLS. Anyone who can reach it may run code.",
)
@click.option("--seed", type=options.SEED, help="Seed of the random inputs.  [default: drawn once and stored in DIR]")
@options.data
@options.device
@options.lang
@click.option(
    "--isolation",
    type=options.LEVELS,
    default="strong",
    show_default=True,
    help="Confine submissions at exactly this level; every report states it.",
)
@options.engine
@options.timings
@click.option("--layout", type=click.Choice(LAYOUTS), help="Layout of SUBMISSIONS.  [default: recognised]")
@click.option(
    "--policy",
    type=FILE,
    metavar="FILE",
    help="File with due date, late days and rounding, instead of the assignment's.",
)
@click.option(
    "--canvas", type=FILE, metavar="CSV", help="An exported Canvas gradebook; canvas.csv is written for its import."
)
@click.option("--column", metavar="TITLE", help="Column of that gradebook.  [default: the title of the assignment]")
@click.option(
    "--moodle", type=FILE, metavar="CSV", help="A Moodle grading worksheet; moodle.csv is the same with grades."
)
@click.option(
    "--ilias",
    type=FILE,
    metavar="CSV",
    help="The status file of an ILIAS multi-feedback download; status.csv is the same with grades.",
)
@click.option(
    "--overwrite-marks",
    is_flag=True,
    help="Replace marks and comments that are already in these files.  [default: keep and list them]",
)
@click.option(
    "--only",
    multiple=True,
    metavar="STUDENT",
    help="Grade only this student again, by name or id. Repeat the option for more students.",
)
@click.option(
    "--check",
    "checks",
    multiple=True,
    metavar="NAME",
    help="Grade only this check again, and the checks that require it. Repeat the option for more checks.",
)
@click.option(
    "--file",
    metavar="PATTERN",
    default="",
    help="File of each submission to grade, by name or path: '*final*.ipynb'.  [default: chosen automatically]",
)
@click.option(
    "--files",
    type=FILE,
    metavar="CSV",
    help="Table of files for single students: student,file.  [default: files.csv in DIR, else next to SUBMISSIONS]",
)
@click.option(
    "--overrides",
    type=FILE,
    metavar="CSV",
    help="Table of marks by hand: student,check,points,comment,by,at,sha256.  "
    "[default: overrides.csv in DIR, else next to SUBMISSIONS]",
)
@click.option(
    "--extensions",
    type=FILE,
    metavar="CSV",
    help="Table of other due dates: student,due; no due date: excused.  [default: extensions.csv in DIR, else next to SUBMISSIONS]",
)
@click.option(
    "--section",
    metavar="NAME",
    default="",
    help="Grade and show only this section: of the Canvas gradebook, or of sections.csv (student,section).",
)
@click.option(
    "--anonymous",
    is_flag=True,
    help="Show pseudonyms instead of names, in every file of DIR but key.csv.",
)
@click.option(
    "--keep-overrides",
    is_flag=True,
    help="Also apply marks by hand that were given for an earlier file of a student.",
)
@click.option(
    "--list",
    "only_list",
    is_flag=True,
    help="Only print which file of each student would be graded, and why.",
)
@click.option("--fresh", is_flag=True, help="Discard earlier results and the stored seed.")
@click.pass_context
def command(
    ctx: click.Context,
    assignment: str,
    submissions: Path,
    out: Path | None,
    jobs: int | None,
    scheduler: str | None,
    insecure_scheduler: bool,
    seed: int | None,
    data: Path | None,
    device: Device,
    isolation: Level,
    engine: Engine,
    timings: bool,
    layout: str | None,
    policy: Path | None,
    canvas: Path | None,
    column: str | None,
    moodle: Path | None,
    ilias: Path | None,
    overwrite_marks: bool,
    only: tuple[str, ...],
    checks: tuple[str, ...],
    file: str,
    files: Path | None,
    overrides: Path | None,
    keep_overrides: bool,
    extensions: Path | None,
    anonymous: bool,
    section: str,
    only_list: bool,
    fresh: bool,
) -> None:
    """Grade the SUBMISSIONS of a class (a folder, or an archive of a course system) by ASSIGNMENT.

    Run the same command again to continue after an interruption. It grades only submissions that have changed.
    """
    if out is None and not only_list:
        raise click.UsageError("Missing option '--out'.")
    if not only_list:
        from ..executor import server
        from ..machine import systems

        systems.require_worker()
        if scheduler is not None:
            from ..executor.scheduler import find

            find(scheduler, insecure_scheduler)  # before anything that takes time
        server.start()
    with no_collection():
        from ..assignment.policy import Policy
        from ..batch import grade_class
        from ..batch.course_files import CourseFiles
        from ..executor import local
        from ..report.terminal import PlainConsole
        from ..support import yaml_model
        from ..support.text import command_line

    loaded = suggestions.load(ctx, assignment, submissions, outline=True)
    settings = grade_class.Options(
        jobs=jobs or local.cores(),
        scheduler=scheduler,
        insecure_scheduler=insecure_scheduler,
        seed=seed,
        data=data,
        device=device,
        isolation=isolation,
        engine=engine,
        layout=layout,
        policy=yaml_model.load(policy, Policy) if policy else None,
        students=only,
        checks=checks,
        fresh=fresh,
        file=file,
        files=files,
        overrides=overrides,
        keep_overrides=keep_overrides,
        command=f"{command_line(['cd', str(Path.cwd())])} && {command_line(['grader', *sys.argv[1:]])}",
        extensions=extensions,
        anonymous=anonymous,
        section=section,
        course_files=CourseFiles(canvas, column or loaded.content.title, moodle, ilias, overwrite_marks),
    )
    if isolation != "strong" and not only_list:
        click.echo(f"Warning: submissions are confined only at level {isolation}; every report states it.", err=True)
    console = PlainConsole()
    if not console.is_terminal:
        console.width = 250  # a pipe has no width; it gets whole lines
    if out is None or only_list:
        grade_class.list_class(loaded, submissions, out, settings, console)
        return
    result = grade_class.grade_class(loaded, submissions, out, settings, console)
    from ..batch import overview

    overview.show(result, out, console, timings)
    ctx.exit(3 if any(row.status == "not_gradable" for row in result.rows) else 0)
