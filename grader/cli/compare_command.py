"""``grader compare``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("compare")
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
def command(first: Path, second: Path) -> None:
    """Show the students whose score differs between FIRST and SECOND, two output folders of grader grade, and why.

    The scores are those in the reports, before late penalties and rounding.
    """
    from ..batch import compare

    for line in compare.compare(first, second):
        click.echo(line)
