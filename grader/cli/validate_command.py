"""``grader validate``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..assignment import Assignment


@click.command("validate")
@click.argument("assignment")
@click.option(
    "--mutants",
    "with_mutants",
    is_flag=True,
    help="Instead, measure the checks: list wrong versions of the solution that keep full marks. Exit code 1 if there are any.",
)
@click.option("--show", metavar="NAME", help="Instead, print the source of this known-wrong solution.")
@click.pass_context
def command(ctx: click.Context, assignment: str, with_mutants: bool, show: str | None) -> None:
    """Check that ASSIGNMENT is sound: its solution gets full marks, its starters get none, and each known-wrong
    solution fails the check that it names."""
    if show is not None:
        _print_source(assignment, show)
        return
    from ..machine import systems

    systems.require_worker()
    if with_mutants:
        from ..executor import server

        server.start()
    from ..assignment import load

    loaded = load(assignment)
    if with_mutants:
        ctx.exit(0 if _all_are_noticed(loaded) else 1)
    _validate(loaded)


def _print_source(assignment: str, name: str) -> None:
    from ..assignment import load
    from ..grading import wrong_solutions

    click.echo(wrong_solutions.named(load(assignment, outline=True), name).content(), nl=False)


def _validate(loaded: Assignment) -> None:
    """Print a line for each file of the assignment; raises UsageError if one is not as declared."""
    from ..grading.validate import validate
    from ..support.errors import UsageError

    failures = 0
    for line in validate(loaded):
        failures += not line.holds
        click.echo(line.text)
    if line.data:
        click.echo(f"data {line.data}")
    if failures:
        raise UsageError(f"{loaded.folder}: {failures} of the lines above are wrong. Fix the assignment or its files.")
    click.echo(f"{loaded.name} is sound.")


def _all_are_noticed(loaded: Assignment) -> bool:
    """Print the mutants that no check notices; return True if all of them are accepted."""
    from ..mutants import accepting, measuring
    from ..support.errors import NotGradable

    measurement = measuring.measure(loaded, click.echo)
    if measurement.not_graded:
        mutant = measurement.not_graded[0]
        raise NotGradable(
            f"{len(measurement.not_graded)} mutants could not be graded, such as {mutant}: run the command again."
        )
    judgement = accepting.judge(measurement, loaded)
    for survivor in judgement.survivors:
        click.echo(
            f"SURVIVES  {survivor.mutant}. Its numbers differ in {survivor.place}. "
            "Add a probe on which they differ, or accept it."
        )
    for sentence in judgement.outdated:
        click.echo(f"OUTDATED  {sentence} Remove it from 'accepted'.")
    click.echo(
        f"{len(measurement.caught)} caught, {len(measurement.equivalent)} with the same numbers as the solution, "
        f"{len(judgement.accepted)} accepted, {len(judgement.survivors)} not noticed."
    )
    return not judgement.survivors and not judgement.outdated
