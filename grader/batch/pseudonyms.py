"""Anonymous marking: pseudonyms for people, and submissions without the names of their authors.

The key, ``key.csv`` in the output folder, is the only file there with names. As long as it is there, results are
stored under pseudonyms, so a later run with names grades nobody again.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path

from ..submission import files
from ..support import tables
from ..support.atomic_files import write_whole
from ..support.errors import UsageError
from .cells import text_cell
from .collect import StudentFiles
from .students import Student, SubmittedFile

NAME = "key.csv"
COLUMNS = ("pseudonym", "student", "id")
LETTERS = "23456789bcdfghjkmnpqrstvwxz"  # none that look alike, and no vowels, which would make words
LENGTH = 5
SHORTEST_WORD = 3  # letters of a part of a name that is replaced in the name of a file
TEXTS = (".py", ".ipynb", ".txt", ".md", ".csv", ".json", ".yaml", ".yml")


class Pseudonyms:
    """The pseudonyms of a class by the ids of its people; they stay the same from run to run."""

    def __init__(self, rows: Mapping[str, tuple[str, str]]) -> None:
        """Remember ``rows``, {id: (pseudonym, name)}."""
        self._rows = dict(rows)
        self._pseudonyms = {pseudonym for pseudonym, _name in rows.values()}

    def of(self, identity: str, name: str) -> str:
        """Return the pseudonym of the person or group with this id; a new one is drawn the first time."""
        key = text_cell(identity)
        pseudonym = self._rows[key][0] if key in self._rows else self._new()
        self._rows[key] = (pseudonym, text_cell(name))
        return pseudonym

    def all_names(self) -> dict[str, list[str]]:
        """Return {pseudonym, and id as a cell has it: pseudonym, name and id of this person or group}."""
        people = [[pseudonym, name, key] for key, (pseudonym, name) in self._rows.items()]
        return {form: names for names in people for form in (names[0], names[2])}

    def _new(self) -> str:
        while (pseudonym := "student_" + "".join(secrets.choice(LETTERS) for _ in range(LENGTH))) in self._pseudonyms:
            pass
        self._pseudonyms.add(pseudonym)
        return pseudonym

    def write(self, folder: Path) -> None:
        """Write the key into an output folder, readable by its owner alone, in the order of the pseudonyms."""
        table = io.StringIO()
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(sorted((pseudonym, name, key) for key, (pseudonym, name) in self._rows.items()))
        write_whole(folder / NAME, table.getvalue().encode(errors="replace"))


def read(folder: Path) -> Pseudonyms | None:
    """Return the pseudonyms of an output folder, None if it has no key; raises UsageError for a damaged key."""
    path = folder / NAME
    if not path.is_file():
        return None
    rows: dict[str, tuple[str, str]] = {}
    read_pseudonyms: set[str] = set()
    for row in tables.read(path, COLUMNS):
        if row["id"] in rows or row["pseudonym"] in read_pseudonyms:
            raise UsageError(f"{path}:{row.line}: this student or pseudonym is also in another line: restore the file.")
        rows[row["id"]] = (row["pseudonym"], row["student"])
        read_pseudonyms.add(row["pseudonym"])
    return Pseudonyms(rows)


def without_names(submission_files: StudentFiles, pseudonym: str, names: Collection[str]) -> StudentFiles:
    """Return a submission in which the names of files and the texts contain the pseudonym instead of the ``names``.

    ``names`` are all forms of the names and ids of its authors. A file that another one mentions by its name has
    its new name there as well. In texts only whole names (at least two words) and e-mail addresses are replaced, because
    a single word may be part of the code.
    """
    hide = _replacement(pseudonym, names)
    try:
        unpacked = files.unpack(submission_files.path, submission_files.contents)
        contents = files.unpack_inner(submission_files.path, unpacked)
    except UsageError:
        contents = submission_files.contents
    new_names = _new_names(contents, hide)
    mentioned_stems = {Path(old).stem: Path(new).stem for old, new in new_names.items() if old != new}
    mentions = _any_of(mentioned_stems)
    whole_names = _whole_names(names)
    new_contents = {}
    for name, content in contents.items():
        text = _text(name, content)
        if text is not None:
            text = mentions.sub(lambda match: mentioned_stems[match[0]], text) if mentions else text
            content = (whole_names.sub(pseudonym, text) if whole_names else text).encode()
        new_contents[new_names[name]] = content

    def hidden(file: SubmittedFile) -> SubmittedFile:
        return replace(file, path=f"{pseudonym}/{hide(file.name)}", name=hide(file.name))

    student = submission_files.student
    only_file = f"/{next(iter(new_contents))}" if len(new_contents) == 1 else ""
    return replace(
        submission_files,
        student=replace(
            student,
            files=[*map(hidden, student.files)],
            earlier_files=[*map(hidden, student.earlier_files)],
        ),
        path=f"{pseudonym}{only_file}",
        contents=new_contents,
        problem=hide(submission_files.problem),
        sha256=hashlib.sha256(f"{submission_files.sha256}\0{pseudonym}".encode()).hexdigest(),
    )


def in_file_name(text: str, pseudonym: str, names: Collection[str]) -> str:
    """Return the name of a file, or a pattern of such names, with the pseudonym instead of the names."""
    return _replacement(pseudonym, names)(text)


def _replacement(pseudonym: str, names: Collection[str]) -> Callable[[str], str]:
    words = {word for name in names for word in (name, *re.findall(r"[^\W_]+", name)) if len(word) >= SHORTEST_WORD}
    pattern = _any_of(words, bounded=False)
    repeated = re.compile(rf"{pseudonym}(?:[\W_]*{pseudonym})+")

    def hide(text: str) -> str:
        return repeated.sub(pseudonym, pattern.sub(pseudonym, text)) if pattern else text

    return hide


def _new_names(contents: Mapping[str, bytes], hide: Callable[[str], str]) -> dict[str, str]:
    """Return {name: name without the author's}; the new names differ as well."""
    new_names: dict[str, str] = {}
    for name in sorted(contents):
        new_name, number = hide(name), 2
        while new_name in new_names.values():
            new_name, number = str(Path(hide(name)).with_stem(f"{Path(hide(name)).stem}_{number}")), number + 1
        new_names[name] = new_name
    return new_names


def _whole_names(names: Collection[str]) -> re.Pattern[str] | None:
    forms: set[str] = set()
    for name in names:
        words = re.findall(r"[^\W_]+(?:[-'’][^\W_]+)*", name)
        if "@" in name:
            forms.add(re.escape(name))
        elif len(words) > 1:
            ends = (words[1:] + words[:1], words[-1:] + words[:-1])
            forms |= {r"[\s,]+".join(map(re.escape, order)) for order in (words, *ends)}
    longest_first = sorted(forms, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)", re.IGNORECASE) if forms else None


def _any_of(words: Collection[str], bounded: bool = True) -> re.Pattern[str] | None:
    if not words:
        return None
    choices = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return re.compile(rf"(?<!\w)(?:{choices})(?!\w)") if bounded else re.compile(choices, re.IGNORECASE)


def _text(name: str, content: bytes) -> str | None:
    """Return the text of a file, None for a file that is not text."""
    if not name.lower().endswith(TEXTS):
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def hide_student(student: Student, pseudonyms: Pseudonyms, is_hidden: bool) -> Student:
    """Return a student whose result is stored under a pseudonym; if ``is_hidden``, it is also the name and the id."""
    pseudonym = pseudonyms.of(student.identity, student.name)
    if not is_hidden:
        return replace(student, stored_as=pseudonym)
    own_pseudonyms = [pseudonyms.of(person.identity, person.name) for person in student.members]
    members = tuple(
        replace(person, name=own, identity=own, email="", number="")
        for person, own in zip(student.members, own_pseudonyms, strict=True)
    )
    return replace(student, name=pseudonym, identity=pseudonym, members=members, number="", email="")
