"""What the calls of a submission have shown about it so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import listed
from .own_start import OwnStart
from .result_places import ResultPlace


@dataclass
class Experience:
    """The facts about a submission that its calls have shown; they hold in every layout."""

    answers: int = 0
    own_starts: dict[str, OwnStart] = field(default_factory=dict)
    steppers: set[str] = field(default_factory=set)
    """Functions that took a step instead of returning gradients."""
    follows_rate: dict[str, bool] = field(default_factory=dict)
    has_made_objects: bool = False
    """A sequence of calls was made since the submission was loaded."""
    result_places: dict[str, dict[str, ResultPlace]] = field(default_factory=dict)
    """The places of the results of each function in its answers."""
    habits: listed.Habits = field(default_factory=listed.Habits)
