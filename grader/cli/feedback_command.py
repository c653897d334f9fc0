"""``grader feedback``."""

from __future__ import annotations

from pathlib import Path

import click

FORMATS = ("moodle", "canvas", "nbgrader", "ilias", "folders", "mail")


@click.command("feedback")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--as",
    "form",
    type=click.Choice(FORMATS),
    help="Where the feedback goes.  [default: the course system of the class, else folders]",
)
@click.option("--pdf", is_flag=True, help="Add each page as a PDF file. Needs Chromium or Chrome.")
@click.option("--send", is_flag=True, help="Send the mails. Without it they are only written as .eml files.")
@click.option(
    "--addresses",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="CSV",
    help="Table of e-mail addresses: student,email.  [default: addresses.csv in DIR, and the course system's]",
)
@click.option(
    "--rate", type=click.IntRange(1, 6000), default=30, show_default=True, help="Mails sent in a minute at most."
)
@click.pass_context
def command(
    ctx: click.Context,
    folder: Path,
    form: str | None,
    pdf: bool,
    send: bool,
    addresses: Path | None,
    rate: int,
) -> None:
    """Give feedback back: write each student's page into a zip or a tree that the course system takes, or into mails.

    DIR is an output folder of grader grade; the submissions are not needed.
    """
    from ..machine import systems

    systems.require_worker()
    from ..feedback import giving
    from ..report.terminal import PlainConsole

    options = giving.FeedbackOptions(form, pdf, send, addresses, rate)
    outcome = giving.give(folder, options, PlainConsole())
    for line in outcome.lines:
        click.echo(line)
    ctx.exit(0 if outcome.is_complete else 3)
