"""The API for the staff of a course: the gradebook of an exercise, and its submissions as ``grader grade`` takes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query, Request
from fastapi.responses import Response

from ..service import class_archive
from ..support.i18n import current
from . import desk_files, desk_place
from .api_description import api_router
from .api_etags import NOT_MODIFIED, with_etag
from .desk_place import DesksOf
from .downloads import download
from .requests import Client, ServiceOf

router = api_router("class")
CLASS = "/courses/{course}/exercises/{exercise}"
TableName = Literal["csv", "xlsx", "json", "canvas", "moodle", "overrides"]
FILES: dict[TableName, str] = {
    "csv": "gradebook.csv",
    "xlsx": "gradebook.xlsx",
    "json": "summary.json",
    "canvas": "canvas.csv",
    "moodle": "moodle.csv",
    "overrides": "overrides.csv",
}
TABLE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The table",
        "content": {
            desk_files.EXPORTS[name]: {"schema": {"type": "object" if name.endswith("json") else "string"}}
            for name in FILES.values()
        },
    }
}
ARCHIVE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The archive", "content": {"application/octet-stream": {"schema": {"type": "string"}}}}
}


@router.get(f"{CLASS}/gradebook", response_class=Response, responses={**TABLE, **NOT_MODIFIED})
def show_gradebook(
    request: Request,
    service: ServiceOf,
    caller: Client,
    desks: DesksOf,
    course: str,
    exercise: str,
    shape: Annotated[TableName, Query(alias="format")] = "csv",
) -> Response:
    """Return the gradebook of an exercise with everything that is known now, as `grader grade` writes it.

    `canvas` and `moodle` are the files of these systems, filled in; they exist after somebody has uploaded one on the desk.
    """
    place = desk_place.place_of(course, exercise, service, caller)
    files = desks.current(place.exercise, current())
    desk_place.keep_look(service, caller, place, FILES[shape])
    return with_etag(request, desk_files.export(files.folder.out, FILES[shape], f"{exercise}-{FILES[shape]}"))


@router.get(f"{CLASS}/archive", response_class=Response, responses={**ARCHIVE, **NOT_MODIFIED})
def show_archive(request: Request, service: ServiceOf, caller: Client, course: str, exercise: str) -> Response:
    """Return the submissions of a class as a zip file, which `grader grade` takes, with its extensions and marks by hand."""
    place = desk_place.place_of(course, exercise, service, caller)
    desk_place.keep_look(service, caller, place, "submissions.zip")
    content = class_archive.archive(service, place.exercise)
    return with_etag(request, download(content, f"{exercise}-submissions.zip"))
