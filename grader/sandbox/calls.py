"""The functions that a submission defines, the instances that methods are called on, and the answers of calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class SubmittedFunction:
    """A function that the submission defines: (name, kind, has a default) of each parameter, and the returned names.

    A method has a class as its ``owner``; ``reads`` and ``stores`` are then attributes of its instance. Without an
    ``owner`` they are global variables.
    """

    name: str
    parameters: list[tuple[str, str, bool]]
    returns: list[str]
    owner: str = ""
    reads: list[str] = field(default_factory=list)
    stores: list[str] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The name as it appears in messages."""
        return f"{self.owner}.{self.name}" if self.owner else self.name


@dataclass(frozen=True)
class Instance:
    """The instance that a method is called on: of class ``owner``, constructed with the first of ``constructions`` that
    works, with these ``attributes`` set. ``fetch`` names the attributes to return after the call. Without an ``owner``
    the attributes are global variables of a function."""

    owner: str
    constructions: list[dict[str, Any]]
    attributes: dict[str, Any] = field(default_factory=dict)
    fetch: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Answer:
    """The answer of a call: the returned value, the arguments after the call (if requested), and the attributes that
    were fetched from the instance."""

    value: Any
    arguments: list[Any]
    attributes: dict[str, Any]
