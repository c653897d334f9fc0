"""Finds the name that somebody meant who wrote another one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable

ALIKE = 0.75  # of difflib's ratio: a letter or two of a usual name
SHORTEST = 4  # characters of a part that stands for the whole name
LONGEST = 100  # characters; nobody types more, and difflib is slow there
ENDING = re.compile(r"(\.(ipynb|py|zip|ya?ml|tar|t?gz|txt))+$")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The one of ``known`` that ``name`` most probably means; None where none is near, or several are equally near.

    Case, hyphens, underscores, spaces, folders and the ending of a file make no difference; then words in another order,
    a few wrong letters, and a part of one name alone.
    """
    last = re.split(r"[/\\]", name.strip().rstrip("/\\"))[-1][:LONGEST]
    words = _words(ENDING.sub("", last.lower()))
    given = "".join(words)
    if not given:
        return None
    squashed = {each: "".join(_words(each.lower())) for each in known}
    rules: list[Callable[[str], bool]] = [
        lambda each: squashed[each] == given,
        lambda each: sorted(_words(each.lower())) == sorted(words),
        lambda each: alike[each] == max(ALIKE, *alike.values()),
        lambda each: len(squashed[each]) >= SHORTEST and squashed[each] in given,
        lambda each: len(given) >= SHORTEST and given in squashed[each],
    ]
    alike = {each: difflib.SequenceMatcher(None, given, text).ratio() for each, text in squashed.items()}
    for fits in rules:
        found = [each for each in squashed if fits(each)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _words(name: str) -> list[str]:
    """The parts of letters and digits; letters of any language."""
    return re.findall(r"[^\W_]+", name)
