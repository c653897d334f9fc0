"""The language of what people read: sentences are written in English in the code and translated by catalogues.

A catalogue is a file ``locale/<language>.po``; it is read when its first sentence is needed, and English needs none.
The language is that of a context, so that one thread of a program may grade in German and another in Spanish.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "locale"
ENGLISH = "en"
LANGUAGES = (ENGLISH, *sorted(file.stem for file in FOLDER.glob("*.po")))
LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set decides

_current: ContextVar[str] = ContextVar("language", default=ENGLISH)


def chosen(option: str | None, environment: Mapping[str, str]) -> str:
    """The language asked for by ``--lang``, else that of the environment's locale, English where there is none of ours."""
    if option is not None:
        return option
    locale = next((environment[name] for name in LOCALE if environment.get(name)), "")
    language = locale.replace("-", "_").split(".")[0].split("@")[0].split("_")[0].lower()
    return language if language in LANGUAGES else ENGLISH


@contextmanager
def use(language: str) -> Iterator[None]:
    """Speak ``language``, one of ``LANGUAGES``, until the end of the block."""
    if language not in LANGUAGES:
        raise ValueError(f"There is no catalogue for '{language}': use one of {', '.join(LANGUAGES)}.")
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> str:
    """The language that is spoken now."""
    return _current.get()


def _(sentence: str) -> str:
    """Return ``sentence`` in the language that was chosen; ``{names}`` in it are filled in by ``.format`` afterwards."""
    language = _current.get()
    return sentence if language == ENGLISH or not sentence else _catalogue(language).gettext(sentence)


def ngettext(one: str, many: str, count: int) -> str:
    """The same for a sentence about ``count`` things, which has a form for one and another for many."""
    language = _current.get()
    if language == ENGLISH:
        return one if count == 1 else many
    return _catalogue(language).ngettext(one, many, count)


def joined(names: Iterable[str]) -> str:
    """E.g. ``dW and db``."""
    return _(" and ").join(names)


@cache
def _catalogue(language: str) -> gettext.GNUTranslations:
    import polib  # costs time, and English needs none of it

    catalogue = polib.pofile(str(FOLDER / f"{language}.po"))
    return gettext.GNUTranslations(io.BytesIO(catalogue.to_binary()))


def marked(sentence: str) -> str:
    """Return ``sentence`` as it is: it joins the catalogues here and is translated where it is said."""
    return sentence
