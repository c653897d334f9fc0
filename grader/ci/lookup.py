"""Finds the submission in a repository, or files that the student may have renamed or moved."""

from __future__ import annotations

import difflib
import glob
import re
import shlex
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ..assignment import Assignment
from ..submission import choice
from ..submission.files import ARCHIVES, NAMED, PYTHON, folder_members, is_skipped
from ..support.errors import UsageError
from ..support.i18n import _
from ..support.text import clean

SHOWN = 4  # names in a sentence
ALIKE = 0.6  # the similarity from which one name may be a misspelling of the other
MOST_READ = 50  # files whose code is read


def find(pattern: str) -> Path | None:
    """Return the path of the submission by name or pattern, or None; raises UsageError if several files match.

    A letter with an accent has two encodings: file names on a Mac use another one than most keyboards.
    """
    for form in (pattern, unicodedata.normalize("NFC", pattern), unicodedata.normalize("NFD", pattern)):
        if Path(form).exists():
            return Path(form)
    if not glob.has_magic(pattern):
        return None
    matches = sorted(path for path in Path().glob(pattern) if _may_be_submission(path))
    if len(matches) > 1:
        names = ", ".join(str(path) for path in matches[:SHOWN]) + (", ..." if len(matches) > SHOWN else "")
        raise UsageError(
            _("{pattern} matches {count} files ({named}): keep only one of them, or give its name.").format(
                pattern=pattern, count=len(matches), named=clean(names, 400)
            )
        )
    return matches[0] if matches else None


def _may_be_submission(path: Path) -> bool:
    return not is_skipped(path.as_posix()) and (path.is_dir() or path.name.lower().endswith((*PYTHON, *ARCHIVES)))


@dataclass(frozen=True)
class Candidates:
    """Files that may be the submission, although it is not at the expected path."""

    moved_files: list[str] = field(default_factory=list)
    """Files with the same name, apart from case and ending."""
    renamed_files: list[str] = field(default_factory=list)
    """Files with a similar name, or with the functions of the assignment."""
    archives: list[str] = field(default_factory=list)
    """Archives with a similar name."""


def elsewhere(pattern: str, assignment: Assignment, other_paths: Sequence[Path]) -> Candidates:
    """Return the files that may be the submission ``pattern``, except for ``other_paths`` (those of other assignments)."""
    members = {
        name: content
        for name, content in folder_members(Path())
        if not any(Path(name).is_relative_to(path) for path in other_paths)
    }
    contents = {name: content for name, content in members.items() if NAMED.fullmatch(PurePosixPath(name).name)}
    name_wanted = choice.stem(PurePosixPath(pattern).name) or PurePosixPath(pattern).name
    if glob.has_magic(name_wanted):
        name_wanted = ""
    moved_files = [name for name in contents if name_wanted and choice.stem(name).lower() == name_wanted.lower()]
    similar_names = [
        name
        for name in contents
        if name_wanted and name not in moved_files and _is_alike(choice.stem(name), name_wanted)
    ]
    other_names = [name for name in contents if name not in (*moved_files, *similar_names)]
    archives = [
        name
        for name in members
        if name_wanted and name.lower().endswith(ARCHIVES) and _is_alike(choice.stem(name), name_wanted)
    ]
    return Candidates(moved_files, [*similar_names, *_by_content(other_names, contents, assignment)], archives)


def _is_alike(name: str, expected_name: str) -> bool:
    """True if a name is a misspelling of another, or contains it, as in ``name (1)``."""
    one, other = (re.sub(r"[\W_]", "", unicodedata.normalize("NFC", each.lower())) for each in (name, expected_name))
    return bool(one) and (other in one or difflib.SequenceMatcher(None, one, other).ratio() >= ALIKE)


def _by_content(
    names: Sequence[str], contents: dict[str, Callable[[], bytes | None]], assignment: Assignment
) -> list[str]:
    """Return the files that define most of the functions and variables of the assignment."""
    contents_read = {}
    for name in names[:MOST_READ]:
        with suppress(OSError):
            content = contents[name]()
            if content is not None:
                contents_read[name] = content
    return choice.likely(contents_read, choice.expected_file(assignment))


def not_there(path: str, candidates: Candidates) -> str:
    """Return sentences that say why there is nothing to grade, and what to do."""
    names = [*candidates.moved_files, *candidates.renamed_files]
    nothing = (
        _("Nothing was handed in: no file of the repository matches {path}.")
        if glob.has_magic(path)
        else _("Nothing was handed in: there is no {path} in the repository.")
    ).format(path=clean(path))
    if not names and candidates.archives:
        return " ".join(
            [nothing, _("Is it in {name}? Unpack the archive there.").format(name=clean(candidates.archives[0]))]
        )
    if not names:
        return " ".join([nothing, _("Add your solution under this name.")])
    if len(names) > 1 or glob.has_magic(path):
        listed_names = clean(", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else ""), 400)
        advice = (
            _("Is it one of these: {names}? Move it to the expected path.")
            if len(names) > 1
            else _("Is it {names}? Move it to the expected path.")
        )
        return f"{nothing} {advice.format(names=listed_names)}"
    old, new = (shlex.quote(clean(name)) for name in (names[0], path))
    advice = _("Is it {name}? Rename it: git mv {old} {new}")
    return f"{nothing} {advice.format(name=clean(names[0]), old=old, new=new)}"
