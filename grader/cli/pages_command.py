"""``grader pages``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("pages")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.pass_context
def command(ctx: click.Context, folder: Path) -> None:
    """Write the reports and pages of students that are missing, damaged or outdated in DIR, an output folder of grader grade.

    They are made from the stored results, so the submissions are not needed.
    """
    from ..machine import systems

    systems.require_worker()
    from ..batch import renewing
    from ..report.terminal import PlainConsole

    lines, problems = renewing.write_missing(folder, PlainConsole())
    for line in (*lines, *problems):
        click.echo(line)
    ctx.exit(3 if problems else 0)
