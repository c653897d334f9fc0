"""Finds the exercise of a notebook by the name of its file."""

from __future__ import annotations

from pathlib import PurePath

from ..assignment import bundled_names
from ..support import similar_names
from ..support.errors import UsageError
from ..support.i18n import _
from ..support.text import clean

FILES = (".ipynb", ".py")


def is_file_name(argument: str) -> bool:
    """Return whether a single argument of ``%grade`` is a file to grade, not an exercise."""
    return argument.lower().endswith(FILES)


def of_file(name: str | None) -> str:
    """Return the exercise that a file is named after: ``single-neuron`` for ``Single Neuron (2).ipynb``.

    Raises UsageError if the name matches no exercise.
    """
    exercise = similar_names.nearest(name, bundled_names()) if name else None
    if exercise is not None:
        return exercise
    names = ", ".join(bundled_names())
    if name:
        sentence = _(
            "The file name {file} does not match an exercise: write the exercise after %grade, one of {names}."
        )
        raise UsageError(sentence.format(file=clean(PurePath(name).name, 80), names=names))
    sentence = _("The name of this notebook is not known: write the exercise after %grade, one of {names}.")
    raise UsageError(sentence.format(names=names))
