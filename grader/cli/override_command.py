"""``grader override``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("override")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("student", required=False)
@click.option(
    "--check", metavar="NAME", default="", help="Check that gets the points or the comment.  [default: the total]"
)
@click.option("--points", metavar="NUMBER", help="Points, or 'out': the check then counts for nothing.")
@click.option("--comment", metavar="TEXT", help="Comment for the student.")
@click.option("--by", metavar="NAME", default="", help="Name of the person who gives the mark.  [default: the login]")
@click.option("--remove", is_flag=True, help="Remove the mark and the comment.")
@click.option("--list", "only_list", is_flag=True, help="Only print all marks and comments.")
@click.pass_context
def command(
    ctx: click.Context,
    folder: Path,
    student: str | None,
    check: str,
    points: str | None,
    comment: str | None,
    by: str,
    remove: bool,
    only_list: bool,
) -> None:
    """Give STUDENT points or a comment by hand in DIR, an output folder of grader grade.

    STUDENT is a name or an id from gradebook.csv; '*' is every student. The mark is written to overrides.csv, and the
    pages are written again. Run 'grader grade' again for the gradebooks: it grades nobody for this.
    """
    if not only_list and student is None:
        raise click.UsageError("Missing argument 'STUDENT'.")
    if not only_list and not remove and points is None and comment is None:
        raise click.UsageError("Give --points, --comment or both, or --remove.")
    if remove and (points is not None or comment is not None):
        raise click.UsageError("--remove takes away the points and the comment: omit --points and --comment.")
    from ..machine import systems

    systems.require_worker()
    from ..batch import overriding, renewing
    from ..report.terminal import PlainConsole

    if only_list or student is None:
        click.echo("\n".join(overriding.list_marks(folder)))
        return
    if remove:
        click.echo(overriding.remove_mark(folder, student, check))
    else:
        click.echo(overriding.set_mark(folder, overriding.NewMark(student, check, points, comment, by)))
    lines, problems = renewing.write_missing(folder, PlainConsole())
    for line in (*lines, *problems):
        click.echo(line)
    ctx.exit(3 if problems else 0)
