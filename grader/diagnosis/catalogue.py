"""What is said about the bugs, by their names: the texts of ``bugs.yaml``, and those that an assignment brings."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import RootModel, model_validator

from ..assignment.base import Name
from ..assignment.bugs import Texts
from ..assignment.spec import AssignmentFile
from ..support import yaml_model
from ..support.errors import UsageError

FILE = Path(__file__).with_name("bugs.yaml")


class Catalogue(RootModel[dict[str, dict[Name, Texts]]]):
    """The whole of ``bugs.yaml``: family, then name, then texts."""

    @model_validator(mode="after")
    def _names_are_unique(self) -> Catalogue:
        names = [name for bugs in self.root.values() for name in bugs]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"'{name}' is in two families; keep one.")
        return self


@cache
def families() -> dict[str, dict[str, Texts]]:
    """The bugs that any assignment may declare, by family, in the order of the documentation."""
    return yaml_model.load(FILE, Catalogue).root


@cache
def _by_name() -> dict[str, Texts]:
    return {name: texts for bugs in families().values() for name, texts in bugs.items()}


def texts(name: str, content: AssignmentFile) -> Texts:
    """What is said about a bug: by the assignment if it has words of its own, else by the catalogue.

    Raises UsageError for a name that neither knows.
    """
    own = next((bug.texts for bug in content.bugs if bug.name == name and bug.texts is not None), None)
    found = own or _by_name().get(name)
    if found is None:
        raise UsageError(f"The bug '{name}' is not in the catalogue: correct its name, or give it texts.")
    return found
