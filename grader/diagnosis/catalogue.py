"""The texts about bugs by name: those of ``bugs.yaml`` and those of an assignment."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import RootModel, model_validator

from ..assignment.base import Name
from ..assignment.bugs import BugDescription
from ..assignment.spec import AssignmentSpec
from ..support import yaml_model
from ..support.errors import UsageError

FILE = Path(__file__).with_name("bugs.yaml")


class Catalogue(RootModel[dict[str, dict[Name, BugDescription]]]):
    """The contents of ``bugs.yaml``: {family: {bug name: texts}}."""

    @model_validator(mode="after")
    def _names_are_unique(self) -> Catalogue:
        names = [name for bugs in self.root.values() for name in bugs]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"'{name}' is in two families; keep one.")
        for bugs in self.root.values():
            for name, texts_of_bug in bugs.items():
                if texts_of_bug.general and texts_of_bug.general not in names:
                    raise ValueError(f"'{name}' has the general name '{texts_of_bug.general}', which does not exist.")
        return self


@cache
def families() -> dict[str, dict[str, BugDescription]]:
    """Return {family: {bug name: texts}} of the bugs that any assignment may declare, in the documentation's order."""
    return yaml_model.load(FILE, Catalogue).root


def general_name(name: str) -> str:
    """Return the name that a bug has in any exercise: its own name, or a wider one that the catalogue states."""
    texts_of_bug = _by_name().get(name)
    return texts_of_bug.general if texts_of_bug is not None and texts_of_bug.general else name


@cache
def _by_name() -> dict[str, BugDescription]:
    return {name: texts for bugs in families().values() for name, texts in bugs.items()}


def texts(name: str, content: AssignmentSpec) -> BugDescription:
    """Return the texts about a bug: those of the assignment if it has some, else those of the catalogue.

    Raises UsageError if neither has texts for the name.
    """
    own = next((bug.description for bug in content.bugs if bug.name == name and bug.description is not None), None)
    result = own or _by_name().get(name)
    if result is None:
        raise UsageError(f"The bug '{name}' is not in the catalogue: correct its name, or add texts for it.")
    return result
