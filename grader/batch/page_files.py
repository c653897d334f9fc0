"""Makes the files of each student from a stored result: reports and pages, the executed notebook, a large submitted file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import cache, partial
from pathlib import Path
from urllib.parse import quote as urlquote

from pydantic import BaseModel

from ..marking import mark
from ..marking.applying import applied
from ..report.download import LARGEST_IN_CLASS
from ..report.redact import redact_for_student
from ..submission import choice, source_files
from ..submission.source_files import SourceFile
from ..support import i18n
from ..support.atomic_files import write_whole
from ..support.errors import GraderError
from ..support.places import PACKAGE
from ..support.text import clean
from ..version import __version__
from .store import StoredPage

REPORTS, FOR_INSTRUCTORS, EXECUTED, SUBMITTED = "reports", "instructor", "executed", "submitted"
FILES = (  # of each person
    (REPORTS, ".json"),
    (REPORTS, ".html"),
    (FOR_INSTRUCTORS, ".json"),
    (FOR_INSTRUCTORS, ".html"),
    (EXECUTED, ".ipynb"),
    (SUBMITTED, ".ipynb"),  # the graded file, if it is too large for a page
    (SUBMITTED, ".py"),
)
CLASS_PAGE = "index.html"
TEMPORARY = ".part"  # a file that a killed process has left
SOURCES = (".py", ".j2", ".js", ".css")

WrittenPages = list[tuple[str, str, str]]  # for Store.keep_written_pages


class PageSettings(BaseModel):
    """The settings that all pages of a class share; ``visibility`` is that of each check."""

    title: str
    pass_mark: float
    hints: int
    visibility: dict[str, str]
    language: str


def write_pages(folder: Path, settings: str, stored_pages: Sequence[StoredPage]) -> tuple[WrittenPages, list[str]]:
    """Write all files of some people; return what the store keeps about them, and a sentence for each failure."""
    page_settings = PageSettings.model_validate_json(settings)
    basis = basis_of(page_settings)
    written_pages, problems = [], []
    with i18n.use(page_settings.language):
        for stored in stored_pages:
            name = stored.page.name
            try:
                contents = _contents(page_settings, stored)
                for kind, suffix in FILES:
                    _write(folder / kind / f"{name}{suffix}", contents[kind, suffix])
            except GraderError:  # it cannot be written, and neither can others
                raise
            except Exception as error:  # one unusual report must not cost everybody else their page
                problem = clean(f"{type(error).__name__}: {error}")
                problems.append(f"{stored.page.who}: the pages could not be written ({problem}).")
                continue
            written_pages.append((name, key_of(basis, stored), _digest(contents.values())))
    return written_pages, problems


def _contents(settings: PageSettings, stored: StoredPage) -> dict[tuple[str, str], bytes]:
    """Return the contents of the files of a person, in the order of ``FILES``; b"" for a file that must not exist."""
    from ..report import html  # the templates are only needed here
    from ..report.navigation import Neighbour, with_navigation

    page = stored.page
    report = stored.report()
    assert report is not None, page.name  # only reports have pages
    report = applied(report, mark.from_json(page.marks), settings.pass_mark)
    visible_report = redact_for_student(report, settings.visibility)
    executed = stored.notebook()
    notebook = json.loads(executed) if executed else None
    files = source_files.unpacked(stored.source)
    large_file = files[0] if files and len(files[0].content) > LARGEST_IN_CLASS else None
    suffix = _suffix(large_file) if large_file is not None else ""
    render = partial(
        html.render,
        title=settings.title,
        pass_mark=settings.pass_mark,
        who=page.who,
        notebook=notebook,
        note=page.note,
        files=files,
        original=f"../{SUBMITTED}/{urlquote(page.name)}{suffix}" if large_file is not None else "",
    )
    students_page = render(visible_report, hint_level=settings.hints)
    students_json = visible_report.to_json()
    if (
        visible_report == report and settings.hints > 1 and not report.provisional
    ):  # nothing is for the instructor alone
        instructors_page, instructors_json = students_page, students_json
    else:
        instructors_page, instructors_json = render(report, hint_level=3, for_instructor=True), report.to_json()
    previous, following = (
        Neighbour(f"{urlquote(place.name)}.html", place.who) if place is not None else None
        for place in (stored.previous, stored.following)
    )
    instructors_page = with_navigation(instructors_page, f"../{CLASS_PAGE}", previous, following)
    contents = (
        f"{students_json}\n".encode(),
        students_page.encode(errors="replace"),
        f"{instructors_json}\n".encode(),
        instructors_page.encode(errors="replace"),
        executed,
        large_file.content if large_file is not None and suffix == ".ipynb" else b"",
        large_file.content if large_file is not None and suffix == ".py" else b"",
    )
    return dict(zip(FILES, contents, strict=True))


def _suffix(file: SourceFile) -> str:
    """Return the ending of the graded file in the output folder."""
    return ".ipynb" if choice.kind_of(file.name, file.content) == "notebook" else ".py"


def _write(path: Path, content: bytes) -> None:
    """Write a file unless it is there already; without content it is removed."""
    if not content:
        path.unlink(missing_ok=True)
    elif not path.is_file() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(path, content, forced=False)  # it can be written again from the store


def key_of(basis: str, stored: StoredPage) -> str:
    """Return a digest of everything that the files of a person are made from; ``basis`` is that of all pages."""
    page = stored.page
    neighbours = repr((stored.previous, stored.following))
    texts = (basis, page.who, page.note, page.marks, page.report, neighbours, stored.record, stored.source_digest)
    return _digest([*(text.encode() for text in texts), stored.executed])


def basis_of(settings: PageSettings) -> str:
    """Return a digest of what all pages are made from: the settings, and the grader that writes them."""
    return _digest([settings.model_dump_json().encode(), _digest_of_renderer(settings.language).encode()])


@cache
def _digest_of_renderer(language: str) -> str:
    """Return a digest of the code, the templates and the sentences of pages: they may change without the version."""
    folders = (PACKAGE / "report", PACKAGE / "marking")
    report_files = [f for folder in folders for f in sorted(folder.rglob("*.*")) if f.suffix in SOURCES]
    sentences = [i18n.FOLDER / f"{language}.po"] if language != i18n.ENGLISH else []
    files = [Path(__file__), *report_files, *sentences]
    return _digest([__version__.encode(), *(file.read_bytes() for file in files)])


def digest_of_files(folder: Path, name: str) -> str:
    """Return a digest of the contents of the files of a person as they are now."""
    return _digest(_content(folder / kind / f"{name}{suffix}") for kind, suffix in FILES)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d:" % len(part) + part)
    return digest.hexdigest()
