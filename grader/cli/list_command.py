"""``grader list``."""

from __future__ import annotations

import click


@click.command("list")
def command() -> None:
    """List the bundled assignments."""
    from .. import assignment

    names = assignment.bundled_names()
    width = max(map(len, names), default=0)
    for name in names:
        click.echo(f"{name:{width}}  {assignment.load(name, outline=True).content.title}")
