"""The language of what people read: sentences are written in English in the code and translated by catalogues.

A stub: there are no catalogues yet, every sentence stays English.
"""

from __future__ import annotations


def _(sentence: str) -> str:
    """Return ``sentence`` in the language that was chosen; ``{names}`` in it are filled in by ``.format`` afterwards."""
    return sentence
