"""Reads what an instructor has: a folder or an archive of a whole class, a student at a time."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import stat
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from ..submission import files
from ..support.errors import UsageError
from ..support.i18n import _
from ..support.text import clean
from . import decoding, layouts
from .layouts import Student
from .moments import moment

MOST_OF_A_TAR = 8 << 30  # bytes; a .zip is read where it lies
TIMESTAMP = "timestamp.txt"  # of nbgrader, beside what was handed in
RESULTS = "grading.sqlite"  # of the output folder of a batch, which holds nothing of a student
JUNK = ("desktop.ini", "thumbs.db", "ehthumbs.db", "icon\r")  # what a computer puts into folders by itself
MOST_ARCHIVES = 20  # that are looked into, whether they are those of classes
DATED = 64  # characters of a timestamp


@dataclass(frozen=True)
class HandedIn:
    """What one student handed in: the content of each file, or why it cannot be read, and a digest of it."""

    student: Student
    shown: str
    contents: dict[str, bytes]
    problem: str
    sha256: str
    submitted: datetime | None


class Class:
    """All submissions at ``path``; a context manager, since an archive stays open meanwhile."""

    def __init__(
        self,
        path: Path,
        layout: str | None = None,
        assignment: str = "",
        leave_out: Path | None = None,
        roster: Collection[str] = (),
    ) -> None:
        """Find out who handed in what; raises UsageError where there is nothing to grade.

        ``layout`` is one of :data:`layouts.NAMES`, recognised by default; ``assignment`` chooses among those of a course.
        ``leave_out`` is a folder that may lie in ``path`` and holds nothing of a student: that of the results.
        ``roster`` are names of students, by which names of files in an unknown encoding are read.
        """
        if leave_out is not None and path.resolve() == leave_out.resolve():
            raise UsageError(f"{path} is the class and the place for results: choose another folder for --out.")
        if not path.exists():
            raise UsageError(f"{path} does not exist: give the folder or archive of a class.")
        self._stack = contextlib.ExitStack()
        self._folders: set[str] = set()
        self._links: list[str] = []
        self._hidden: list[str] = []
        try:
            readers = dict(self._open(path))
            shown, encoding = decoding.readable([*readers, *self._folders, *self._links], roster)
            found = {shown[name]: read for name, read in readers.items()}
            self._folders = {shown[name] for name in self._folders}
            for name in found:
                self._folders |= _folders_above(name)
            results = {name.rpartition("/")[0] + "/" for name in found if name.endswith(f"/{RESULTS}")}
            ours = (*results, *_inside(path.resolve(), leave_out.resolve() if leave_out else None))
            self._read = {name: read for name, read in found.items() if _counts(name, ours)}
            folders = [name for name in self._folders if _counts(name, ours)]
            self._prefix = f"{path.name}/" if path.is_file() else ""
            metadata = layouts.metadata_file(self._read)
            text = "" if metadata is None else (self._read[metadata]() or b"").decode(errors="replace")
            students = layouts.students([*self._read, *folders], layout, text, _is_clone(path), assignment)
            if layout is None:
                _refuse_archives_of_classes(path, self._read)
            if not students.students:
                expected = f"in the layout '{layout}'" if layout else "of any layout that is known"
                raise UsageError(f"{path} holds no submission {expected}: give the folder or archive of a class.")
        except (OSError, ValueError, *files.DAMAGED) as error:
            self.close()
            reason = getattr(error, "strerror", None) or str(error)
            raise UsageError(f"{path} cannot be read ({reason}).") from error
        except BaseException:
            self.close()
            raise
        self.layout = students.layout
        self.students = students.students
        self.encoding = encoding
        """The code page in which the names of files are read, where that had to be guessed; empty otherwise."""
        self.left_over = [name for name in students.left_over if name != metadata]
        """Files that belong to no student."""
        links = [shown[name] for name in self._links if _counts(shown[name].rstrip("/"), ours)]
        self.left_out = [(name, layouts.why_left_out(name, self.layout)) for name in self.left_over]
        self.left_out += [(name.rstrip("/"), "it is a link, which is not followed") for name in links]
        self._hidden += [name for name in found if files.is_hidden_answer(name) and name not in self._hidden]
        self.left_out += [(name, "it is hidden") for name in self._hidden]
        """The same files and links, each with the reason."""
        self._not_followed = links

    def __enter__(self) -> Class:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the archive."""
        self._stack.close()

    def handed_in(self, student: Student) -> HandedIn:
        """Read the last attempt of a student, within the limits of a submission."""
        contents: dict[str, bytes] = {}
        problem = "" if student.files else self._why_nothing(student)
        digest = hashlib.sha256()
        total = 0
        submitted = student.submitted
        for file in sorted(student.files, key=lambda file: file.name):
            try:
                content = self._read[file.path]()
            except (OSError, ValueError, *files.DAMAGED) as error:
                why = _("it is encrypted") if "encrypted" in str(error) else clean(error)
                content = b""
                problem = _("{file} cannot be read ({reason}).").format(file=clean(file.name), reason=why)
            total += files.MAX_TOTAL + 1 if content is None else len(content)
            if content is None or total > files.MAX_TOTAL:
                sentence = _("{file} is too large: at most {size} MB in all are read.")
                problem = sentence.format(file=clean(file.name), size=files.MAX_TOTAL >> 20)
                contents = {}
                break
            digest.update(os.fsencode(f"{file.name}\0{len(content)}\0") + content)
            if self.layout == "nbgrader" and file.name == TIMESTAMP:
                submitted = moment(content[:DATED].decode(errors="replace")) or submitted
            else:
                contents[file.name] = content
        shown = student.files[0].path if len(student.files) == 1 else _folder(student)
        return HandedIn(student, self._prefix + shown, contents, problem, digest.hexdigest(), submitted)

    def _why_nothing(self, student: Student) -> str:
        """Why there is no file of a student: what was handed in may be hidden, or a link."""
        folder = f"{student.folder.rstrip('/')}/"
        if folder.rstrip("/") in self._not_followed:
            return _("{path} is a link, which is not followed: hand in the file itself.").format(
                path=clean(student.name)
            )
        hidden, links = (
            [name.removeprefix(folder) for name in names if name.startswith(folder)]
            for names in (self._hidden, self._not_followed)
        )
        return files.not_read(clean(folder.rstrip("/")), hidden, links) or _("Nothing was handed in.")

    def _open(self, path: Path) -> Iterator[files.Member]:
        """The name of each file at ``path``, and how to read it."""
        if path.is_dir():
            self._list_folders(path)
            return files.folder_members(path)
        name = path.name.lower()
        if name.endswith(".zip"):
            archive = self._stack.enter_context(zipfile.ZipFile(path))
            for info in archive.infolist():
                info.filename = decoding.name_in_zip(info)
                if info.is_dir():
                    self._folders.add(info.filename)
                elif stat.S_ISLNK(info.external_attr >> 16):
                    self._links.append(info.filename)
                    self._folders |= _folders_above(info.filename)
            return files.zip_members(archive)
        if name.endswith(files.ARCHIVES):
            return self._unpacked(path)
        raise UsageError(f"{path} is neither a folder nor an archive: give the folder or archive of a class.")

    def _list_folders(self, path: Path) -> None:
        """Note the folders and links at ``path``. A link to a folder is a folder with nothing in it."""
        for root, folders, names in os.walk(path):
            inside = Path(root).relative_to(path)
            folders[:] = [name for name in folders if not files.is_skipped((inside / name).as_posix())]
            self._hidden += [
                name for name in ((inside / name).as_posix() for name in names) if files.is_hidden_answer(name)
            ]
            for name in (*folders, *names):
                entry = Path(root, name)
                relative = (inside / name).as_posix()
                if entry.is_symlink():
                    self._links.append(relative)
                if name in folders:
                    self._folders.add(f"{relative}/")

    def _unpacked(self, path: Path) -> Iterator[files.Member]:
        """The members of a tar, which can be read only in one go, as numbered files."""
        total = 0
        scratch = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="grader-class-"))
        with tarfile.open(path) as archive:
            for number, info in enumerate(archive):
                if info.isdir():
                    self._folders.add(f"{info.name}/")
                elif info.issym() or info.islnk():
                    self._links.append(info.name)
                    self._folders |= _folders_above(info.name)
                member = archive.extractfile(info) if info.isfile() else None
                if member is None:
                    continue
                content = files.at_most(member) or b""
                total += len(content)
                if number > files.MAX_ENTRIES or total > MOST_OF_A_TAR:
                    raise UsageError(f"{path} is too large to be unpacked: unpack it, and give the folder.")
                place = Path(scratch, str(number))
                place.write_bytes(content)
                yield info.name, partial(_read_again, place, info.size)


def _refuse_archives_of_classes(path: Path, members: Mapping[str, Callable[[], bytes | None]]) -> None:
    """Whoever gives a folder with the downloads of a course system would see one student for each of them."""
    names = [*members]
    if not names or len(names) > MOST_ARCHIVES or not all(name.lower().endswith(".zip") for name in names):
        return
    for name in names:
        try:
            with zipfile.ZipFile(io.BytesIO(members[name]() or b"")) as archive:
                inside = [decoding.name_in_zip(info) for info in archive.infolist() if not info.is_dir()]
        except (OSError, ValueError, *files.DAMAGED):
            return
        if layouts.recognise(inside) in layouts.ANYTHING:
            return
    raise UsageError(
        f"{path} holds archives of a class ({clean(', '.join(names))}): give each of them by itself, or, if they are "
        "submissions, say --layout loose."
    )


def _inside(path: Path, folder: Path | None) -> list[str]:
    """The beginning of the names of all files of ``folder``, if that lies in ``path``."""
    return [f"{folder.relative_to(path).as_posix()}/"] if folder is not None and path in folder.parents else []


def _folders_above(name: str) -> set[str]:
    """The folders that a file lies in, each with its slash: whoever hands in hidden files alone is somebody, too."""
    parts = name.split("/")[:-1]
    return {"/".join(parts[:depth]) + "/" for depth in range(1, len(parts) + 1) if parts[depth - 1]}


def _counts(name: str, ours: tuple[str, ...]) -> bool:
    """Whether a file can be part of what was handed in: what a computer puts there by itself is not, nor ``ours``."""
    if name.startswith(ours):
        return False
    parts = name.split("/")
    return parts[-1].lower() not in JUNK and not files.is_skipped(name) and ".." not in parts


def _read_again(place: Path, size: int) -> bytes | None:
    content = place.read_bytes()
    return content if len(content) == size else None


def _folder(student: Student) -> str:
    """What the files of a student have in common in their paths."""
    folders = [os.path.dirname(file.path) for file in student.files]
    return (os.path.commonpath(folders) if folders else "") or student.folder.rstrip("/") or student.name


def _is_clone(path: Path) -> bool:
    """Whether what lies at ``path`` are clones of repositories, but for a stray folder."""
    if not path.is_dir():
        return False
    folders = [folder for folder in path.iterdir() if folder.is_dir() and not folder.name.startswith(".")]
    loose = any(file.suffix.lower() in files.PYTHON for file in path.iterdir())
    return not loose and sum((folder / ".git").exists() for folder in folders) > len(folders) / 2
