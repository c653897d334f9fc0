"""The begin of a launch: a platform says that somebody wants to open something, and gets a request for a signed message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from .refusals import LaunchRefused

LONGEST = 8000  # characters; the hints of Canvas are tokens
LONGEST_STORED = 200
"""Of the fields that are stored until the message arrives: everybody can send this request."""
FIELDS = (
    "iss",
    "login_hint",
    "target_link_uri",
    "lti_message_hint",
    "client_id",
    "lti_deployment_id",
    "lti_storage_target",
)


@dataclass(frozen=True, kw_only=True)
class LoginRequest:
    """The fields of the request of a platform; optional ones are ""."""

    iss: str
    login_hint: str
    target_link_uri: str
    lti_message_hint: str = ""
    client_id: str = ""
    lti_deployment_id: str = ""
    lti_storage_target: str = ""

    def query(self) -> str:
        """Return the same request as the query of an address."""
        return urlencode({name: value for name in FIELDS if (value := getattr(self, name))})


def request_of(fields: Mapping[str, str]) -> LoginRequest:
    """Return the request that these fields make; raises LaunchRefused if one is missing or too long."""
    values = {name: fields.get(name, "") for name in FIELDS}
    if not (values["iss"] and values["login_hint"] and values["target_link_uri"]):
        raise LaunchRefused("login", "The request of the platform lacks iss, login_hint or target_link_uri.")
    if len(values["lti_storage_target"]) > LONGEST_STORED or any(
        len(value) > LONGEST or not value.isprintable() for value in values.values()
    ):
        raise LaunchRefused(
            "login", "A field in the request of the platform is too long, or has characters that cannot be shown."
        )
    return LoginRequest(**values)


def authorisation_address(
    login_url: str, request: LoginRequest, *, client_id: str, redirect_uri: str, state: str, nonce: str
) -> str:
    """Return where the browser asks the platform for the message (security framework 1.0, 5.1.1.2)."""
    fields = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "login_hint": request.login_hint,
        "state": state,
        "nonce": nonce,
    }
    if request.lti_message_hint:
        fields["lti_message_hint"] = request.lti_message_hint
    return f"{login_url}{'&' if urlsplit(login_url).query else '?'}{urlencode(fields)}"
