"""``grader grade``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import mistaken, options

if TYPE_CHECKING:
    from ..machine.device import Wanted
    from ..report.model import Level
    from ..sandbox.engines import Engine

LAYOUTS = ("canvas", "moodle", "ilias", "gradescope", "nbgrader", "github", "folders", "loose")
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("grade")
@click.argument("assignment")
@click.argument("submissions", type=click.Path(path_type=Path, readable=False))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Where results go.")
@click.option("--jobs", type=click.IntRange(1, 1024), help="Submissions graded at the same time.  [default: cores]")
@click.option("--scheduler", metavar="ADDRESS", help="Grade on the Dask cluster of this scheduler.")
@click.option(
    "--insecure-scheduler",
    is_flag=True,
    help="Use a scheduler of another machine without TLS: anybody there may run code.",
)
@click.option("--seed", type=options.SEED, help="Draws the inputs.  [default: drawn once, and kept]")
@options.data
@options.device
@options.lang
@click.option(
    "--isolation",
    type=options.LEVELS,
    default="strong",
    show_default=True,
    help="Confine at exactly this level; every report says so.",
)
@options.engine
@options.timings
@click.option("--layout", type=click.Choice(LAYOUTS), help="Of SUBMISSIONS.  [default: recognised]")
@click.option(
    "--policy", type=FILE, metavar="FILE", help="Due date, late days and rounding, instead of the assignment's."
)
@click.option(
    "--canvas", type=FILE, metavar="CSV", help="An exported Canvas gradebook, to make canvas.csv for its import."
)
@click.option(
    "--column", metavar="TITLE", help="The assignment's title in that gradebook.  [default: the assignment's]"
)
@click.option("--moodle", type=FILE, metavar="CSV", help="The grading worksheet, filled in as moodle.csv.")
@click.option(
    "--ilias", type=FILE, metavar="CSV", help="The status file of a multi-feedback download, filled in as status.csv."
)
@click.option(
    "--only", multiple=True, metavar="STUDENT", help="Grade this student again, by name or id; give it again for more."
)
@click.option(
    "--check",
    "checks",
    multiple=True,
    metavar="NAME",
    help="Grade this check again, and what requires it; the others stay.",
)
@click.option(
    "--file",
    metavar="PATTERN",
    default="",
    help="Which file of each hand-in is graded, by its name or path: '*final*.ipynb'.  [default: chosen]",
)
@click.option(
    "--files",
    type=FILE,
    metavar="CSV",
    help="The same for single students: student,file.  [default: files.csv in DIR, else next to SUBMISSIONS]",
)
@click.option(
    "--list", "only_list", is_flag=True, help="Print which file of each student would be graded, and why; run nothing."
)
@click.option("--fresh", is_flag=True, help="Forget earlier results and the seed.")
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
    device: Wanted,
    isolation: Level,
    engine: Engine,
    timings: bool,
    layout: str | None,
    policy: Path | None,
    canvas: Path | None,
    column: str | None,
    moodle: Path | None,
    ilias: Path | None,
    only: tuple[str, ...],
    checks: tuple[str, ...],
    file: str,
    files: Path | None,
    only_list: bool,
    fresh: bool,
) -> None:
    """Grade the SUBMISSIONS of a class (a folder, or an archive of a course system) by ASSIGNMENT.

    The same command goes on where an earlier one was stopped, and grades only what has changed since.
    """
    if out is None and not only_list:
        raise click.UsageError("Missing option '--out'.")
    if not only_list:
        from ..batch import server
        from ..machine import systems

        systems.require_worker()
        server.start()
    from ..assignment.base import Policy
    from ..batch import executor, grade_class, overview
    from ..batch.outputs import Given
    from ..report.terminal import PlainConsole
    from ..support import yaml_model

    loaded = mistaken.load(ctx, assignment, submissions)
    wanted = grade_class.Options(
        jobs=jobs or executor.cores(),
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
        given=Given(canvas, column or loaded.content.title, moodle, ilias),
    )
    if isolation != "strong" and not only_list:
        click.echo(f"Warning: submissions are confined at level {isolation} only, as every report will say.", err=True)
    console = PlainConsole()
    if not console.is_terminal:
        console.width = 250  # a pipe has none: whole lines
    if out is None or only_list:
        grade_class.list_class(loaded, submissions, out, wanted, console)
        return
    graded = grade_class.grade_class(loaded, submissions, out, wanted, console)
    overview.show(graded, out, console, timings)
    ctx.exit(3 if any(row.status in ("not_gradable",) for row in graded.rows) else 0)
