"""``grader data``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("data")
@click.option(
    "--data", "folder", type=click.Path(path_type=Path), metavar="DIR", help="Look for NAME.npz files here first."
)
@click.pass_context
def command(ctx: click.Context, folder: Path | None) -> None:
    """Show where the datasets come from, and download those that are missing."""
    from .. import datasets
    from ..support.errors import NotGradable
    from ..support.text import clean

    problems = []
    for name in datasets.NAMES:
        try:
            source = datasets.find(name, folder, retry=True)
        except NotGradable as error:
            click.echo(f"{name:14} damaged")
            problems.append(str(error))
            continue
        dataset = source.dataset
        sizes = f"{len(dataset.x_train)} training, {len(dataset.x_test)} test images"
        where = source.where or "not stored: no folder is writable"
        click.echo(f"{name:14} {dataset.source:18} {sizes:36} {where}")
        if dataset.stand_in:
            if name == "digits":
                sentence = (
                    f"The dataset {name} could not be found ({source.problem}). Its stand-in is used until it is."
                )
            else:
                sentence = (
                    f"The dataset {name} could not be downloaded ({source.problem}). Its stand-in is used until "
                    "'grader data' succeeds or --data names a folder with the file."
                )
            problems.append(sentence)
    for problem in problems:
        click.echo(f"Error: {clean(problem, 2000)}", err=True)
    ctx.exit(3 if problems else 0)
