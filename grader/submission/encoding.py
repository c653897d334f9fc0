"""The encoding of a submitted module: what its first lines declare, else UTF-8."""

from __future__ import annotations

import codecs
import re

from ..support.i18n import _
from . import CannotRun

DECLARATION = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")  # of PEP 263


def decode(name: str, content: bytes) -> str:
    """The text of a module; raises UnicodeDecodeError, and CannotRun for a declaration that is none of a text."""
    found = next(filter(None, map(DECLARATION.match, re.split(rb"\r\n?|\n", content, maxsplit=2)[:2])), None)
    if found is None:
        return content.decode("utf-8-sig")
    declared = found[1].decode()
    try:
        if codecs.lookup(declared).name.startswith("utf-8"):
            return content.decode("utf-8-sig")
        text = content.decode(declared)
        text.encode()
    except (LookupError, ValueError) as error:
        if isinstance(error, UnicodeDecodeError) and error.encoding.startswith("utf-8"):
            raise
        raise CannotRun(
            _(
                "{file} declares the encoding {encoding} in its first lines, but cannot be read so: save it with the encoding UTF-8."
            ).format(file=name, encoding=declared[:40])
        ) from error
    return text
