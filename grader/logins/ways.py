"""The systems by which people sign in on a server, each with its protocol."""

from __future__ import annotations

from ..service.configuration import Configuration
from ..service.login_settings import GithubLogin, GitlabLogin, HubLogin, LoginSettings, OidcLogin
from .github import Github
from .hub import Hub
from .hub_tokens import HubTokens
from .oidc import OpenIdConnect
from .proved import Protocol
from .web_client import WebClient


class Ways:
    """All ways to sign in with another system, in the order of their buttons. Threads can share it.

    ``hub`` has the tokens of the JupyterHub of which the server is a service; it is None outside one.
    """

    def __init__(self, configuration: Configuration, client: WebClient | None = None) -> None:
        self.settings: tuple[LoginSettings, ...] = configuration.logins
        self._client = client
        if client is None and any(isinstance(each, OidcLogin | GitlabLogin | GithubLogin) for each in self.settings):
            self._client = WebClient()
        self._protocols: dict[str, Protocol] = {}
        self.hub: HubTokens | None = None
        self._hub_client: WebClient | None = None
        for login in self.settings:
            if isinstance(login, HubLogin) and configuration.hub is not None and self.hub is None:
                self._hub_client = WebClient.without_proxy()
                hub = Hub(login, configuration.hub, self._hub_client)
                self._protocols[login.name], self.hub = hub, HubTokens(hub)
            if self._client is not None and isinstance(login, OidcLogin | GitlabLogin):
                self._protocols[login.name] = OpenIdConnect(login, self._client)
            elif self._client is not None and isinstance(login, GithubLogin):
                self._protocols[login.name] = Github(login, self._client)

    @property
    def offered(self) -> tuple[LoginSettings, ...]:
        """The ways that can be used."""
        return tuple(each for each in self.settings if each.name in self._protocols)

    def named(self, name: str) -> tuple[LoginSettings, Protocol] | None:
        """Return the settings and the protocol of a way, None for an unknown one."""
        protocol = self._protocols.get(name)
        settings = next((each for each in self.settings if each.name == name), None)
        return None if protocol is None or settings is None else (settings, protocol)

    def close(self) -> None:
        """Close the connections to the other systems."""
        for client in (self._client, self._hub_client):
            if client is not None:
                client.close()
