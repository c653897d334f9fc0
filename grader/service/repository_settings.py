"""The hosts of classroom repositories in the settings file of a server: only an administrator names hosts and credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from ..assignment.base import StrictModel
from ..support.errors import UsageError
from .setting_addresses import Address, check_name
from .setting_secrets import SecretSource

if TYPE_CHECKING:
    from ..repositories.model import Host

GITHUB, GITLAB = "github", "gitlab"


class RepositoryHost(StrictModel):
    """A host of repositories, the credentials of the server there, and the courses that may use them."""

    name: Annotated[str, AfterValidator(check_name)]
    """Name of the host on the pages, such as ``github``."""
    kind: Literal["github", "gitlab"]
    """The kind of host."""
    address: Address
    """Address of the host, such as ``https://github.com``."""
    token: SecretSource | None = None
    """Where the token of the server is; for GitHub a token or an App."""
    app: int | None = Field(None, gt=0)
    """Id of the GitHub App."""
    private_key: SecretSource | None = None
    """Where the private key of the GitHub App is, a PEM file."""
    webhook_secret: SecretSource | None = None
    """Where the secret of the webhook of the GitHub App is. Without it the App's own webhook is not used."""
    organisations: dict[str, list[str]]
    """Organisations or groups, and for each of them the courses that may use it, as in their addresses ``/c/COURSE``."""
    poll_minutes: int = Field(10, ge=1, le=24 * 60)
    """Minutes between two looks for new pushes, as long as no webhook arrives; with webhooks it is an hour."""

    @model_validator(mode="after")
    def _has_credentials(self) -> RepositoryHost:
        if self.kind == GITLAB and (self.token is None or self.app is not None):
            raise ValueError("GitLab needs a token, and has no app; write token: {file: PATH}.")
        if (self.app is None) != (self.private_key is None):
            raise ValueError("app and private_key belong together; write both.")
        if (self.app is None) == (self.token is None):
            raise ValueError("it needs either a token, or an app with its private_key.")
        if self.webhook_secret is not None and self.app is None:
            raise ValueError("webhook_secret is for the webhook of an app; leave it out.")
        return self

    def may_use(self, organisation: str, course: str) -> bool:
        """Return whether a course may use the repositories of an organisation; case does not count in its name."""
        allowed = {name.lower(): courses for name, courses in self.organisations.items()}
        return course in allowed.get(organisation.lower(), [])

    def for_course(self, course: str) -> list[str]:
        """Return the organisations that a course may use."""
        return [name for name, courses in self.organisations.items() if course in courses]

    def client(self, organisation: str, number: str) -> Host:
        """Return the interface of the host for one organisation; raises UsageError if the credentials cannot be read."""
        from ..repositories.app_tokens import (
            App,  # the schema of the settings is also printed without the packages of a server
        )
        from ..repositories.github import GitHub
        from ..repositories.gitlab import GitLab

        if self.app is not None and self.private_key is not None:
            return GitHub(self.address, organisation, number, App(str(self.app), self.private_key.read()))
        assert self.token is not None
        token = self.token.read()
        if self.kind == GITHUB:
            return GitHub(self.address, organisation, number, token)
        return GitLab(self.address, organisation, number, token)

    def check_secrets(self) -> None:
        """Raise UsageError if a secret cannot be read, or is not what it should be."""
        from ..repositories.app_tokens import App

        for name in ("token", "private_key", "webhook_secret"):
            source: SecretSource | None = getattr(self, name)
            if source is None:
                continue
            secret = source.read()
            if name == "private_key":
                try:
                    App(str(self.app), secret).assertion()
                except ValueError as error:
                    raise UsageError(
                        "The private key is not an RSA key as PEM: use the file that GitHub has made."
                    ) from error
