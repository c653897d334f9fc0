"""Reads the files of a form or of a request to the API, and code that was pasted into a field."""

from __future__ import annotations

import json
from collections.abc import Iterable

from starlette.datastructures import UploadFile

from ..service.errors import Unreadable
from ..support.i18n import _
from ..support.text import clean

LONGEST_NAME = 100  # characters
PASTED_MODULE, PASTED_NOTEBOOK = "pasted.py", "pasted.ipynb"


async def read(uploads: Iterable[object]) -> list[tuple[str, bytes]]:
    """Return the names and contents of the uploaded files, without fields of other types and empty choices."""
    given_files = [each for each in uploads if isinstance(each, UploadFile) and (each.filename or each.size)]
    return [(safe_name(upload.filename or ""), await upload.read()) for upload in given_files]


def by_name(files: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    """Return {name: content}; raises Unreadable for two files with the same name."""
    contents: dict[str, bytes] = {}
    for name, content in files:
        if name in contents:
            raise Unreadable(_("Two files have the name {name}: pack them into a zip file.").format(name=name))
        contents[name] = content
    return contents


def safe_name(name: str) -> str:
    """Return the name of a file without folders and characters that cannot be shown; the ending is kept."""
    plain = clean(name.replace("\\", "/").rstrip("/").rpartition("/")[2], 4 * LONGEST_NAME).strip()
    if plain.strip(".") == "":
        return "submission"
    if len(plain) > LONGEST_NAME:
        stem, dot, ending = plain.rpartition(".")
        if not dot or len(ending) > 10:
            return plain[:LONGEST_NAME]
        return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return plain


def pasted(text: str) -> dict[str, bytes]:
    """Return pasted code as a file, a notebook or a module; {} if the field is empty."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    if not text.strip():
        return {}
    name = PASTED_NOTEBOOK if _is_notebook(text) else PASTED_MODULE
    return {name: text.encode(errors="replace")}


def _is_notebook(text: str) -> bool:
    if not text.lstrip().startswith("{"):
        return False
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(content, dict) and "cells" in content
