"""Decodes a submitted module with the encoding that its first lines declare, or UTF-8."""

from __future__ import annotations

import codecs
import re

from ..support.i18n import _
from .problems import CannotRun

DECLARATION = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")  # of PEP 263


def decode(name: str, content: bytes) -> str:
    """Return the text of a module.

    Raises UnicodeDecodeError, or CannotRun if the module cannot be read with the encoding that it declares.
    """
    declaration = next(filter(None, map(DECLARATION.match, re.split(rb"\r\n?|\n", content, maxsplit=2)[:2])), None)
    if declaration is None:
        return content.decode("utf-8-sig")
    encoding = declaration[1].decode()
    try:
        if codecs.lookup(encoding).name.startswith("utf-8"):
            return content.decode("utf-8-sig")
        text = content.decode(encoding)
        text.encode()
    except (LookupError, ValueError) as error:
        if isinstance(error, UnicodeDecodeError) and error.encoding.startswith("utf-8"):
            raise
        raise CannotRun(
            _(
                "{file} declares the encoding {encoding}, but cannot be read with it: save it with the encoding UTF-8."
            ).format(file=name, encoding=encoding[:40])
        ) from error
    return text
