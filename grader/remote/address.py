"""The address of a server, as people type it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from ..support.errors import UsageError
from ..support.hosts import is_this_machine
from ..support.i18n import _
from ..support.text import clean


@dataclass(frozen=True)
class ServerAddress:
    """The address of a server: ``url`` has no slash at its end; ``host`` is the name of the machine."""

    url: str
    host: str
    is_encrypted: bool

    @property
    def is_loopback(self) -> bool:
        """Whether the server is on this machine."""
        return is_this_machine(self.host)

    @property
    def is_open(self) -> bool:
        """Whether other machines can read what is sent, and with it the token."""
        return not self.is_encrypted and not self.is_loopback


def warning(address: ServerAddress) -> str:
    """Return a sentence about a connection that others can read, "" for another one."""
    if not address.is_open:
        return ""
    sentence = _("The connection to {address} is not encrypted, so others in the network can read your token.")
    return sentence.format(address=address.url)


def server_address(text: str) -> ServerAddress:
    """Return the address of a server; raises UsageError with an example for other text."""
    example = _("write it as in https://grader.example.org")
    typed_text = clean(text, 200)
    try:
        parts = urlsplit(text.strip())
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise UsageError(
            _("'{address}' is not the address of a server: {example}.").format(address=typed_text, example=example)
        ) from None
    if parts.username is not None or parts.password is not None:
        raise UsageError(_("Leave the name and the password out of the address: the token says who you are."))
    if parts.scheme not in ("http", "https") or not host or not text.isprintable():
        raise UsageError(
            _("'{address}' is not the address of a server: {example}.").format(address=typed_text, example=example)
        )
    path = parts.path.rstrip("/").removesuffix("/api/v1")
    return ServerAddress(f"{parts.scheme}://{parts.netloc}{path}", host, parts.scheme == "https")
