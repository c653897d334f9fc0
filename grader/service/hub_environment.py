"""Reads the environment of a service of a JupyterHub: where the hub is, its name for the service, and where that must listen."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ..support.errors import UsageError

CALLBACK = "/oauth_callback"
"""The path below the service to which a hub leads back."""


@dataclass(frozen=True, kw_only=True)
class HubEnvironment:
    """The hub of a service. Addresses have no slash at their end.

    ``login_address`` is the page of the hub to which browsers go; it is a path if the hub has the same host as the service.
    ``callback`` is the address to which they come back, as the hub knows it. ``root`` is the path of the service.
    ``access`` are the scopes of which a person needs one. ``listens`` is (host, port) if the hub says where it expects the service.
    """

    name: str
    token: str = field(repr=False)
    api: str
    client_id: str
    login_address: str
    callback: str
    root: str
    address: str
    access: frozenset[str]
    listens: tuple[str, int] | None = None


def read(variables: Mapping[str, str], address: str = "") -> HubEnvironment:
    """Return what the hub says in these variables. Raises UsageError with one sentence about a variable that is missing or does not fit.

    ``address`` is the public address in the settings file, "" without one.
    """
    _refuse_notebook_server(variables)
    api, token = _required(variables, "JUPYTERHUB_API_URL"), _required(variables, "JUPYTERHUB_API_TOKEN")
    if variables.get("JUPYTERHUB_SSL_CERTFILE"):
        raise UsageError(
            "The hub encrypts its own connections (internal_ssl), which this server does not know: turn that off."
        )
    root = _root(variables, address)
    name = variables.get("JUPYTERHUB_SERVICE_NAME") or root.rpartition("/")[2]
    if not name:
        raise UsageError(
            "JUPYTERHUB_SERVICE_NAME is missing: set it to the name of the service in jupyterhub_config.py."
        )
    base = variables.get("JUPYTERHUB_BASE_URL") or _base(root, name)
    host = variables.get("JUPYTERHUB_HOST", "").rstrip("/")
    return HubEnvironment(
        name=name,
        token=token,
        api=_checked(api, "JUPYTERHUB_API_URL"),
        client_id=variables.get("JUPYTERHUB_CLIENT_ID") or f"service-{name}",
        login_address=f"{host}{base.rstrip('/')}/hub/api/oauth2/authorize",
        callback=variables.get("JUPYTERHUB_OAUTH_CALLBACK_URL") or f"{address or root}{CALLBACK}",
        root=root,
        address=address or variables.get("JUPYTERHUB_PUBLIC_URL", "").rstrip("/"),
        access=_access(variables, name),
        listens=_listens(variables.get("JUPYTERHUB_SERVICE_URL", "")),
    )


def _refuse_notebook_server(variables: Mapping[str, str]) -> None:
    if variables.get("JUPYTERHUB_USER"):
        raise UsageError(
            "--hub does not work in a notebook server: the people who run the hub start the server as a service, see docs/serve-jupyterhub.md."
        )


def _required(variables: Mapping[str, str], name: str) -> str:
    value = variables.get(name, "").strip()
    if not value:
        raise UsageError(
            f"--hub needs {name}: a hub sets it for a service that it starts itself; for any other one set it as "
            "docs/serve-jupyterhub.md says, or leave out --hub."
        )
    return value


def _checked(address: str, name: str) -> str:
    try:
        parts = urlsplit(address)
        _port = parts.port
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{name} is not an address: write it as in http://127.0.0.1:8081/hub/api.")
    return address.rstrip("/")


def _root(variables: Mapping[str, str], address: str) -> str:
    """Return the path of the service, which the hub and the settings file must agree on."""
    prefix = variables.get("JUPYTERHUB_SERVICE_PREFIX", "").strip().rstrip("/")
    own = urlsplit(address).path
    if not prefix and not address:
        raise UsageError(
            "--hub needs JUPYTERHUB_SERVICE_PREFIX, the path of the service, such as /services/grader/: the hub sets it if the service "
            "has a url in jupyterhub_config.py."
        )
    if prefix and not re.fullmatch(r"(/[\w.~-]+)+", prefix, re.ASCII):
        raise UsageError(f"JUPYTERHUB_SERVICE_PREFIX is {prefix}, which is not a path such as /services/grader/.")
    if prefix and address and own != prefix:
        raise UsageError(
            f"address in the settings file ends with {own or '/'}, but the hub says that the service is at {prefix}: change the address."
        )
    return prefix or own


def _base(root: str, name: str) -> str:
    """Return the path of the hub itself."""
    return root.removesuffix(f"/services/{name}") if root.endswith(f"/services/{name}") else ""


def _access(variables: Mapping[str, str], name: str) -> frozenset[str]:
    try:
        scopes = json.loads(variables.get("JUPYTERHUB_OAUTH_ACCESS_SCOPES") or "[]")
    except ValueError:
        scopes = []
    names = {scope for scope in scopes if isinstance(scope, str)} if isinstance(scopes, list) else set()
    return frozenset(names or {"access:services", f"access:services!service={name}"})


def _listens(address: str) -> tuple[str, int] | None:
    try:
        parts = urlsplit(address)
        return (parts.hostname, parts.port) if parts.hostname and parts.port else None
    except ValueError:
        return None
