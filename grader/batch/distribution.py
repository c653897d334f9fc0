"""The distribution of the scores of a class: the bars of its histogram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BINS = 10


@dataclass(frozen=True)
class Bar:
    """A bar: scores from ``low`` to below ``high``, and whether its lowest score is enough to pass."""

    low: float
    high: float
    passes: bool

    @property
    def name(self) -> str:
        """The range as a part of an address, such as "40-50"."""
        return f"{self.low:g}-{self.high:g}"


def bars(max_score: float, pass_mark: float) -> list[Bar]:
    """Return the bars for scores up to ``max_score``; ``pass_mark`` is in per cent."""
    return [
        Bar(max_score * number / BINS, max_score * (number + 1) / BINS, 100 * number / BINS >= pass_mark)
        for number in range(BINS)
    ]


def bar_of(score: float, all_bars: Sequence[Bar]) -> Bar:
    """Return the bar of a score; scores above the maximum (bonus points) count in the last one."""
    max_score = all_bars[-1].high
    return all_bars[max(0, min(int(BINS * score / max_score) if max_score else 0, BINS - 1))]
