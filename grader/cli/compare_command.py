"""``grader compare``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("compare")
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
def command(first: Path, second: Path) -> None:
    """Show whose score changed between two output folders of grader grade, FIRST and SECOND, and why.

    Scores are those of the reports, before lateness and rounding.
    """
    from ..batch import compare

    for line in compare.compare(first, second):
        click.echo(line)
