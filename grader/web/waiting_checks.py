"""The checks of a submission while it is graded, for its page: those that have ended, and those that have not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..assignment.spec import AssignmentSpec
from ..report.html import ICONS
from ..report.statuses import STATUSES
from ..service.events import ServiceEvent
from ..service.tables import Kind
from ..support.i18n import _


@dataclass(frozen=True)
class WaitingCheck:
    """A check with its status in words; ``group`` is "" and ``icon`` a sign of waiting until it has ended."""

    name: str
    title: str
    group: str = ""
    word: str = ""
    icon: str = "·"


def checks(content: AssignmentSpec, kind: str, events: Iterable[ServiceEvent]) -> list[WaitingCheck]:
    """Return the checks that a submission of this kind runs and that students may see, in the order of the report."""
    statuses = {event.data.get("name"): str(event.data.get("status")) for event in events if event.kind == "check"}
    visible = ("open", "hidden") if kind == Kind.ATTEMPT else ("open",)
    visibility = content.visibility()
    return [
        _check(check.name, _(check.title), statuses.get(check.name))
        for check in content.checks
        if visibility[check.name] in visible
    ]


def words() -> dict[str, dict[str, str]]:
    """Return how the page shows each status: {status: group, icon and word}."""
    return {
        status: {"group": properties.group, "icon": ICONS[properties.group], "word": _(properties.label)}
        for status, properties in STATUSES.items()
    }


def _check(name: str, title: str, status: str | None) -> WaitingCheck:
    shown_status = words().get(status or "")
    return WaitingCheck(name, title) if shown_status is None else WaitingCheck(name, title, **shown_status)
