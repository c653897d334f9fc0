"""Puts the pages of a class where a course system takes them: into a zip, or into a tree of folders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import ModuleType

from ..batch.recipients import Recipients
from ..support.zips import zipped
from . import canvas, folders, ilias, moodle, nbgrader
from .letters import Letter

SYSTEMS: dict[str, ModuleType] = {
    "moodle": moodle,
    "canvas": canvas,
    "nbgrader": nbgrader,
    "ilias": ilias,
    "folders": folders,
}
DIFFERENT = "the members of the group have different results, and the course system has one place for all of them"


@dataclass
class SystemFiles:
    """Files in the form that a course system takes, and the people who are not in it, each with the reason.

    ``files`` are {path in the output folder: content}. ``count`` people have a place.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    count: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)


def bundle(letters: Sequence[Letter], system: str, title: str, recipients: Recipients) -> SystemFiles:
    """Return the files for a course system, a name of :data:`SYSTEMS`; ``title`` is the name of the page.

    ``recipients`` are all people of the class, also those without a letter.
    """
    module = SYSTEMS[system]
    letters_at: dict[str, list[Letter]] = {}
    result = SystemFiles()
    reached: set[str] = set()
    for letter in letters:
        for stem in module.stems(letter.recipient, recipients, title):
            letters_at.setdefault(stem, []).append(letter)
    for stem, sharing in letters_at.items():
        if len({letter.result for letter in sharing}) == 1:
            result.files |= {f"{stem}{ending}": content for ending, content in sharing[0].files.items()}
            reached |= {letter.recipient.identity for letter in sharing}
    for person in (letter.recipient for letter in letters):
        if person.identity not in reached:
            has_place = bool(module.stems(person, recipients, title))
            result.problems.append((person.name, DIFFERENT if has_place else module.NO_PLACE))
    result.count = len(reached)
    if module.TARGET.endswith(".zip") and result.files:
        result.files = {module.TARGET: zipped(dict(sorted(result.files.items())))}
    return result
