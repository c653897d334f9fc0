"""Finds the name that somebody meant who wrote another one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable

ALIKE = 0.75  # of difflib's ratio: a letter or two of a usual name
SHORTEST = 4  # characters of a part that stands for the whole name
LONGEST = 100  # characters; nobody types more, and difflib is slow there
ENDING = re.compile(r"(\.(ipynb|py|zip|ya?ml|tar|t?gz|txt))+$")


def nearest(name: str, known_names: Iterable[str]) -> str | None:
    """Return the known name that is most similar to ``name``; None if none or several are similar.

    Case, hyphens, underscores, spaces, folders and file endings are ignored. Words may be in another order, a few letters
    may be wrong, and one name may be a part of the other.
    """
    last = re.split(r"[/\\]", name.strip().rstrip("/\\"))[-1][:LONGEST]
    words = _words(ENDING.sub("", last.lower()))
    lower_name = "".join(words)
    if not lower_name:
        return None
    squashed = {each: "".join(_words(each.lower())) for each in known_names}
    rules: list[Callable[[str], bool]] = [
        lambda each: squashed[each] == lower_name,
        lambda each: sorted(_words(each.lower())) == sorted(words),
        lambda each: alike[each] == max(ALIKE, *alike.values()),
        lambda each: len(squashed[each]) >= SHORTEST and squashed[each] in lower_name,
        lambda each: len(lower_name) >= SHORTEST and lower_name in squashed[each],
    ]
    alike = {each: difflib.SequenceMatcher(None, lower_name, text).ratio() for each, text in squashed.items()}
    for fits in rules:
        match = [each for each in squashed if fits(each)]
        if match:
            return match[0] if len(match) == 1 else None
    return None


def _words(name: str) -> list[str]:
    """The parts of letters and digits; letters of any language."""
    return re.findall(r"[^\W_]+", name)
