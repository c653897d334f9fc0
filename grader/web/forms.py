"""The fields and files of a form, for functions that are not asynchronous."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from ..service.errors import Unreadable
from ..support.i18n import _
from . import requests, uploads


@dataclass(frozen=True)
class Fields:
    """The ``texts`` of a form, the last one of fields with the same name, ``choices`` with all of them, and the ``files``."""

    texts: Mapping[str, str]
    choices: Mapping[str, list[str]]
    files: list[tuple[str, bytes]]

    def __getitem__(self, name: str) -> str:
        """Return the text of a field without white space around it, "" without such a field."""
        return self.texts.get(name, "").strip()

    def require(self, *names: str) -> None:
        """Raise Unreadable unless the form has all these fields, which may be empty: a part of a form must not clear the rest."""
        if not self.texts.keys() >= {*names}:
            raise Unreadable(_("The form is not complete: load the page again, and send it once more."))


async def fields_of(request: Request) -> Fields:
    """Return the fields of a form. Characters that no database can store become question marks."""
    form = await requests.form_of(request)
    choices: dict[str, list[str]] = {}
    given_files: list[UploadFile] = []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            given_files.append(value)
        else:
            choices.setdefault(name, []).append(value.replace("\0", "?").encode(errors="replace").decode())
    texts = {name: values[-1] for name, values in choices.items()}
    return Fields(texts, choices, await uploads.read(given_files))


FieldsOf = Annotated[Fields, Depends(fields_of)]
