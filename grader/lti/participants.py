"""The members of a course in a course system (names and role provisioning services 2.0 of 1EdTech)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .claims import is_id
from .outgoing import Unreachable
from .services import PlatformServices

SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
ACTIVE, INACTIVE, DELETED = "Active", "Inactive", "Deleted"


@dataclass(frozen=True, kw_only=True)
class Participant:
    """A person in a course. Name and address are "" if the platform does not send them. ``is_active``: the person may take part now."""

    user_id: str
    roles: tuple[str, ...]
    is_active: bool
    full_name: str = ""
    email: str = ""


def participants(services: PlatformServices, address: str, context: str) -> list[Participant]:
    """Return all members of a course, each once; raises Unreachable or ServiceRefused, and never returns a part of the list.

    ``context`` is the id of the course: the list of another one is refused.
    """
    people: dict[str, Participant] = {}
    for document in services.pages(SCOPE, address, TYPE):
        entries = document.get("members") if isinstance(document, dict) else None
        if not isinstance(entries, list):
            raise Unreachable("The answer is not a list of members.")
        own = document.get("context")
        name = own.get("id") if isinstance(own, dict) else None
        if isinstance(name, str) and name != context:
            raise Unreachable("The list of members belongs to another course.")
        for entry in entries:
            if isinstance(entry, dict) and is_id(entry.get("user_id")):
                person = _participant(entry)
                people[person.user_id] = person
    return [*people.values()]


def _participant(entry: Mapping[str, Any]) -> Participant:
    roles = entry.get("roles")
    parts = (_text(entry, "given_name"), _text(entry, "family_name"))
    return Participant(
        user_id=entry["user_id"],
        roles=tuple(role for role in roles if isinstance(role, str)) if isinstance(roles, list) else (),
        is_active=entry.get("status", ACTIVE) == ACTIVE,
        full_name=_text(entry, "name") or " ".join(part for part in parts if part),
        email=_text(entry, "email"),
    )


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""
