"""Writes ``copies.html`` and ``copies/``: similar submissions, for instructors only. No score depends on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..assignment import Assignment
from ..copies import comparing, pages, wording
from ..copies.compared_code import ComparedCode, Piece
from ..copies.comparing import Pair, Similarities
from ..report import code_parts
from ..submission import source_files
from ..submission.source_files import SourceFile
from ..support.errors import GraderError
from ..support.i18n import _
from ..support.text import clean, plural
from .attempts import ATTEMPT
from .page_files import CLASS_PAGE, FOR_INSTRUCTORS
from .store import Page, Store
from .written_files import WrittenFiles

LIST, FOLDER = "copies.html", "copies"
MOST_PAGES = 300  # of pairs; the list has all of them
SOLUTION = ""  # no student has this identity


def write(
    assignment: Assignment, student_pages: Sequence[Page], store: Store, written_files: WrittenFiles
) -> tuple[dict[str, Any], list[str]]:
    """Compare all submissions with a page, and write the list and the pages of pairs.

    Return the part of ``summary.json``, and sentences about submissions that could not be compared. No submission, however
    unusual, may cost the class its results.
    """
    people: dict[str, list[Page]] = {}
    for page in student_pages:
        people.setdefault(page.identity, []).append(page)
    works, problems = [], []
    for identity, source in store.sources():
        if identity in people:
            name = ", ".join(page.who for page in people[identity])
            try:
                works.append(_read(name, identity, source))
            except Exception as error:
                problems.append(f"{clean(name)}: the submission could not be compared with others ({_failure(error)}).")
    content = assignment.content
    starters = [_own_code(assignment.folder / name) for name in content.starters]
    solution = _own_code(assignment.folder / content.solution)
    links = {identity: f"{FOR_INSTRUCTORS}/{own_pages[0].name}.html" for identity, own_pages in people.items()}
    try:
        similarities = comparing.compare(works, [*filter(None, starters)], solution)
        return _write(_(content.title), similarities, links, written_files), problems
    except GraderError:  # it cannot be written, and neither can other files
        raise
    except Exception as error:
        problems.append(
            f"The submissions could not be compared with each other ({_failure(error)}): report this fault."
        )
        return _write(_(content.title), Similarities(), links, written_files), problems


def _read(name: str, identity: str, source: bytes) -> ComparedCode:
    """Return a work whose code has been read: nothing that depends on unusual code is left for later."""
    work = ComparedCode(name, identity, _pieces(source_files.unpacked(source)))
    assert work.shape, identity  # is made from all statements
    return work


def _failure(error: Exception) -> str:
    return clean(f"{type(error).__name__}: {error}")


def note(similar: Mapping[str, Any]) -> str:
    """Return a sentence for the instructor, "" if there are no similar submissions."""
    groups, pairs, like_solution = (len(similar[key]) for key in ("identical", "pairs", "like_solution"))
    counts = [
        f"{plural(groups, 'group')} of identical files" if groups else "",
        plural(pairs, "similar pair") if pairs else "",
        f"{plural(like_solution, 'submission')} like the solution" if like_solution else "",
    ]
    listed = ", ".join(filter(None, counts))
    return f"Similar submissions: {listed}. {LIST} lists them, for you only." if listed else ""


def _write(
    title: str, similarities: Similarities, links: Mapping[str, str], written_files: WrittenFiles
) -> dict[str, Any]:
    pairs = [*similarities.pairs, *similarities.like_solution]
    files = [f"{FOLDER}/{number}.html" if number <= MOST_PAGES else "" for number in range(1, len(pairs) + 1)]
    inner_links = {identity: f"../{link}" for identity, link in links.items()}
    contents = {
        file: pages.render_pair(title, pair, inner_links, f"../{LIST}")
        for file, pair in zip(files, pairs, strict=True)
        if file
    }
    count = len(similarities.pairs)
    contents[LIST] = pages.render_list(title, similarities, files[:count], files[count:], links, CLASS_PAGE)
    written_files.write({name: page.encode(errors="replace") for name, page in contents.items()})
    summaries = [_summary(pair, file) for pair, file in zip(pairs, files, strict=True)]
    return {
        "identical": [[*map(_person, group)] for group in similarities.identical],
        "pairs": summaries[:count],
        "like_solution": summaries[count:],
    }


def _summary(pair: Pair, file: str) -> dict[str, Any]:
    works = [work for work in (pair.first, pair.second) if work.identity != SOLUTION]
    return {
        "students": [_person(work) for work in works],
        "evidence": wording.strength(pair),
        "share": round(pair.share, 3),
        "reasons": wording.reasons(pair),
        "page": file,
    }


def _person(work: ComparedCode) -> dict[str, str]:
    return {"student": work.name, "id": work.identity.partition(ATTEMPT)[0]}


def _own_code(path: Path) -> ComparedCode | None:
    """Return the code of a file of the assignment, None if it is not there."""
    if not path.is_file():
        return None
    return ComparedCode(_("Solution"), SOLUTION, _pieces([SourceFile(path.name, path.read_bytes())]))


def _pieces(files: Sequence[SourceFile]) -> list[Piece]:
    """Return the cells and modules of a submission."""
    parts = [part for part in code_parts.of_files(files) if part.kind != "text"]
    modules = sum(part.kind == "module" for part in parts)
    return [
        Piece(
            _("Cell {number}").format(number=part.cell) if part.cell else part.file if modules > 1 else "",
            "\n".join(part.lines),
        )
        for part in parts
    ]
