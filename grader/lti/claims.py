"""The content of a message of a platform, with the names of its claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .refusals import LaunchRefused

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
MESSAGE_TYPE, VERSION = f"{CLAIM}message_type", f"{CLAIM}version"
DEPLOYMENT, TARGET = f"{CLAIM}deployment_id", f"{CLAIM}target_link_uri"
RESOURCE_LINK, CONTEXT, ROLES = f"{CLAIM}resource_link", f"{CLAIM}context", f"{CLAIM}roles"
CUSTOM, PRESENTATION = f"{CLAIM}custom", f"{CLAIM}launch_presentation"
SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
ENDPOINT = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
MEMBERSHIPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"

RESOURCE_MESSAGE, DEEP_LINK_MESSAGE = "LtiResourceLinkRequest", "LtiDeepLinkingRequest"
LTI_VERSION = "1.3.0"
LONGEST_ID = 255  # characters, of every id in a message (LTI 1.3 core, 5.3)
LONGEST_TEXT = 2000


@dataclass(frozen=True, kw_only=True)
class Launch:
    """A message that has been checked. Ids that it lacks are "", and so are texts that the platform does not send for privacy."""

    message: str
    issuer: str
    client_id: str
    deployment: str
    subject: str
    roles: tuple[str, ...]
    full_name: str = ""
    email: str = ""
    context: str = ""
    context_title: str = ""
    resource_link: str = ""
    resource_title: str = ""
    custom: Mapping[str, str] = field(default_factory=dict)
    line_item: str = ""
    line_items: str = ""
    scopes: tuple[str, ...] = ()
    """The rights of this server on the line items."""
    members_url: str = ""
    settings: DeepLinkSettings | None = None


@dataclass(frozen=True, kw_only=True)
class DeepLinkSettings:
    """The address to which the choice of an instructor is sent, and the limits of the choice."""

    return_url: str
    accepts_several: bool
    accepts_line_items: bool
    data: str | None
    """Text that must be sent back unchanged."""


def launch_of(claims: Mapping[str, Any], client_id: str) -> Launch:
    """Return what checked claims say. Parts of another type than the specification demands are left out."""
    message = claims[MESSAGE_TYPE]
    context, resource = _part(claims, CONTEXT), _part(claims, RESOURCE_LINK)
    endpoint = _part(claims, ENDPOINT)
    custom = _part(claims, CUSTOM)
    return Launch(
        message=message,
        issuer=claims["iss"],
        client_id=client_id,
        deployment=claims[DEPLOYMENT],
        subject=claims["sub"],
        roles=_words(claims, ROLES),
        full_name=_full_name(claims),
        email=_text(claims, "email"),
        context=_id(context, "id"),
        context_title=_text(context, "title") or _text(context, "label"),
        resource_link=_id(resource, "id"),
        resource_title=_text(resource, "title"),
        custom={name: _text(custom, name) for name, value in custom.items() if isinstance(value, str)},
        line_item=_text(endpoint, "lineitem"),
        line_items=_text(endpoint, "lineitems"),
        scopes=_words(endpoint, "scope"),
        members_url=_text(_part(claims, MEMBERSHIPS), "context_memberships_url"),
        settings=_settings(claims) if message == DEEP_LINK_MESSAGE else None,
    )


def _settings(claims: Mapping[str, Any]) -> DeepLinkSettings:
    settings = _part(claims, SETTINGS)
    return_url = _text(settings, "deep_link_return_url")
    if not return_url or "ltiResourceLink" not in _words(settings, "accept_types"):
        raise LaunchRefused(
            "settings", "The message for choosing an exercise has no return address, or accepts no link."
        )
    data = settings.get("data")
    return DeepLinkSettings(
        return_url=return_url,
        accepts_several=settings.get("accept_multiple") in (True, "true"),
        accepts_line_items=settings.get("accept_lineitem", True) not in (False, "false"),
        data=data if isinstance(data, str) else None,
    )


def _full_name(claims: Mapping[str, Any]) -> str:
    parts = (_text(claims, "given_name"), _text(claims, "family_name"))
    return _text(claims, "name") or " ".join(part for part in parts if part)


def _part(claims: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = claims.get(name)
    return part if isinstance(part, dict) else {}


def _words(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    words = claims.get(name)
    return tuple(_storable(word) for word in words if isinstance(word, str)) if isinstance(words, list) else ()


def _text(claims: Mapping[str, Any], name: str) -> str:
    text = claims.get(name)
    return _storable(text) if isinstance(text, str) and len(text) <= LONGEST_TEXT else ""


def _storable(text: str) -> str:
    """Return a text with question marks for the characters that no database can store."""
    return text.replace("\0", "?").encode(errors="replace").decode()


def _id(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return str(value) if is_id(value) else ""


def is_id(value: object) -> bool:
    """Return whether a value can be an id in a message: a string of 1 to 255 printable characters."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value.isprintable()
