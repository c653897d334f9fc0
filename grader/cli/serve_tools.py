"""``grader serve user|token|...``: commands for the data of a server, most of which work while it runs."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from .serve_place import (
    config_option,
    configuration_of,
    data_dir_option,
    opened,
    place_of,
    place_options,
    require_packages,
)

ROLE = click.Choice(("student", "tutor", "instructor", "admin"))


@click.command("token")
@click.argument("name")
@click.option("--role", type=ROLE, help="Role of the user.  [default: unchanged; student for a new user]")
@click.option("--course", metavar="COURSE", help="Course of the role.  [default: the only one]")
@place_options
@click.pass_context
def token(
    ctx: click.Context, name: str, role: str | None, course: str | None, data_dir: Path | None, database: str | None
) -> None:
    """Print a new token for programs of the user NAME. A new user is made.

    The token allows what the role needs, and can be deleted on the page /me/tokens.
    """
    with opened(ctx, data_dir, database, must_exist=False) as service:
        from ..service import accounts, members, users

        with service.database.writing() as session:
            is_new = users.find(session, name) is None
            user = members.ensure(session, name)
            if role or is_new:
                members.give_role(session, user, role or "student", course)
            scopes = members.scopes(role or members.highest_role(session, user))
            secret = accounts.new_token(session, user, scopes, "grader serve token")
            members.note(session, "token", user)
    click.echo(secret)


@click.command("user")
@click.argument("name")
@click.option("--role", type=ROLE, help="Role to give.  [default: unchanged]")
@click.option("--course", metavar="COURSE", help="Course of the role.  [default: the only one]")
@click.option("--full-name", default="", metavar="TEXT", help="Name for people.")
@click.option("--email", default="", metavar="TEXT", help="E-mail address.")
@click.option("--disable", is_flag=True, help="Sign the user out, and let nobody sign in.")
@click.option("--enable", is_flag=True, help="Let a disabled user sign in again.")
@place_options
@click.pass_context
def user(
    ctx: click.Context,
    name: str,
    role: str | None,
    course: str | None,
    full_name: str,
    email: str,
    disable: bool,
    enable: bool,
    data_dir: Path | None,
    database: str | None,
) -> None:
    """Print a link with which the user NAME chooses a password. It works once, for a week. A new user is made."""
    if disable and enable:
        raise click.UsageError("Choose --disable or --enable, not both.", ctx)
    with opened(ctx, data_dir, database, must_exist=False) as service:
        from ..service import data_folder, members

        with service.database.writing() as session:
            if disable:
                account = members.named(session, name)
                members.disable(session, account)
                members.note(session, "disable", account)
                return
            if enable:
                members.enable(session, members.named(session, name))
            account = members.ensure(session, name, full_name, email)
            if role:
                members.give_role(session, account, role, course)
            secret = members.password_link(session, account)
            members.note(session, "link", account)
        server = data_folder.running_server(service.configuration.data_dir)
    address = server.address if server is not None else ""
    if not address:
        click.echo("No server runs: put its address in front of the link.", err=True)
    click.echo(f"{address}/reset/{secret}")


@click.command("migrate")
@place_options
@click.pass_context
def migrate(ctx: click.Context, data_dir: Path | None, database: str | None) -> None:
    """Bring the tables of a data folder to this version of the grader. A server does this at its start."""
    require_packages()
    from ..service import data_folder
    from ..service.database import Database, newest_revision
    from ..service.service import sentence_for_failure

    configuration = configuration_of(place_of(ctx, data_dir, database))
    folder = configuration.data_dir
    if not configuration.database:
        data_folder.refuse_missing(folder)
    data_folder.make(folder)
    with contextlib.ExitStack() as stack:
        if not configuration.database:  # servers that share a database may run meanwhile
            stack.enter_context(data_folder.used_by_server(folder, newest_revision()))
        stack.enter_context(data_folder.setup(folder))
        stack.enter_context(sentence_for_failure(configuration))
        tables = Database(configuration.database_url)
        try:
            tables.refuse_unusable()
            before = tables.revision()
            tables.migrate()
            after = tables.revision()
        finally:
            tables.close()
    click.echo(f"The tables have version {after}" + (", as before." if before == after else f", before: {before}."))


@click.command("copy")
@click.option("--from", "source", metavar="SOURCE", help="Data folder or address to copy from.  [default: --data-dir]")
@click.option("--to", "target", required=True, metavar="URL", help="Empty PostgreSQL database.")
@data_dir_option
@click.pass_context
def copy(ctx: click.Context, source: str | None, target: str, data_dir: Path | None) -> None:
    """Copy the tables of a server into an empty PostgreSQL database, and compare the numbers of rows. Stop the server first."""
    require_packages()
    from ..service import data_folder, database_address, database_copy
    from ..service.configuration import default_data_dir
    from ..service.database import newest_revision

    folder = (place_of(ctx, data_dir).data_dir or default_data_dir()).absolute()
    if source is None:
        data_folder.refuse_missing(folder)
    elif Path(source).is_dir():
        folder = Path(source).absolute()
    address = database_copy.address_of(source or str(folder))
    with contextlib.ExitStack() as stack:
        if folder.is_dir():
            stack.enter_context(data_folder.used_by_server(folder, newest_revision()))
        total = database_copy.copy(
            database_address.chosen(address),
            database_address.chosen(target),
            lambda name, count: click.echo(f"{name:12} {count}"),
        )
    click.echo(f"All {total} rows are copied.")
    click.echo("Files are not in the database: start the servers with the same --data-dir and --blobs as before.")


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@place_options
@click.pass_context
def backup(ctx: click.Context, file: Path, data_dir: Path | None, database: str | None) -> None:
    """Write the database and all files of a data folder into the zip file FILE. The server may run."""
    with opened(ctx, data_dir, database) as service:
        from ..service import backup as backups

        content = backups.write(service, file)
    click.echo(backups.sentence(content, "The backup has"))
    if content.missing:
        raise click.ClickException(
            f"{content.missing} files were missing in the data folder: run 'grader serve check'."
        )


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@place_options
@click.pass_context
def restore(ctx: click.Context, file: Path, data_dir: Path | None, database: str | None) -> None:
    """Make a data folder from the backup FILE, and fill a database. Both must be new or empty."""
    require_packages()
    from ..service import backup as backups
    from ..service import restoring

    configuration = configuration_of(place_of(ctx, data_dir, database))
    content = restoring.restore(file, configuration)
    click.echo(backups.sentence(content, "The database has" if configuration.database else "The data folder has"))


@click.command("grade-repositories")
@click.argument("course")
@click.argument("exercise")
@config_option
@place_options
@click.pass_context
def grade_repositories(
    ctx: click.Context, course: str, exercise: str, config: Path | None, data_dir: Path | None, database: str | None
) -> None:
    """Hand in the newest commit of each repository of an exercise as a graded attempt, and list all repositories.

    The settings file of the server has the credentials for GitHub or GitLab. The running server grades what is handed in.
    """
    with opened(ctx, data_dir, database, config=config) as service:
        from ..service import repository_grading

        for line in repository_grading.grade_newest(service, course, exercise):
            click.echo(line)


@click.command("purge")
@click.option(
    "--older-than", "days", type=click.IntRange(0), metavar="DAYS", help="Keep nothing for longer, in any course."
)
@click.option("--user", "name", metavar="NAME", help="Erase this person instead: submissions, marks, name.")
@click.option("--dry-run", is_flag=True, help="Only say how much would be deleted.")
@place_options
@click.pass_context
def purge(
    ctx: click.Context, days: int | None, name: str | None, dry_run: bool, data_dir: Path | None, database: str | None
) -> None:
    """Delete what courses keep no longer, and files that belong to nothing. A server does this a few times a day."""
    if name is not None and (days is not None or dry_run):
        raise click.UsageError("--user cannot be combined with --older-than or --dry-run.", ctx)
    with opened(ctx, data_dir, database) as service:
        from ..service import erasure, members, retention

        if name is not None:
            with service.database.reading() as session:
                account = members.named(session, name)
            click.echo(f"Erased; the audit has the name {erasure.erase(service, account.id)}.")
        elif dry_run:
            click.echo(f"Would be deleted: {retention.count_old(service, days)}.")
        else:
            click.echo(f"Deleted: {retention.purge(service, days)}.")


@click.command("check")
@place_options
@config_option
@click.pass_context
def check(ctx: click.Context, data_dir: Path | None, database: str | None, config: Path | None) -> None:
    """Check the database, the files and the disk of a data folder, and the isolation of this machine.

    With --config, each system by which people sign in, and each host of repositories, is asked whether it answers.
    """
    with opened(ctx, data_dir, database, config=config) as service:
        from ..logins import checking
        from ..service import inspection, repository_inspection

        is_good = True
        parts = (*inspection.inspect(service), *checking.inspect(service), *repository_inspection.inspect(service))
        for part in parts:
            click.echo(f"{part.name:12} {part.sentence}")
            is_good = is_good and part.is_good
    ctx.exit(0 if is_good else 3)


TOOLS = {
    tool.name or "": tool for tool in (user, token, grade_repositories, migrate, copy, check, backup, restore, purge)
}
