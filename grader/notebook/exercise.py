"""Finds out from the name of a notebook's file which exercise it is about."""

from __future__ import annotations

from pathlib import PurePath

from ..assignment import bundled_names
from ..support import similar_names
from ..support.errors import UsageError
from ..support.i18n import _
from ..support.text import clean

FILES = (".ipynb", ".py")


def is_file_name(argument: str) -> bool:
    """Whether the one argument of ``%grade`` is a file to grade, and not an exercise."""
    return argument.lower().endswith(FILES)


def of_file(name: str | None) -> str:
    """The exercise that a file is named after: ``single-neuron`` for ``Single Neuron (2).ipynb``. Raises UsageError."""
    found = similar_names.nearest(name, bundled_names()) if name else None
    if found is not None:
        return found
    names = ", ".join(bundled_names())
    if name:
        sentence = _("The name {file} does not say which exercise it is: write it behind %grade, one of {names}.")
        raise UsageError(sentence.format(file=clean(PurePath(name).name, 80), names=names))
    sentence = _("The name of this notebook is not known here: write the exercise behind %grade, one of {names}.")
    raise UsageError(sentence.format(names=names))
