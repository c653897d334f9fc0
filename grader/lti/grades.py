"""Columns for marks in a course system, and scores in them (assignment and grade services 2.0 of 1EdTech)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from .outgoing import Unreachable
from .services import PlatformServices, with_fields

SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/"
LINE_ITEM_SCOPE, READ_SCOPE = f"{SCOPE}lineitem", f"{SCOPE}lineitem.readonly"
SCORE_SCOPE, RESULT_SCOPE = f"{SCOPE}score", f"{SCOPE}result.readonly"
LINE_ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
LINE_ITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"
CANVAS_SUBMISSION = "https://canvas.instructure.com/lti/submission"
"""The extension of Canvas with the time of the submission; other platforms leave out what they do not know."""


@dataclass(frozen=True, kw_only=True)
class LineItem:
    """A column for marks. ``address`` identifies it."""

    address: str
    label: str = ""
    resource_id: str = ""
    resource_link: str = ""


@dataclass(frozen=True)
class StoredScore:
    """The score that a platform shows, None without one, and the comment."""

    points: float | None
    most: float
    comment: str


def score_document(message: Mapping[str, Any], stamp: datetime) -> dict[str, Any]:
    """Return a score with its time, which has milliseconds."""
    return {**message, "timestamp": moment_text(stamp)}


def moment_text(moment: datetime) -> str:
    """Return a point in time as the specification demands it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def send_score(services: PlatformServices, line_item: str, document: Mapping[str, Any]) -> None:
    """Send a score; raises Unreachable or ServiceRefused."""
    services.call(
        SCORE_SCOPE, "POST", below(line_item, "scores"), accept="*/*", document=document, content_type=SCORE_TYPE
    )


def stored_score(services: PlatformServices, line_item: str, user_id: str) -> StoredScore | None:
    """Return the score of a user that a platform has, None without one; raises Unreachable or ServiceRefused."""
    address = with_fields(below(line_item, "results"), {"user_id": user_id})
    for document in services.pages(RESULT_SCOPE, address, RESULTS_TYPE):
        for entry in _entries(document):
            if entry.get("userId") == user_id:
                points, most = _number(entry.get("resultScore")), _number(entry.get("resultMaximum"))
                return StoredScore(points, most or 1.0, _text(entry, "comment"))
    return None


def line_items(
    services: PlatformServices, address: str, *, resource_id: str = "", resource_link: str = "", is_owner: bool = True
) -> list[LineItem]:
    """Return the columns of a course for a resource of this server, or for a link; raises Unreachable or ServiceRefused.

    ``is_owner``: this server may also make columns, so it has that scope and not the one to read them.
    """
    fields = {"resource_id": resource_id, "resource_link_id": resource_link}
    query = with_fields(address, {name: value for name, value in fields.items() if value})
    scope = LINE_ITEM_SCOPE if is_owner else READ_SCOPE
    items = [
        _line_item(entry)
        for document in services.pages(scope, query, LINE_ITEMS_TYPE)
        for entry in _entries(document)
        if _text(entry, "id")
    ]
    # Some platforms do not know the filters.
    return [
        item for item in items if resource_id in ("", item.resource_id) and resource_link in ("", item.resource_link)
    ]


def new_line_item(
    services: PlatformServices, address: str, *, label: str, most: float, resource_id: str, resource_link: str = ""
) -> LineItem:
    """Make a column in a course, and return it; raises Unreachable or ServiceRefused."""
    document: dict[str, Any] = {
        "label": label,
        "scoreMaximum": most,
        "resourceId": resource_id,
    }
    if resource_link:
        document["resourceLinkId"] = resource_link
    answer = services.call(
        LINE_ITEM_SCOPE, "POST", address, accept=LINE_ITEM_TYPE, document=document, content_type=LINE_ITEM_TYPE
    )
    entry = answer.json()
    if not isinstance(entry, dict) or not _text(entry, "id"):
        raise Unreachable("The answer does not name the new column for marks.")
    return _line_item(entry)


def below(line_item: str, name: str) -> str:
    """Return the address of a part of a column: behind the path, in front of the query, which Moodle needs."""
    parts = urlsplit(line_item)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{name}"))


def _entries(document: Any) -> list[dict[str, Any]]:
    """Return the entries of a list; raises Unreachable for another document."""
    if not isinstance(document, list):
        raise Unreachable("The answer is not a list.")
    return [entry for entry in document if isinstance(entry, dict)]


def _line_item(entry: Mapping[str, Any]) -> LineItem:
    return LineItem(
        address=_text(entry, "id"),
        label=_text(entry, "label"),
        resource_id=_text(entry, "resourceId"),
        resource_link=_text(entry, "resourceLinkId"),
    )


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_number else None
