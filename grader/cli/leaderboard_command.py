"""``grader leaderboard``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("leaderboard")
@click.argument("reports", type=click.Path(path_type=Path), nargs=-1, required=True)
def command(reports: tuple[Path, ...]) -> None:
    """Rank the submissions of REPORTS (files or folders, from check --json) by their result in the challenge.

    Each line shows the accuracy on held-out images with its 95 % interval. Equal accuracies share a rank.
    """
    from ..report import leaderboard

    ranked, skipped = leaderboard.read(reports)
    if skipped:
        click.echo(
            f"Warning: {len(skipped)} files are not complete reports and are left out, for example {skipped[0]}.",
            err=True,
        )
    for entries in leaderboard.by_contest(ranked):
        name, check, data = entries[0].contest
        click.echo(f"{name}, {check} ({data})")
        for entry in entries:
            interval = f"{100 * entry.low:.1f} to {100 * entry.high:.1f}"
            click.echo(f"{entry.rank:4}  {100 * entry.accuracy:5.2f} %  ({interval})  {entry.submission}")
