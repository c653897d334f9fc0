"""Everything that can be reached from some names along uses, such as calls of functions by functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def reachable(names: Iterable[str], uses: Callable[[str], Iterable[str]]) -> list[str]:
    """Return these names and all that they use directly or indirectly, each once, in the order in which they are reached."""
    reached: dict[str, None] = {}
    waiting = [*names]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached[name] = None
            waiting += uses(name)
    return [*reached]
