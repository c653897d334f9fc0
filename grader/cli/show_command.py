"""``grader show``."""

from __future__ import annotations

import sys

import click


@click.command("show")
@click.argument("assignment")
def command(assignment: str) -> None:
    """Show the task of ASSIGNMENT and how it is scored."""
    from ..assignment import load

    loaded = load(assignment, outline=True)
    text = loaded.file(loaded.content.task).read_text(encoding="utf-8").rstrip()
    open_checks = [check for check in loaded.content.checks if check.visibility == "open"]
    text += "\n\n## Scoring\n\n| check | points | title |\n|---|---|---|\n"
    text += "".join(
        f"| {check.name} | {check.points:g} | {check.title.replace('|', '&#124;' if sys.stdout.isatty() else '|')} |\n"
        for check in open_checks
    )
    for check in open_checks:
        text += "".join(f"\n{check.name}: {item.points:g} points for {item.title}" for item in check.marking_scheme())
    total = sum(check.points for check in open_checks)
    text += f"\nPass mark: {loaded.content.pass_mark / 100 * total:g} of {total:g} points."
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        click.echo(text)
