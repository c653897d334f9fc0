"""The server and the token of a notebook server in a JupyterHub, so that students need not type them.

The token of the hub goes to the address that the hub names, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from ..support.errors import UsageError
from ..support.i18n import _
from .address import ServerAddress, server_address

ADDRESS = "GRADER_URL"
SERVICE = "services/grader"  # the name of the service in docs/serve-jupyterhub.md
HUB = "hub/"


def address_of(variables: Mapping[str, str]) -> str:
    """Return the address of the server in these variables of the environment, "" without one.

    It is in GRADER_URL, or follows from the public address of the hub, which hubs since version 5 name if they know it.
    """
    if own := variables.get(ADDRESS, "").strip():
        return own
    hub = variables.get("JUPYTERHUB_PUBLIC_HUB_URL", "")
    return f"{hub.removesuffix(HUB)}{SERVICE}" if hub.endswith(f"/{HUB}") and urlsplit(hub).netloc else ""


def token_for(address: ServerAddress, variables: Mapping[str, str]) -> str | None:
    """Return the hub's token if the hub names this address, else None."""
    token, named = variables.get("JUPYTERHUB_API_TOKEN"), address_of(variables)
    if not token or not named:
        return None
    try:
        return token if server_address(named).url == address.url else None
    except UsageError:
        return None


def chosen(url: str | None, variables: Mapping[str, str], option: str) -> ServerAddress:
    """Return the address that somebody has typed, else that of the environment; raises UsageError, also without either."""
    if url:
        return server_address(url)
    named = address_of(variables)
    if not named:
        sentence = _("The address of the server is missing: write it as in {option} https://grader.example.org.")
        raise UsageError(sentence.format(option=option))
    return server_address(named)


def refused(address: ServerAddress) -> str:
    """Return the sentence for a token of the hub that the server does not accept."""
    sentence = _(
        "The server at {address} does not accept the token of this notebook server: stop the notebook server on the page of the hub, and "
        "start it again. If that does not help, tell the people who run the hub."
    )
    return sentence.format(address=address.url)
