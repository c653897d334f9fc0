"""The names of the ways to sign in, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from fastapi import Request

from ..logins.ways import Ways
from ..service.login_settings import LoginSettings, ProviderLogin
from ..service.outside_tables import Identity
from ..service.tables import User
from ..support.i18n import _

NAMES = {"hub": "JupyterHub", "github": "GitHub", "gitlab": "GitLab"}


def ways_of(request: Request) -> Ways:
    """Return the systems by which people sign in on this server."""
    ways: Ways = request.app.state.ways
    return ways


def title_of(request: Request, identity: Identity) -> str:
    """Return the name of the system of a login; one that is no longer set up has the name of its host."""
    for settings in ways_of(request).settings:
        if has_identity(settings, identity):
            return settings.title
    return NAMES.get(identity.provider) or urlsplit(identity.issuer).hostname or identity.provider


def has_identity(settings: LoginSettings, identity: Identity) -> bool:
    """Return whether a login belongs to the system of these settings."""
    if getattr(settings, "kind", "") != identity.provider:
        return False
    return not isinstance(settings, ProviderLogin) or settings.issuer.rstrip("/") == identity.issuer.rstrip("/")


def of_people(request: Request, people: Sequence[User], logins: Mapping[str, Sequence[Identity]]) -> dict[str, str]:
    """Return {id of a user: the ways to sign in that the user has, with commas between}."""
    names = {}
    for user in people:
        others = [title_of(request, identity) for identity in logins.get(user.id, ())]
        names[user.id] = ", ".join(dict.fromkeys([_("password")] * bool(user.password) + others))
    return names


def addable(request: Request, logins: Sequence[Identity]) -> list[LoginSettings]:
    """Return the systems of which a user has no login yet."""
    ways = ways_of(request).offered
    return [settings for settings in ways if not any(has_identity(settings, identity) for identity in logins)]
