"""``grader gradescope``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import options

if TYPE_CHECKING:
    from ..support.choices import Level


@click.command("gradescope")
@click.argument("assignment")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default="autograder.zip",
    show_default=True,
    metavar="FILE",
    help="The file to upload.",
)
@click.option("--seed", type=options.SEED, help="Seed of the random inputs.  [default: drawn now and stored in FILE]")
@click.option(
    "--isolation",
    type=click.Choice(["best", *options.LEVELS.choices]),
    default="best",
    show_default=True,
    help="Confine submissions at exactly this level, or at the best that Gradescope's machine offers.",
)
@options.lang
def command(assignment: str, out: Path, seed: int | None, isolation: str) -> None:
    """Make a Gradescope autograder of ASSIGNMENT: a zip file to upload."""
    from ..assignment import load
    from ..gradescope import bundle
    from ..support.i18n import _

    level: Level | None = None if isolation == "best" else isolation  # type: ignore[assignment]
    loaded = load(assignment)
    bundle.make(loaded, out, seed, level)
    points = sum(check.points for check in loaded.content.checks if not check.bonus)
    message = _(
        "Wrote {file}. Upload it to an assignment of {points} points. Keep it private: it contains the answers."
    )
    click.echo(message.format(file=out, points=f"{points:g}"))
    click.echo(bundle.container(loaded))
