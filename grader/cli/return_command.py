"""``grader return``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from . import options


@click.command("return")
@click.argument("results", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("url", metavar="URL", required=False)
@click.option("--send", is_flag=True, help="Send the marks and comments. Without it the command only shows them.")
@click.option(
    "--overwrite-marks",
    is_flag=True,
    help="Replace marks and comments that a person has entered in the course system. Without it they are kept and listed.",
)
@click.option("--pages", is_flag=True, help="Attach each student's page to the comment. Canvas only.")
@options.course_token
@click.pass_context
def command(
    ctx: click.Context,
    results: Path,
    url: str | None,
    send: bool,
    overwrite_marks: bool,
    pages: bool,
    token: str | None,
) -> None:
    """Return the scores and comments of a class to its assignment in Canvas or Moodle; shows them only, without --send.

    DIR is an output folder of grader grade, or the gradebook.csv from the desk of a server. URL is the address of the
    assignment in the browser; it may be left out for a class that grader fetch has fetched.
    """
    from ..course_systems import opening, returning

    graded = returning.read(results, pages)
    address = returning.address_of(url, graded)
    tell = (lambda line: click.echo(line, err=True)) if sys.stderr.isatty() else (lambda line: None)
    with opening.opened(address, token, True, tell) as system:
        outcome = returning.give_back(system, address, graded, send, overwrite_marks, click.echo, tell)
    for line in outcome.lines:
        click.echo(line)
    ctx.exit(0 if outcome.is_complete else 3)
