"""Finds the addresses and the keys of a provider of OpenID Connect (OpenID Connect Discovery 1.0), and keeps them for an hour."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, import_key

from ..service.setting_addresses import check_address
from .failures import ProviderSilent, WronglySetUp
from .web_client import NoUsableAnswer, WebClient

PATH = "/.well-known/openid-configuration"
KEPT_SECONDS = 3600
PAUSE_SECONDS = 10
"""How long new keys, and a provider that did not answer, are not asked for again."""
KEY_TYPES = ("RSA", "EC", "OKP")
"""Only keys of which the provider alone has the private half: anybody could sign with a key of type "oct" that is published."""

Value = TypeVar("Value")


class _Kept(Generic[Value]):
    """What ``read`` returns, kept for a while."""

    def __init__(self, read: Callable[[], Value]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._cache: tuple[float, Value] | None = None

    def value(self, seconds: float) -> Value:
        """Return a value that was read in the last seconds, else a new one. One thread reads, and the others wait for it."""
        cache = self._cache
        if cache is not None and time.monotonic() - cache[0] < seconds:
            return cache[1]
        with self._lock:
            if self._cache is not None and self._cache is not cache:  # another thread has just asked
                return self._cache[1]
            value = self._read()
            self._cache = (time.monotonic(), value)
            return value


@dataclass(frozen=True)
class Metadata:
    """The content of the discovery document of a provider."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    algorithms: tuple[str, ...] = ()
    authentication: tuple[str, ...] = ("client_secret_basic",)
    sends_issuer: bool = False
    """Whether answers name their issuer, by RFC 9207."""


class Discovery:
    """The metadata and the keys of one provider. Threads can share it."""

    def __init__(self, client: WebClient, issuer: str, title: str) -> None:
        self._client, self._issuer, self._title = client, issuer, title
        self._silence: tuple[float, str] | None = None  # when the provider did not answer, and why
        self._metadata = _Kept(self._new_metadata)
        self._keys = _Kept(lambda: self._read_keys(self._document(self.metadata().jwks_uri)))

    def metadata(self) -> Metadata:
        """Return the metadata; raises ProviderSilent and WronglySetUp."""
        return self._metadata.value(KEPT_SECONDS)

    def keys(self, are_new: bool = False) -> KeySet:
        """Return the keys that sign; with ``are_new`` those of the last seconds, since a provider may change them at any time."""
        return self._keys.value(PAUSE_SECONDS if are_new else KEPT_SECONDS)

    def _new_metadata(self) -> Metadata:
        if self._silence is not None and time.monotonic() - self._silence[0] < PAUSE_SECONDS:
            raise ProviderSilent(self._title, self._silence[1])  # people who wait need not wait for the same again
        try:
            return self._read(self._document(f"{self._issuer.rstrip('/')}{PATH}"))
        except ProviderSilent as failure:
            self._silence = (time.monotonic(), failure.reason)
            raise

    def _document(self, address: str) -> dict[str, Any]:
        try:
            document = self._client.document(address)
        except NoUsableAnswer as error:
            raise ProviderSilent(self._title, f"{address}: {error}") from error
        if not isinstance(document, dict):
            raise ProviderSilent(self._title, f"{address}: the document is not an object")
        return document

    def _read(self, document: dict[str, Any]) -> Metadata:
        issuer = document.get("issuer")
        if issuer != self._issuer:
            raise WronglySetUp(
                self._title,
                f"the discovery document has the issuer {str(issuer)[:200]!r}, the settings have {self._issuer!r}: both must be equal",
            )
        addresses = {
            name: self._checked(name, document.get(name))
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
        }
        if document.get("userinfo_endpoint"):
            addresses["userinfo_endpoint"] = self._checked("userinfo_endpoint", document["userinfo_endpoint"])
        return Metadata(
            issuer=self._issuer,
            algorithms=_texts(document.get("id_token_signing_alg_values_supported")),
            authentication=_texts(document.get("token_endpoint_auth_methods_supported")) or ("client_secret_basic",),
            sends_issuer=document.get("authorization_response_iss_parameter_supported") is True,
            **addresses,
        )

    def _checked(self, name: str, address: object) -> str:
        """Return an address of the document. A provider with https must not send anybody to one without."""
        try:
            text = str(address or "")
            parts = urlsplit(text)
            check_address(parts._replace(query="").geturl())
            if parts.scheme != "https" and urlsplit(self._issuer).scheme == "https":
                raise ValueError
        except ValueError:
            raise WronglySetUp(
                self._title, f"the discovery document has no usable {name}: {str(address)[:200]!r}"
            ) from None
        return text

    def _read_keys(self, document: dict[str, Any]) -> KeySet:
        entries = document.get("keys")
        keys: list[Key] = []
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict) and entry.get("kty") in KEY_TYPES and entry.get("use", "sig") == "sig":
                try:
                    keys.append(import_key(entry))
                except (JoseError, ValueError, TypeError, KeyError):
                    continue  # a key of a new kind next to those that can be used
        if not keys:
            raise ProviderSilent(self._title, "the provider has no keys that can be used")
        return KeySet(keys)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
