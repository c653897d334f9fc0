"""``grader fetch``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ..support.errors import Stopped
from . import options


@click.command("fetch")
@click.argument("url", metavar="URL")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for the submissions.",
)
@options.course_token
@click.pass_context
def command(ctx: click.Context, url: str, out: Path, token: str | None) -> None:
    """Fetch the submissions of an assignment from Canvas or Moodle into DIR, for grader grade.

    URL is the address of the assignment in the browser. The same command again fetches only what is new or changed.
    """
    from ..course_systems import addresses, fetching, opening

    address = addresses.read(url)
    tell = (lambda line: click.echo(line, err=True)) if sys.stderr.isatty() else (lambda line: None)
    with opening.opened(address, token, False, tell) as system:
        try:
            outcome = fetching.fetch(system, address, out, tell)
        except KeyboardInterrupt:
            raise Stopped("Stopped. Run the same command again to continue.") from None
    for line in outcome.lines:
        click.echo(line)
    ctx.exit(0 if outcome.is_complete else 3)
