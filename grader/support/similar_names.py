"""Compares names: without capitals and underscores, and with misspelt ones."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from functools import lru_cache

SIMILARITY = 0.75  # difflib's ratio: one or two wrong letters in a name of usual length
SHORTEST = 4  # characters of a part that can stand for the whole name
LONGEST = 100  # characters; difflib is slow for longer names
ENDING = re.compile(r"(\.(ipynb|py|zip|ya?ml|tar|t?gz|txt))+$")


@lru_cache(maxsize=10_000)
def normal(name: str) -> str:
    """Return ``name`` in lower case and without underscores, for comparisons."""
    return name.lower().replace("_", "")


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the one of ``names`` that ``name`` most probably means; None if none is similar, or several equally.

    Case, hyphens, underscores, spaces, folders and file extensions are ignored. If that gives no match, the words may be
    in another order, a few letters may be wrong, or ``name`` may be a part of one name.
    """
    last = re.split(r"[/\\]", name.strip().rstrip("/\\"))[-1][:LONGEST]
    words = _words(ENDING.sub("", last.lower()))
    letters = "".join(words)
    if not letters:
        return None
    letters_of = {each: "".join(_words(each.lower())) for each in names}
    ratios = {each: difflib.SequenceMatcher(None, letters, text).ratio() for each, text in letters_of.items()}
    rules: list[Callable[[str], bool]] = [
        lambda each: letters_of[each] == letters,
        lambda each: sorted(_words(each.lower())) == sorted(words),
        lambda each: ratios[each] == max(SIMILARITY, *ratios.values()),
        lambda each: len(letters_of[each]) >= SHORTEST and letters_of[each] in letters,
        lambda each: len(letters) >= SHORTEST and letters in letters_of[each],
    ]
    for matches in rules:
        candidates = [each for each in letters_of if matches(each)]
        if candidates:
            return candidates[0] if len(candidates) == 1 else None
    return None


def _words(name: str) -> list[str]:
    """Return the words of letters and digits; letters may be of any language."""
    return re.findall(r"[^\W_]+", name)
