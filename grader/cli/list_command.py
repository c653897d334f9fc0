"""``grader list``."""

from __future__ import annotations

import click

from . import options


@click.command("list")
@options.lang
def command() -> None:
    """List the bundled assignments by chapter, with their time, their points, and the slides that they follow."""
    from ..assignment import chapters
    from ..support.i18n import _

    assignments = chapters.bundled()
    lines = {each.name: (each.name, _(each.content.title), *chapters.facts(each.content)) for each in assignments}
    widths = [max(map(len, column)) for column in zip(*lines.values(), strict=True)]
    for number, (chapter, members) in enumerate(chapters.grouped(assignments, lambda each: each.content.chapter)):
        click.echo(f"{chr(10) * (number > 0)}{_(chapter)}")
        for each in members:
            cells = zip(lines[each.name], widths, strict=True)
            click.echo("  ".join(["", *(f"{cell:{width}}" for cell, width in cells)]).rstrip())
