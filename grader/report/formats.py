"""The registry of report formats: which there are, and :func:`render`, which writes a report in one of them.

A format is found by its name: a list of formats exists nowhere. It is one of

- a module of this package with the name of the format, a constant ``SUFFIX`` and a function ``render(report, content)``;
- an entry point of the group ``grader.formats`` of an installed package, which names such a module.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ..support.errors import UsageError
from ..support.i18n import _

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from ..assignment.spec import AssignmentSpec
    from .model import Report

GROUP = "grader.formats"
LAST = 1000
# In the text of a module, so that the names are known without importing the modules.
DECLARATION = re.compile(r'^SUFFIX = "', re.MULTILINE)
PLACE = re.compile(r"^PLACE = (\d+)", re.MULTILINE)


class Format(Protocol):
    """A module that writes reports in one format. Its docstring describes the format in the documentation."""

    SUFFIX: str
    """The ending of the file's name, with its dot."""

    def render(self, report: Report, content: AssignmentSpec) -> str:
        """Return the report as text."""


@cache
def bundled_names() -> tuple[str, ...]:
    """Return the names of the grader's own formats, by their ``PLACE``, then by the alphabet."""
    places = {}
    for file in sorted(Path(__file__).parent.glob("*.py")):
        text = file.read_text(encoding="utf-8")
        if DECLARATION.search(text):
            place = PLACE.search(text)
            places[file.stem] = int(place[1]) if place else LAST
    return tuple(sorted(places, key=lambda name: places[name]))


def names() -> tuple[str, ...]:
    """Return the names of all formats: the grader's own, then those of installed packages."""
    return tuple(dict.fromkeys([*bundled_names(), *sorted(_installed())]))


@cache
def module(name: str) -> Format:
    """Return the module of a format, one of :func:`names`. Raises UsageError if it is another package's and cannot be used."""
    loaded: Any
    if name in bundled_names():
        loaded = importlib.import_module(f".{name}", __package__)
        return loaded  # type: ignore[no-any-return]
    entry = _installed()[name]
    package = entry.dist.name if entry.dist is not None else entry.value
    try:
        loaded = entry.load()
        assert isinstance(loaded.SUFFIX, str) and callable(loaded.render), "it needs SUFFIX and render"
    except Exception as error:  # code of another package
        problem = f"{type(error).__name__}: {error}"
        sentence = _("The format '{name}' of the package {package} cannot be loaded ({problem}): update the package.")
        raise UsageError(sentence.format(name=name, package=package, problem=problem)) from error
    return loaded  # type: ignore[no-any-return]


@cache
def _installed() -> Mapping[str, EntryPoint]:
    """Return the entry points of installed packages by the name of the format."""
    from importlib import metadata  # slow, and only a name that is not the grader's own needs it

    return {entry.name: entry for entry in metadata.entry_points(group=GROUP)}


def suffix(name: str) -> str:
    """Return the ending of the names of files in a format, with its dot."""
    return module(name).SUFFIX


def render(name: str, report: Report, content: AssignmentSpec, hint_level: int | None = None) -> str:
    """Return the report as text in the format ``name``.

    The level of hints decides whether bugs are named, unless the format has ``ALWAYS_NAMES_BUGS``. These are the formats of
    ``grader check`` and of CI: none of them contains sentences that are only for instructors.
    """
    report = report.without_words_to_instructors()
    if not getattr(module(name), "ALWAYS_NAMES_BUGS", False):
        report = with_hint_level(report, content, hint_level)
    return module(name).render(report, content)


def with_hint_level(report: Report, content: AssignmentSpec, hint_level: int | None = None) -> Report:
    """Return the report; without the names of bugs if the level of hints is 1."""
    if (hint_level or content.hints) > 1:
        return report
    checks = [check.model_copy(update={"diagnosis": None}) for check in report.checks]
    return report.model_copy(update={"checks": checks})
