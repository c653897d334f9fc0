"""The answer to a platform that asked an instructor to choose exercises (deep linking 2.0)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .claims import CLAIM, LTI_VERSION, DeepLinkSettings

DEEP_LINK = "https://purl.imsglobal.org/spec/lti-dl/claim/"
RESPONSE_MESSAGE = "LtiDeepLinkingResponse"
SECONDS = 300
EXERCISE = "exercise"
"""The custom parameter with the name of the exercise. In a copy of the course it names the exercise of the copy's own course."""


@dataclass(frozen=True, kw_only=True)
class ChosenExercise:
    """An exercise as a course system shows it; ``most`` are its points."""

    name: str
    title: str
    text: str
    most: float
    opens: datetime | None = None
    due: datetime | None = None
    closes: datetime | None = None


def response(
    exercises: Sequence[ChosenExercise],
    *,
    settings: DeepLinkSettings,
    issuer: str,
    client_id: str,
    deployment: str,
    launch_address: str,
    nonce: str,
    moment: float,
) -> dict[str, Any]:
    """Return the claims of the answer; without exercises nothing was chosen. ``moment`` is in seconds since 1970."""
    claims = {
        "iss": client_id,
        "aud": issuer,
        "iat": int(moment),
        "exp": int(moment) + SECONDS,
        "nonce": nonce,
        f"{CLAIM}message_type": RESPONSE_MESSAGE,
        f"{CLAIM}version": LTI_VERSION,
        f"{CLAIM}deployment_id": deployment,
        f"{DEEP_LINK}content_items": [_item(exercise, settings, launch_address) for exercise in exercises],
    }
    if settings.data is not None:
        claims[f"{DEEP_LINK}data"] = settings.data
    return claims


def _item(exercise: ChosenExercise, settings: DeepLinkSettings, launch_address: str) -> dict[str, Any]:
    item: dict[str, Any] = {
        "type": "ltiResourceLink",
        "url": launch_address,
        "title": exercise.title,
        "text": exercise.text,
        "custom": {EXERCISE: exercise.name},
        "window": {"targetName": "_blank"},
    }
    if exercise.opens or exercise.closes:
        item["available"] = _dates(startDateTime=exercise.opens, endDateTime=exercise.closes)
    if exercise.due:
        item["submission"] = _dates(endDateTime=exercise.due)
    if settings.accepts_line_items and exercise.most > 0:
        item["lineItem"] = {"label": exercise.title, "scoreMaximum": exercise.most, "resourceId": exercise.name}
    return item


def _dates(**moments: datetime | None) -> dict[str, str]:
    return {name: moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for name, moment in moments.items() if moment}
