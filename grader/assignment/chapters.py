"""Exercises by the chapters of a course, as lists for people show them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from typing import TypeVar

from ..support.i18n import _, ngettext
from . import Assignment, bundled_names, load
from .spec import AssignmentSpec

ItemT = TypeVar("ItemT")


def bundled() -> list[Assignment]:
    """Return the bundled assignments in the order of a course: by the number of the chapter, then by name.

    Their checks have only the keys that all kinds share.
    """
    assignments = [load(name, outline=True) for name in bundled_names()]
    return sorted(assignments, key=lambda item: (_number(item.content.chapter), item.content.chapter, item.name))


def grouped(items: Iterable[ItemT], chapter_of: Callable[[ItemT], str]) -> list[tuple[str, list[ItemT]]]:
    """Return (chapter, its items) in the order in which the chapters occur; items without a chapter come last, as ""."""
    groups: dict[str, list[ItemT]] = {}
    for item in items:
        groups.setdefault(chapter_of(item), []).append(item)
    return sorted(groups.items(), key=lambda group: not group[0])


def facts(content: AssignmentSpec) -> tuple[str, str, str]:
    """Return the time that an exercise takes, its full marks, and its slides as short texts, "" for each that it does not state."""
    minutes = _("{count} min").format(count=content.minutes) if content.minutes is not None else ""
    points = ngettext("{count:g} point", "{count:g} points", round(content.max_score))
    return minutes, points.format(count=content.max_score), content.deck


def _number(chapter: str) -> int:
    """Return the number at the beginning of a chapter such as ``2. Gradient descent``; chapters without one come last."""
    number = re.match(r"\d{1,6}", chapter)
    return int(number[0]) if number else sys.maxsize
