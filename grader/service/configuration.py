"""The settings of a server, as the command line gives them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from ..support.choices import DEFAULT_ENGINE, Engine, Level
from .data_folder import DATABASE
from .hub_environment import HubEnvironment
from .login_settings import LoginSettings, PrivacySettings
from .repository_settings import RepositoryHost

KILOBYTE, MEGABYTE = 1 << 10, 1 << 20


def default_data_dir() -> Path:
    """Return the folder for the server's data: below the user's data folder."""
    return Path(platformdirs.user_data_dir("grader"), "serve")


@dataclass(frozen=True, kw_only=True)
class ServiceLimits:
    """The limits of one upload, and how often a student may hand in. The documentation lists the reasons."""

    file_bytes: int = 2 * MEGABYTE
    files: int = 20
    upload_bytes: int = 10 * MEGABYTE
    """All files of one upload together, also after unpacking."""
    exercise_bytes: int = 50 * MEGABYTE
    """The zip file of an exercise."""
    checks_an_hour: int = 60
    checks_a_day: int = 200
    uploads_a_minute: int = 120
    """By one user. A whole class may share one network address, and hand in within the same minute."""
    api_a_minute: int = 6000
    """Requests with one token. A program may wait for many submissions at the same time."""
    logins_a_minute: int = 10
    """Attempts to sign in, for one account. A whole class may sign in from one network address in the same minute."""


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """The settings of one server."""

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 8000
    database: str = field(default="", repr=False)
    """The address of the database, which may have a password; "": SQLite in ``data_dir``."""
    blobs: str = ""
    """The folder or the address of the files; "": a folder in ``data_dir``."""
    jobs: int = 1
    scheduler: str = ""
    """The address of a Dask scheduler, on whose workers submissions are graded; "": in ``jobs`` processes of this machine."""
    insecure_scheduler: bool = False
    """Whether connections to a scheduler and to workers on other machines need no TLS."""
    isolation: Level = "strong"
    engine: Engine = DEFAULT_ENGINE
    datasets: Path | None = None
    """A folder with datasets, which is searched before the usual places."""
    proxy: str = ""
    """The address of the proxy whose headers are trusted; "": none."""
    is_secure: bool = False
    """Whether browsers reach the server by HTTPS, so that cookies may require it."""
    root: str = ""
    """The path below which browsers see the server, such as /grader, without a slash at its end."""
    address: str = ""
    """The public address, with a path if the server is below one and without a slash at its end; "": that of each request."""
    logins: tuple[LoginSettings, ...] = ()
    """The other systems by which people sign in."""
    privacy: PrivacySettings = field(default_factory=PrivacySettings)
    """The institution, for the page about privacy."""
    hub: HubEnvironment | None = None
    """The JupyterHub of which the server is a service."""
    repositories: tuple[RepositoryHost, ...] = ()
    """The hosts of classroom repositories."""
    lease_seconds: float = 30
    """For how long a claim is valid unless it is renewed; it is renewed in a third of this time."""
    limits: ServiceLimits = ServiceLimits()

    @property
    def named_courses(self) -> frozenset[str]:
        """The courses to which the settings give members or repositories, whether they exist or not."""
        of_groups = {rule.course for login in self.logins for rule in login.rules}
        of_hosts = {name for host in self.repositories for names in host.organisations.values() for name in names}
        return frozenset((of_groups | of_hosts) - {""})

    @property
    def database_url(self) -> str:
        """The address of the database for SQLAlchemy."""
        return self.database or f"sqlite:///{self.data_dir / DATABASE}"

    @property
    def blob_dir(self) -> Path:
        """The folder of all uploaded and produced files, unless they are in an object store."""
        return Path(self.blobs).absolute() if self.blobs else self.data_dir / "blobs"
