"""``grader validate``."""

from __future__ import annotations

import click


@click.command("validate")
@click.argument("assignment")
def command(assignment: str) -> None:
    """Check that ASSIGNMENT is sound: its solution gets full marks, its starters get none, and each known-wrong
    solution fails the check that it names."""
    from ..machine import systems

    systems.require_worker()
    from ..assignment import load
    from ..grading.validate import validate
    from ..support.errors import UsageError

    loaded = load(assignment)
    failures = 0
    for line in validate(loaded):
        failures += not line.holds
        points = f"{line.score:5g} / {line.max_score:<3g}" if line.max_score else ""  # of a submission
        click.echo(f"{'ok   ' if line.holds else 'WRONG'}  {line.file:36}  {points:11}  {line.sentence}")
    if line.data:
        click.echo(f"data {line.data}")
    if failures:
        raise UsageError(f"{loaded.folder}: {failures} of the lines above are wrong. Fix the assignment or its files.")
    click.echo(f"{loaded.name} is sound.")
