"""``grader submit``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..support.errors import Stopped, UsageError
from ..support.i18n import _, ngettext
from . import options

if TYPE_CHECKING:
    from ..remote.connection import Connection
    from ..remote.exercises import RemoteExercise
    from ..remote.handing_in import RemoteEvent, RemoteSubmission


@click.command("submit")
@click.argument("assignment")
@click.argument("submission", metavar="FILE", type=click.Path(path_type=Path, readable=False))
@click.option(
    "--to",
    "url",
    metavar="URL",
    help="Address of the server; also in GRADER_URL.  [required, but for a terminal in a JupyterHub]",
)
@click.option("--course", metavar="NAME", help="Course, if several of your courses have this exercise.")
@click.option(
    "--token",
    envvar="GRADER_TOKEN",
    metavar="TOKEN",
    help="Token from the page of your tokens.  [default: GRADER_TOKEN, which no list of processes shows]",
)
@click.option("--attempt", is_flag=True, help="Hand in a graded attempt, which counts.  [default: a self-check]")
@click.option("--wait", is_flag=True, help="Wait for the report and show it; the exit code is that of 'grader check'.")
@click.option("--json", "as_json", is_flag=True, help="Wait, and print the report as one JSON document.")
@options.lang
@click.pass_context
def command(
    ctx: click.Context,
    assignment: str,
    submission: Path,
    url: str | None,
    course: str | None,
    token: str | None,
    attempt: bool,
    wait: bool,
    as_json: bool,
) -> None:
    """Hand in FILE for ASSIGNMENT on a server: a notebook, a module, an archive, or a folder that contains one.

    It is a self-check, which does not count, unless --attempt is given.
    """
    from ..remote import address, exercises, handing_in, hub_server, upload
    from ..remote.connection import Connection

    server = hub_server.chosen(url, os.environ, "--to")
    token = token or hub_server.token_for(server, os.environ)
    if token is None:
        message = _("A token is missing: make one at {address}/me/tokens, and set GRADER_TOKEN to it.")
        raise UsageError(message.format(address=server.url))
    _refuse_swapped(ctx, assignment, submission)
    if warning := address.warning(server):
        click.echo(_("Warning: {sentence}").format(sentence=warning), err=True)
    with Connection(server, token) as connection:
        exercise = exercises.choose(exercises.exercises(connection), assignment, course)
        content = upload.read(submission, exercise.file_bytes)
        received = handing_in.hand_in(connection, exercise, content, attempt)
        waits = wait or as_json
        _print_receipt(connection, exercise, received, attempt, to_stderr=waits)
        if waits:
            try:
                received = handing_in.wait(connection, received, _tell)
            except KeyboardInterrupt:
                page = handing_in.page(connection, received)
                raise Stopped(
                    _("Stopped waiting. The server grades it all the same: see {page}").format(page=page)
                ) from None
            ctx.exit(_show(connection, exercise, received, submission, as_json))


def _refuse_swapped(ctx: click.Context, assignment: str, submission: Path) -> None:
    """Raise UsageError with the correct command line if the file comes first."""
    from ..support.text import command_line

    if Path(assignment).is_file() and not submission.exists():
        words = ["grader", str(ctx.info_name), str(submission), assignment, "--to", "URL"]
        message = _("The assignment comes first, then the files to grade: {command}")
        raise UsageError(message.format(command=command_line(words)))


def _print_receipt(
    connection: Connection, exercise: RemoteExercise, received: RemoteSubmission, attempt: bool, to_stderr: bool
) -> None:
    from ..remote import handing_in

    click.echo(handing_in.sentence(received, exercise, attempt), err=to_stderr)
    receipt = _("Receipt: {id}, received at {time} UTC, SHA-256 {sha256}.")
    moment = f"{received.received:%Y-%m-%d %H:%M:%S}"
    click.echo(receipt.format(id=received.id, time=moment, sha256=received.sha256), err=to_stderr)
    if received.is_late:
        click.echo(_("It arrived after the deadline."), err=to_stderr)
    if not to_stderr:
        click.echo(_("Its report: {page}").format(page=handing_in.page(connection, received)))


def _tell(event: RemoteEvent) -> None:
    """Tell a person at a terminal what happens."""
    if not sys.stderr.isatty():
        return
    words = event.data
    if event.kind == "check":
        click.echo(f"{words.get('status')}: {words.get('name')}", err=True)
    elif isinstance(words.get("ahead"), int) and words.get("state") == "queued":
        message = ngettext(
            "It waits: {count} submission is before it, about {seconds:.0f} s.",
            "It waits: {count} submissions are before it, about {seconds:.0f} s.",
            words["ahead"],
        )
        click.echo(message.format(count=words["ahead"], seconds=words.get("seconds") or 0), err=True)


def _show(
    connection: Connection, exercise: RemoteExercise, received: RemoteSubmission, path: Path, as_json: bool
) -> int:
    """Print the report as ``grader check`` does, and return the exit code."""
    from ..remote import handing_in, reports

    answer = reports.report_of(connection, received, path)
    if as_json:
        click.echo(answer.document)
    elif answer.report is None:  # made by a newer server, which can show it as text
        click.echo(handing_in.report(connection, received, "text/plain"))
    elif (problem := answer.report.problem()) is not None:
        click.echo(f"Error: {problem}", err=True)
    else:
        from ..report import terminal

        entry = answer.report.submission.file or received.file
        terminal.show(answer.report, exercise.pass_mark, entry, exercise.hints)
    return answer.exit_code
