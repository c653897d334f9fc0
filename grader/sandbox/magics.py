"""Explain an unknown magic: a misspelt name, a wrong position in the cell, or a magic of another service."""

from __future__ import annotations

import difflib
import re

from ..support.i18n import _
from ..worker.magics import CELL, LINE

UNKNOWN = re.compile(r"(?P<kind>Line magic function|Cell magic) `(?P<name>%+\S{1,60})` not found")
OTHER_KIND = "did you mean that instead"  # IPython's words if only the other kind of magic has this name
NO_BACKEND = "is not a recognised GUI loop or backend name"
EXTENSION = re.compile(r"%(?:re)?load_ext\b")
ONLINE = {"shell": "Colab", "tensorflow_version": "Colab"}
SIMILAR = 0.7  # of two names, from 0 to 1


def sentence(doing: str, where: str, kind: str, text: str) -> str | None:
    """Return the sentence for an exception of this type and text, or None if it is not about a magic.

    ``doing`` starts the sentence, such as "Loading mine.ipynb"; ``where`` is like " at cell 3, line 1".
    """
    if kind == "RuntimeError" and NO_BACKEND in text:
        message = _(
            "{doing} failed{where}: this display mode for figures does not exist here. Your figures are checked without it."
        )
        return message.format(doing=doing, where=where)
    match = UNKNOWN.match(text) if kind == "UsageError" else None
    if match is None:
        return None
    of_cell, magic = match["kind"] == "Cell magic", match["name"]
    name = magic.lstrip("%")
    if not of_cell and magic.startswith("%%") and name in CELL:
        message = _("{doing} failed{where}: `{magic}` must be the first line of its cell, above comments and code.")
        return message.format(doing=doing, where=where, magic=magic)
    other = _other(name, of_cell, OTHER_KIND in text)
    if name in ONLINE:
        message = _(
            "{doing} failed{where}: the magic `{magic}` exists only on {service}. Remove it before you hand in your work."
        )
    elif other is not None:
        message = _("{doing} failed{where}: there is no magic `{magic}`. Did you mean `{other}`?")
    else:
        message = _(
            "{doing} failed{where}: there is no magic `{magic}` here. Check its name, or load the extension that defines it."
        )
    message = message.format(doing=doing, where=where, magic=magic, service=ONLINE.get(name), other=other)
    return " ".join([message, _("The other lines of this cell were not run.")]) if of_cell else message


def _other(name: str, of_cell: bool, other_kind: bool) -> str | None:
    """Return the intended magic: the same name as the other kind, else a similar name of the same kind, else None."""
    if other_kind:
        return f"%{name}" if of_cell else f"%%{name}"
    near = difflib.get_close_matches(name.lower(), sorted(CELL if of_cell else LINE), n=1, cutoff=SIMILAR)
    if not near:
        return None
    return f"%%{near[0]}" if of_cell else f"%{near[0]}"
