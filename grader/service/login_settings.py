"""The settings file of a server, ``grader serve --config FILE``: its public address, and the other systems by which people sign in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, model_validator

from ..assignment.base import StrictModel
from ..support import yaml_model
from ..support.errors import UsageError
from .repository_settings import RepositoryHost
from .setting_addresses import Address, check_address, check_name
from .setting_secrets import SecretSource

SIGN_IN_HOURS = 12
MOST_SIGN_IN_HOURS = 24 * 30
ADMINS = "\0"
"""The group of all administrators of a hub; no group has this name."""
GITHUB, GITLAB = "https://github.com", "https://gitlab.com"


def _check_issuer(address: str) -> str:
    """Return an issuer as it is, since it is compared letter by letter; raises ValueError if it is not an address."""
    check_address(address)
    return address


Issuer = Annotated[str, AfterValidator(_check_issuer)]


class GroupRule(StrictModel):
    """A group of the other system, and the role that its members have in a course."""

    group: str = Field(min_length=1)
    """Name of the group, as the other system writes it; for GitHub ``organisation/team``."""
    course: str = ""
    """The course, as in its address ``/c/COURSE``."""
    role: Literal["student", "tutor", "instructor", "admin"] = "student"
    """Role of the members of the group in the course. With ``admin``, and without a course, they are administrators of the server."""

    @model_validator(mode="after")
    def _has_a_course(self) -> GroupRule:
        if self.role == "admin" and self.course:
            raise ValueError("course is not possible with the role admin, which is for the whole server; leave it out.")
        if self.role != "admin" and not self.course:
            raise ValueError(f"course is missing; it is the one in which the group '{self.group}' has the role.")
        return self


class LoginSettings(StrictModel):
    """What all ways to sign in have."""

    name: Annotated[str, AfterValidator(check_name)]
    """Name in addresses, as in ``/login/NAME``."""
    title: str = Field(min_length=1, max_length=80)
    """Name for people, on the button."""
    groups: list[GroupRule] = []
    """Roles that come from groups. They change with the groups at each sign-in."""
    new_accounts: bool = True
    """Whether somebody without an account gets one by signing in. If not, people need an invitation."""
    end_hours: float = Field(SIGN_IN_HOURS, gt=0, le=MOST_SIGN_IN_HOURS)
    """How many hours a sign-in is valid, at most."""

    @property
    def rules(self) -> tuple[GroupRule, ...]:
        """The roles that come from groups."""
        return tuple(self.groups)


class HubLogin(LoginSettings):
    """The JupyterHub of which the server is a service. The hub gives address and token in the environment."""

    kind: Literal["hub"]
    """The kind of system."""
    name: Annotated[str, AfterValidator(check_name)] = "hub"
    """Name in addresses, as in ``/login/NAME``."""
    title: str = Field("JupyterHub", min_length=1, max_length=80)
    """Name for people, on the button."""
    id: str = Field("jupyterhub", min_length=1, max_length=200)
    """Name of the hub in the accounts. Change it only if other people use the same names in another hub."""
    admins: bool = False
    """Whether administrators of the hub are administrators of this server."""

    @property
    def rules(self) -> tuple[GroupRule, ...]:
        """The roles that come from groups; the administrators of the hub are one of them."""
        return (*self.groups, GroupRule(group=ADMINS, role="admin")) if self.admins else tuple(self.groups)


class ProviderLogin(LoginSettings):
    """A system that knows the server as a client, by OAuth."""

    issuer: Issuer
    """Address of the system. For OpenID Connect exactly the ``issuer`` of its discovery document."""
    client_id: str = Field(min_length=1)
    """Id of the server at the system."""
    client_secret: SecretSource
    """Where the secret of the server at the system is."""


class OidcLogin(ProviderLogin):
    """A provider of OpenID Connect, such as that of a university."""

    kind: Literal["oidc"]
    """The kind of system."""
    scopes: list[str] = ["openid", "profile", "email"]
    """Scopes that the server asks for. Without ``email`` no address is stored."""
    groups_claim: str = Field("groups", min_length=1)
    """Claim with the names of the groups."""

    @model_validator(mode="after")
    def _asks_for_an_identity(self) -> OidcLogin:
        _require_openid(self.scopes)
        return self


class GitlabLogin(ProviderLogin):
    """GitLab, which is a provider of OpenID Connect."""

    kind: Literal["gitlab"]
    """The kind of system."""
    title: str = Field("GitLab", min_length=1, max_length=80)
    """Name for people, on the button."""
    issuer: Issuer = GITLAB
    """Address of the GitLab server."""
    scopes: list[str] = ["openid", "profile", "email"]
    """Scopes that the server asks for. Without ``email`` no address is stored."""
    groups_claim: str = Field("groups", min_length=1)
    """Claim with the names of the groups."""

    @model_validator(mode="after")
    def _asks_for_an_identity(self) -> GitlabLogin:
        _require_openid(self.scopes)
        return self


class GithubLogin(ProviderLogin):
    """GitHub, or GitHub Enterprise Server, by OAuth."""

    kind: Literal["github"]
    """The kind of system."""
    title: str = Field("GitHub", min_length=1, max_length=80)
    """Name for people, on the button."""
    issuer: Issuer = GITHUB
    """Address of GitHub, or of a GitHub Enterprise Server."""


def _require_openid(scopes: list[str]) -> None:
    if "openid" not in scopes:
        raise ValueError("scopes lacks 'openid', without which the provider does not say who somebody is; add it.")


def _require_teams(login: GithubLogin, number: int) -> None:
    for index, rule in enumerate(login.groups):
        if not re.fullmatch(r"[^/\s]+/[^/\s]+", rule.group):
            message = f"'{rule.group}' is not a team of GitHub; write it as organisation/team."
            raise yaml_model.YamlError(("logins", number, "groups", index, "group"), rule.group, message)


Login = Annotated[OidcLogin | GithubLogin | GitlabLogin | HubLogin, Discriminator("kind")]


class PrivacySettings(StrictModel):
    """What the page about privacy says about the institution that runs the server."""

    controller: str = Field("", max_length=500)
    """Name and address of the institution that is responsible for the data."""
    officer: str = Field("", max_length=500)
    """How people reach its data protection officer."""
    notice: Address | None = None
    """Address of its own notice about data protection."""


class ServerSettings(StrictModel):
    """The whole settings file of a server."""

    address: Address | None = None
    """Public address of the server, with its path if it is below one. It begins with https, unless it is of this machine."""
    logins: list[Login] = []
    """The other systems by which people sign in, in the order of their buttons."""
    privacy: PrivacySettings = PrivacySettings()
    """The institution, for the page about privacy."""
    repositories: list[RepositoryHost] = []
    """The hosts of classroom repositories, and which course may use which organisation there."""

    @model_validator(mode="before")
    @classmethod
    def _is_mapping(cls, content: Any) -> Any:
        return {} if content is None else content

    @model_validator(mode="after")
    def _logins_are_complete(self) -> ServerSettings:
        names: set[str] = set()
        for number, login in enumerate(self.logins):
            if login.name in names:
                message = f"two logins have the name '{login.name}'; give each its own."
                raise yaml_model.YamlError(("logins", number, "name"), login.name, message)
            names.add(login.name)
            if isinstance(login, GithubLogin):
                _require_teams(login, number)
        others = [login.name for login in self.logins if not isinstance(login, HubLogin)]
        if others and self.address is None:
            raise ValueError(f"address is missing; {others[0]} must know where people come back to.")
        return self

    @model_validator(mode="after")
    def _repositories_are_complete(self) -> ServerSettings:
        names: set[str] = set()
        for number, host in enumerate(self.repositories):
            if host.name in names:
                message = f"two hosts have the name '{host.name}'; give each its own."
                raise yaml_model.YamlError(("repositories", number, "name"), host.name, message)
            names.add(host.name)
        if names and self.address is None:
            raise ValueError("address is missing; webhooks are sent to it, and answers link to it.")
        return self


def load(path: Path) -> ServerSettings:
    """Return the settings in a file, whose secrets can be read. Raises UsageError with a sentence for each mistake."""
    settings = yaml_model.load(path, ServerSettings)
    for login in settings.logins:
        if isinstance(login, ProviderLogin):
            try:
                login.client_secret.read()
            except UsageError as error:
                raise UsageError(f"{path}: logins.{login.name}.client_secret: {error}") from error
    for host in settings.repositories:
        try:
            host.check_secrets()
        except UsageError as error:
            raise UsageError(f"{path}: repositories.{host.name}: {error}") from error
    return settings
