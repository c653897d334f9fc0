"""``grader serve user|token|...``: commands for the data of a server, most of which work while it runs."""

from __future__ import annotations

import importlib.util
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..service.service import Service

ROLE = click.Choice(("student", "tutor", "instructor", "admin"))
PACKAGES = (
    "alembic",
    "argon2",
    "fastapi",
    "limits",
    "markdown_it",
    "prometheus_client",
    "python_multipart",
    "sqlalchemy",
    "sse_starlette",
    "uvicorn",
)

data_dir_option = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for database and files.  [default: in your data folder]",
)


def require_packages() -> None:
    """Raise UsageError if the packages of the server are not installed."""
    if any(importlib.util.find_spec(name) is None for name in PACKAGES):
        from ..machine import distribution
        from ..support.errors import UsageError

        raise UsageError(f"grader serve needs more packages: run {distribution.command('serve')}.")


@contextmanager
def opened(ctx: click.Context, data_dir: Path | None) -> Iterator[Service]:
    """Yield the service of a data folder, without a server."""
    require_packages()
    from ..service.configuration import Configuration, default_data_dir
    from ..service.service import open_service

    folder = data_dir or (ctx.parent.obj if ctx.parent is not None else None) or default_data_dir()
    service = open_service(Configuration(data_dir=folder.absolute(), grade=False))
    try:
        yield service
    finally:
        service.close()


@click.command("token")
@click.argument("name")
@click.option("--role", type=ROLE, help="Role of the user.  [default: unchanged; student for a new user]")
@click.option("--course", metavar="COURSE", help="Course of the role.  [default: the only one]")
@data_dir_option
@click.pass_context
def token(ctx: click.Context, name: str, role: str | None, course: str | None, data_dir: Path | None) -> None:
    """Print a new token for the API.

    A user who does not exist is made. The token lets programs do what the role allows.
    """
    with opened(ctx, data_dir) as service:
        from ..service import accounts, members

        with service.database.writing() as session:
            is_new = members.find(session, name) is None
            user = members.ensure(session, name)
            if role or is_new:
                members.give_role(session, user, role or "student", course)
            secret = accounts.new_token(session, user, members.scopes(role), "grader serve token")
    click.echo(secret)


TOOLS = {tool.name: tool for tool in (token,)}
