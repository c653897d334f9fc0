"""``grader serve --hub``: the settings of a server that is a service of a JupyterHub."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..support.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ..service.configuration import Configuration

LOOPBACK = "127.0.0.1, ::1"


def with_hub(configuration: Configuration, variables: Mapping[str, str], options: Collection[str]) -> Configuration:
    """Return the settings with those of the hub; raises UsageError.

    ``options`` are the names of the options that somebody has typed: they win over the address at which the hub expects the service.
    """
    from ..service import hub_environment
    from ..service.login_settings import HubLogin
    from ..web.server import is_loopback

    hub = hub_environment.read(variables, configuration.address)
    host, port = hub.listens or (configuration.host, configuration.port)
    host = configuration.host if "host" in options else host
    port = configuration.port if "port" in options else port
    logins = configuration.logins
    if not any(isinstance(login, HubLogin) for login in logins):
        logins = (HubLogin(kind="hub"), *logins)
    return replace(
        configuration,
        hub=hub,
        host=host,
        port=port,
        root=hub.root,
        address=hub.address,
        logins=logins,
        proxy=configuration.proxy or (LOOPBACK if is_loopback(host) else ""),
        is_secure=configuration.is_secure or hub.address.startswith("https:"),
    )


def refuse_hub_login(configuration: Configuration) -> None:
    """Raise UsageError if the settings file has the login of a hub, although the server is not a service of one."""
    from ..service.login_settings import HubLogin

    if any(isinstance(login, HubLogin) for login in configuration.logins):
        raise UsageError("The settings file has a login of the kind hub: add --hub, or remove it from the file.")
