"""Where the data of a server is, for ``grader serve`` and its commands, which take the same options."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..service.configuration import Configuration
    from ..service.service import Service

PACKAGES = (
    "alembic",
    "argon2",
    "authlib",
    "fastapi",
    "joserfc",
    "markdown_it",
    "prometheus_client",
    "python_multipart",
    "sqlalchemy",
    "uvicorn",
)
Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class ServerPlace:
    """The folder, the database and the place of the files of a server, as the command line names them."""

    data_dir: Path | None = None
    database: str | None = field(default=None, repr=False)
    """The address of the database, which may have a password."""
    blobs: str = ""
    config: Path | None = None
    """The settings file."""


def data_dir_option(command: Command) -> Command:
    """Add ``--data-dir`` to a command."""
    return click.option(
        "--data-dir",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="Folder for database and files.  [default: in your data folder]",
    )(command)


def place_options(command: Command) -> Command:
    """Add ``--data-dir`` and ``--database`` to a command."""
    database = click.option(
        "--database",
        metavar="URL",
        help="PostgreSQL database, as postgresql+psycopg://USER@HOST/NAME; also in GRADER_DATABASE.  [default: SQLite in the "
        "data folder]",
    )
    return data_dir_option(database(command))


def blobs_option(command: Command) -> Command:
    """Add ``--blobs`` to a command."""
    return click.option(
        "--blobs",
        default="",
        envvar="GRADER_BLOBS",
        metavar="ADDRESS",
        help="Folder or s3://bucket/prefix for the files, instead of the data folder. Also: $GRADER_BLOBS.",
    )(command)


def config_option(command: Command) -> Command:
    """Add ``--config`` to a command."""
    return click.option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="YAML file with the public address, the other systems by which people sign in, and the hosts of repositories.",
    )(command)


def require_packages() -> None:
    """Raise UsageError if the packages of the server are not installed."""
    if any(importlib.util.find_spec(name) is None for name in PACKAGES):
        from ..machine import distribution
        from ..support.errors import UsageError

        raise UsageError(f"grader serve needs more packages: run {distribution.command('serve')}.")


def place_of(
    ctx: click.Context, data_dir: Path | None, database: str | None = None, config: Path | None = None
) -> ServerPlace:
    """Return the place that the options name, after the name of the command or before it."""
    earlier = ctx.parent.obj if ctx.parent is not None and isinstance(ctx.parent.obj, ServerPlace) else ServerPlace()
    return ServerPlace(
        data_dir or earlier.data_dir, database or earlier.database, earlier.blobs, config or earlier.config
    )


def configuration_of(place: ServerPlace, **settings: Any) -> Configuration:
    """Return the configuration of a server at a place; the address of a database may be in the environment. Raises UsageError."""
    from ..service import database_address, login_settings
    from ..service.configuration import Configuration, default_data_dir

    folder = (place.data_dir or default_data_dir()).absolute()
    database = database_address.chosen(place.database)
    if place.config is not None:
        file = login_settings.load(place.config)
        address = file.address or ""
        settings |= {"address": address, "root": urlsplit(address).path, "logins": tuple(file.logins)}
        settings["privacy"] = file.privacy
        settings["repositories"] = tuple(file.repositories)
        settings["is_secure"] = settings.get("is_secure", False) or address.startswith("https:")
    return Configuration(data_dir=folder, database=database, blobs=place.blobs, **settings)


@contextmanager
def opened(
    ctx: click.Context,
    data_dir: Path | None,
    database: str | None = None,
    must_exist: bool = True,
    config: Path | None = None,
) -> Iterator[Service]:
    """Yield the service of a place, also while servers use it. Raises UsageError."""
    require_packages()
    from ..service import data_folder
    from ..service.service import open_beside_server

    configuration = configuration_of(place_of(ctx, data_dir, database, config))
    if must_exist and not configuration.database:
        data_folder.refuse_missing(configuration.data_dir)
    service = open_beside_server(configuration)
    try:
        yield service
    finally:
        service.close()
