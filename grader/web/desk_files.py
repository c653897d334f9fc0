"""Sends the files of a desk: the pages of the class with the policy that their scripts need, everything else as downloads."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from pathlib import Path

from fastapi.responses import HTMLResponse, Response

from ..batch.page_files import CLASS_PAGE, EXECUTED, FOR_INSTRUCTORS, REPORTS, SUBMITTED
from ..batch.similar import FOLDER as COPIES
from ..batch.similar import LIST as LIST_OF_COPIES
from ..batch.written_files import SECTION
from ..report.navigation import with_links
from ..service.errors import NotFound
from ..support.i18n import _
from ..support.zips import zipped
from . import headers
from .downloads import download

PAGE_FOLDERS = (FOR_INSTRUCTORS, REPORTS, COPIES)
FILE_FOLDERS = (FOR_INSTRUCTORS, REPORTS, EXECUTED, SUBMITTED)
EXPORTS = {
    "gradebook.csv": "text/csv",
    "gradebook.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "overrides.csv": "text/csv",
    "timings.csv": "text/csv",
    "summary.json": "application/json",
    "canvas.csv": "text/csv",
    "moodle.csv": "text/csv",
    "status.csv": "text/csv",
}
ALL_REPORTS = "reports.zip"
SECRET = "seed"  # of summary.json: the inputs of the hidden checks follow from it
SCRIPT_HASH = re.compile(r"'(sha256-[A-Za-z0-9+/]{43}=)'")
BEGINNING = 1500  # characters of a page in which its own policy is


def page(out: Path, name: str, links: Sequence[tuple[str, str]] = ()) -> Response:
    """Return a file of the class under its path in the output folder; raises NotFound.

    A page gets ``links``, (address, text), at its beginning.
    """
    folder, _slash, file = name.rpartition("/")
    is_page = (
        not folder and (name in (CLASS_PAGE, LIST_OF_COPIES) or name.startswith(SECTION))
    ) or folder in PAGE_FOLDERS
    if is_page and name.endswith(".html"):
        return _page(_content(out, name).decode(errors="replace"), links)
    if folder in FILE_FOLDERS and name.endswith((".json", ".ipynb", ".py")):
        return download(_content(out, name), file)
    raise not_found()


def export(out: Path, name: str, file_name: str) -> Response:
    """Return a table of the class as a download with this name; raises NotFound."""
    if name == ALL_REPORTS:
        reports = {path.name: path.read_bytes() for path in sorted((out / REPORTS).glob("*.html"))}
        return download(zipped(reports), file_name)
    if name not in EXPORTS:
        raise not_found()
    content = _content(out, name)
    if name == "summary.json":
        content = _without_seed(content)
    response = download(content, file_name)
    response.headers["Content-Type"] = EXPORTS[name]
    return response


def not_found() -> NotFound:
    """Return the answer for a file that does not exist."""
    return NotFound(_("There is no such page, or you may not see it."))


def _page(text: str, links: Sequence[tuple[str, str]]) -> Response:
    """Return a page that may run its own script: the page names the digest of it at its beginning, before any name of a student."""
    digests = SCRIPT_HASH.findall(html.unescape(text[:BEGINNING]))
    text = with_links(text, links) if links else text
    return HTMLResponse(
        text.encode(errors="replace"), headers={"Content-Security-Policy": headers.document_policy(*digests)}
    )


def _content(out: Path, name: str) -> bytes:
    path = out / name
    if ".." in name.split("/") or "\0" in name or not path.is_file():
        raise not_found()
    return path.read_bytes()


def _without_seed(content: bytes) -> bytes:
    document = json.loads(content)
    document.pop(SECRET, None)
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode(errors="replace")
