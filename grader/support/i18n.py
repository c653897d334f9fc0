"""Translates the messages for users: the code contains English sentences, and catalogues translate them.

A catalogue is a file ``locale/<language>.po``. It is read when its first sentence is needed; English needs no catalogue.
The language belongs to a context, so that one thread of a program may grade in German and another in Spanish.
"""

from __future__ import annotations

import gettext
import io
import string
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from . import numbers

FOLDER = Path(__file__).parents[1] / "locale"
ENGLISH = "en"
LANGUAGES = (ENGLISH, *sorted(file.stem for file in FOLDER.glob("*.po")))
DECIMAL_COMMA = str.maketrans(".,", ",.")
LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set decides

_current: ContextVar[str] = ContextVar("language", default=ENGLISH)


def choose_language(option: str | None, environment: Mapping[str, str]) -> str:
    """Return the language of ``--lang``, else that of the environment's locale; English if there is no catalogue for it."""
    if option is not None:
        return option
    locale = next((environment[name] for name in LOCALE if environment.get(name)), "")
    language = locale.replace("-", "_").split(".")[0].split("@")[0].split("_")[0].lower()
    return language if language in LANGUAGES else ENGLISH


@contextmanager
def use(language: str) -> Iterator[None]:
    """Translate into ``language``, one of ``LANGUAGES``, inside the ``with`` block. Raises ValueError for another one."""
    if language not in LANGUAGES:
        raise ValueError(f"There is no catalogue for '{language}': use one of {', '.join(LANGUAGES)}.")
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> str:
    """Return the current language."""
    return _current.get()


class Sentence(str):
    """A sentence in the language; its ``format`` writes numbers as people who speak it do."""

    __slots__ = ()

    def format(self, *values: object, **named_values: object) -> str:
        return _FORMATTER.vformat(self, values, named_values)


class _NumberFormatter(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        if not isinstance(value, int | float):
            return str(super().format_field(value, format_spec))
        is_general = numbers.is_general(format_spec)
        return number(numbers.general(value, format_spec) if is_general else str(format(value, format_spec)))


_FORMATTER = _NumberFormatter()


def number(text: str) -> str:
    """Return a formatted number such as ``1,000.25`` as the language writes it: ``1.000,25`` in German and Spanish."""
    return text if _current.get() == ENGLISH else text.translate(DECIMAL_COMMA)


def _(sentence: str) -> str:
    """Return ``sentence`` in the current language. The caller fills in its ``{names}`` with ``.format``."""
    language = _current.get()
    return Sentence(sentence if language == ENGLISH or not sentence else _catalogue(language).gettext(sentence))


def ngettext(one: str, many: str, count: int) -> str:
    """Return ``one`` or ``many``, depending on ``count``, in the current language."""
    language = _current.get()
    if language == ENGLISH:
        return Sentence(one if count == 1 else many)
    return Sentence(_catalogue(language).ngettext(one, many, count))


def joined(names: Iterable[str]) -> str:
    """Return the names as a list in a sentence, e.g. ``dW, db and b``; "" without names."""
    listed = [*names]
    return _(" and ").join(filter(None, [", ".join(listed[:-1]), *listed[-1:]]))


@cache
def _catalogue(language: str) -> gettext.GNUTranslations:
    import polib  # slow to import, and English does not need it

    catalogue = polib.pofile(str(FOLDER / f"{language}.po"))
    return gettext.GNUTranslations(io.BytesIO(catalogue.to_binary()))


def lazy(sentence: str) -> str:
    """Return ``sentence`` unchanged. This marks it for the catalogues; it is translated later, when it is printed."""
    return sentence
