"""How this server describes itself to platforms: the configuration that Canvas reads, and dynamic registration 1.0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from . import addresses, claims
from .outgoing import Unreachable

TITLE = "Grader"
DESCRIPTION = "Exercises of deep learning: hand in code, and read which mistake it has."
LAUNCH, CHOOSE, LOGIN, KEYS = "/lti/launch", "/lti/choose", "/lti/login", "/lti/jwks.json"
SCOPES = (
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
    "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/score",
    "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
)
COURSE_PAGE = {"page": "course"}
"""The custom parameter of a link to the page of the course, which has no exercise."""
TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"


def targets(own_address: str) -> tuple[str, str]:
    """Return the addresses that messages may be for: exercises, and choosing them."""
    return own_address + LAUNCH, own_address + CHOOSE


def canvas_configuration(own_address: str) -> dict[str, Any]:
    """Return the configuration that Canvas reads from an address, or that is pasted there as JSON."""
    launch, choose = targets(own_address)
    placements = [
        _placement("assignment_selection", claims.DEEP_LINK_MESSAGE, choose),
        _placement("link_selection", claims.DEEP_LINK_MESSAGE, choose),
        {
            **_placement("course_navigation", claims.RESOURCE_MESSAGE, launch),
            "windowTarget": "_blank",
            "default": "disabled",
            "custom_fields": COURSE_PAGE,
        },
    ]
    return {
        "title": TITLE,
        "description": DESCRIPTION,
        "oidc_initiation_url": own_address + LOGIN,
        "target_link_uri": launch,
        "public_jwk_url": own_address + KEYS,
        "scopes": list(SCOPES),
        "custom_fields": {},
        "extensions": [
            {
                "platform": "canvas.instructure.com",
                "domain": urlsplit(own_address).netloc,
                "tool_id": "grader",
                "privacy_level": "name_only",
                "settings": {"text": TITLE, "placements": placements},
            }
        ],
    }


def _placement(name: str, message: str, target: str) -> dict[str, Any]:
    return {"placement": name, "message_type": message, "target_link_uri": target, "text": TITLE, "enabled": True}


def registration(own_address: str) -> dict[str, Any]:
    """Return what a platform gets at dynamic registration. The name of people is asked for, their e-mail address is not."""
    launch, choose = targets(own_address)
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": own_address + LOGIN,
        "redirect_uris": [launch],
        "client_name": TITLE,
        "jwks_uri": own_address + KEYS,
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(SCOPES),
        TOOL_CONFIGURATION: {
            "domain": urlsplit(own_address).netloc,
            "description": DESCRIPTION,
            "target_link_uri": launch,
            "custom_parameters": {},
            "claims": ["iss", "sub", "name", "given_name", "family_name"],
            "messages": [
                {"type": claims.RESOURCE_MESSAGE, "target_link_uri": launch, "label": TITLE},
                {"type": claims.DEEP_LINK_MESSAGE, "target_link_uri": choose, "label": TITLE},
            ],
        },
    }


@dataclass(frozen=True, kw_only=True)
class PlatformDescription:
    """The addresses of a platform as it describes itself; ``product`` is the name of its software."""

    issuer: str
    login_url: str
    token_url: str
    keys_url: str
    registration_url: str
    product: str = ""
    token_audience: str = ""


def platform_description(document: Any, address: str) -> PlatformDescription:
    """Return the description in the document at ``address``; raises Unreachable with a sentence if it cannot be used.

    The issuer must have the host of the document (dynamic registration 1.0, 3.4.1): nobody can describe somebody else's platform.
    """
    if not isinstance(document, dict):
        raise Unreachable("The description of the course system is not a JSON object.")
    texts = {name: value for name, value in document.items() if isinstance(value, str)}
    names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint")
    for name in names:
        if not addresses.is_possible(texts.get(name, "")):
            raise Unreachable(f"The description of the course system has no address with https:// as {name}.")
    if urlsplit(texts["issuer"]).netloc != urlsplit(address).netloc:
        raise Unreachable("The issuer in the description is another host than that of the course system.")
    configuration = document.get(PLATFORM_CONFIGURATION)
    product = configuration.get("product_family_code") if isinstance(configuration, dict) else ""
    return PlatformDescription(
        issuer=texts["issuer"],
        login_url=texts["authorization_endpoint"],
        token_url=texts["token_endpoint"],
        keys_url=texts["jwks_uri"],
        registration_url=texts["registration_endpoint"],
        product=product if isinstance(product, str) else "",
        token_audience=texts.get("authorization_server", ""),
    )


def client_of(document: Any) -> tuple[str, str]:
    """Return the client id and the deployment ("" if it has none yet) in a platform's answer to a registration; raises Unreachable."""
    client_id = document.get("client_id") if isinstance(document, dict) else None
    if not isinstance(client_id, str) or not claims.is_id(client_id):
        raise Unreachable("The answer of the course system has no client id.")
    configuration = document.get(TOOL_CONFIGURATION)
    deployment = configuration.get("deployment_id") if isinstance(configuration, dict) else None
    return client_id, deployment if isinstance(deployment, str) and claims.is_id(deployment) else ""
