"""Reads a folder or an archive with the submissions of a whole class, one student at a time."""

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
from . import decoding, fetched, layouts
from .moments import moment
from .roster import Roster
from .students import Student

MOST_OF_A_TAR = 8 << 30  # bytes to unpack; a .zip is read without unpacking
TIMESTAMP = "timestamp.txt"  # nbgrader's file with the time of submission
RESULTS = "grading.sqlite"  # marks an output folder of a batch, which contains no student's files
JUNK = ("desktop.ini", "thumbs.db", "ehthumbs.db", "icon\r")  # files that operating systems create in folders
MOST_ARCHIVES = 20  # inner archives that are checked for being archives of whole classes
DATED = 64  # characters read of a timestamp


@dataclass(frozen=True)
class StudentFiles:
    """The submission of one student: {name: content}, or the ``problem`` if it cannot be read, and its digest."""

    student: Student
    path: str
    contents: dict[str, bytes]
    problem: str
    sha256: str
    submitted: datetime | None


class ClassFolder:
    """All submissions at ``path``; a context manager, because an archive stays open."""

    def __init__(
        self,
        path: Path,
        layout: str | None = None,
        assignment: str = "",
        leave_out: Path | None = None,
        roster: Collection[str] = (),
    ) -> None:
        """Assign the files to students; raises UsageError if there is nothing to grade.

        ``layout`` is one of :data:`layouts.NAMES`; by default it is detected. ``assignment`` selects one assignment of
        a course. ``leave_out`` is the folder of the results, which may be inside ``path``. ``roster`` has names of
        students; they help to decode file names in an unknown encoding.
        """
        if leave_out is not None and path.resolve() == leave_out.resolve():
            raise UsageError(f"{path} is the folder of the class: choose another folder for --out.")
        if not path.exists():
            raise UsageError(f"{path} does not exist: give the folder or archive of a class.")
        self.path = path
        self._stack = contextlib.ExitStack()
        self._folders: set[str] = set()
        self._links: list[str] = []
        self._hidden: list[str] = []
        try:
            readers = dict(self._open(path))
            readable_names, encoding = decoding.readable([*readers, *self._folders, *self._links], roster)
            members = {readable_names[name]: read for name, read in readers.items()}
            self._folders = {readable_names[name] for name in self._folders}
            for name in members:
                self._folders |= _folders_above(name)
            result_folders = {name.rpartition("/")[0] + "/" for name in members if name.endswith(f"/{RESULTS}")}
            output_prefixes = (*result_folders, *_inside(path.resolve(), leave_out.resolve() if leave_out else None))
            self._read = {name: read for name, read in members.items() if _counts(name, output_prefixes)}
            folders = [name for name in self._folders if _counts(name, output_prefixes)]
            self._prefix = f"{path.name}/" if path.is_file() else ""
            metadata = layouts.metadata_file(self._read)
            text = "" if metadata is None else (self._read[metadata]() or b"").decode(errors="replace")
            students = layouts.students([*self._read, *folders], layout, text, _is_clone(path), assignment)
            if layout is None:
                _refuse_archives_of_classes(path, self._read)
            if not students.students:
                expected = f"in the layout '{layout}'" if layout else "in any known layout"
                raise UsageError(f"{path} contains no submission {expected}: give the folder or archive of a class.")
        except (OSError, ValueError, *files.DAMAGED) as error:
            self.close()
            reason = getattr(error, "strerror", None) or str(error)
            raise UsageError(f"{path} cannot be read ({reason}).") from error
        except BaseException:
            self.close()
            raise
        self.layout = students.layout
        self.students = students.students
        self.origin = text.encode() if self.layout == layouts.FETCHED else b""
        """What ``grader fetch`` wrote about a class that it has fetched, b"" for another class."""
        self.encoding = encoding
        """The encoding of the file names if it had to be guessed, else ""."""
        self.left_over = [name for name in students.left_over if name != metadata]
        """Files that belong to no student."""
        links = [
            readable_names[name] for name in self._links if _counts(readable_names[name].rstrip("/"), output_prefixes)
        ]
        self.left_out = [(name, layouts.why_left_out(name, self.layout)) for name in self.left_over]
        self.left_out += [(name.rstrip("/"), "it is a link, and links are not followed") for name in links]
        self._hidden += [name for name in members if files.is_hidden_answer(name) and name not in self._hidden]
        self.left_out += [(name, "it is hidden") for name in self._hidden]
        """The files and links that are not graded, each with the reason."""
        self._not_followed = links

    def __enter__(self) -> ClassFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the archive."""
        self._stack.close()

    def rosters(self) -> list[Roster]:
        """Return the list of all people of the class, if it was fetched from a course system."""
        return [fetched.roster(self.origin.decode())] if self.origin else []

    def files_of(self, student: Student) -> StudentFiles:
        """Read the last attempt of a student, within the limits of a submission."""
        contents: dict[str, bytes] = {}
        problem = student.problem or ("" if student.files else self._why_nothing(student))
        digest = hashlib.sha256()
        total = 0
        submitted = student.submitted
        for file in sorted(student.files, key=lambda file: file.name):
            try:
                content = self._read[file.path]()
            except (OSError, ValueError, *files.DAMAGED) as error:
                reason = _("it is encrypted") if "encrypted" in str(error) else clean(error)
                content = b""
                problem = _("{file} cannot be read ({reason}).").format(file=clean(file.name), reason=reason)
            total += files.MAX_TOTAL + 1 if content is None else len(content)
            if content is None or total > files.MAX_TOTAL:
                problem = files.too_large(file.name)
                contents = {}
                break
            digest.update(os.fsencode(f"{file.name}\0{len(content)}\0") + content)
            if self.layout == "nbgrader" and file.name == TIMESTAMP:
                submitted = moment(content[:DATED].decode(errors="replace")) or submitted
            else:
                contents[file.name] = content
        path = student.files[0].path if len(student.files) == 1 else _folder(student)
        return StudentFiles(student, self._prefix + path, contents, problem, digest.hexdigest(), submitted)

    def _why_nothing(self, student: Student) -> str:
        """Return a sentence that explains why a student has no files: they may be hidden files or links."""
        folder = f"{student.folder.rstrip('/')}/"
        if folder.rstrip("/") in self._not_followed:
            return _("{path} is a link, and links are not followed: hand in the file itself.").format(
                path=clean(student.name)
            )
        hidden, links = (
            [name.removeprefix(folder) for name in names if name.startswith(folder)]
            for names in (self._hidden, self._not_followed)
        )
        return files.not_read(clean(folder.rstrip("/")), hidden, links) or _("Nothing was handed in.")

    def _open(self, path: Path) -> Iterator[files.Member]:
        """Yield the name of each file at ``path``, and a function that reads it."""
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
        """Record the folders and links at ``path``. A link to a folder counts as an empty folder."""
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
        """Unpack a tar archive into numbered files, because it can only be read from start to end; yield its members."""
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
                    raise UsageError(f"{path} is too large: unpack it yourself, and give the folder.")
                place = Path(scratch, str(number))
                place.write_bytes(content)
                yield info.name, partial(_read_again, place, info.size)


def _refuse_archives_of_classes(path: Path, members: Mapping[str, Callable[[], bytes | None]]) -> None:
    """Raise UsageError if the members are archives of whole classes: each would be graded as one student."""
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
        f"{path} contains archives of whole classes ({clean(', '.join(names))}): grade each archive separately, or, if "
        "each is one submission, add --layout loose."
    )


def _inside(path: Path, folder: Path | None) -> list[str]:
    """Return the prefix of the names of all files in ``folder`` if it is inside ``path``, else an empty list."""
    return [f"{folder.relative_to(path).as_posix()}/"] if folder is not None and path in folder.parents else []


def _folders_above(name: str) -> set[str]:
    """Return the folders above a file, each with its slash: a student with only hidden files is listed as well."""
    parts = name.split("/")[:-1]
    return {"/".join(parts[:depth]) + "/" for depth in range(1, len(parts) + 1) if parts[depth - 1]}


def _counts(name: str, output_prefixes: tuple[str, ...]) -> bool:
    """True if a file may be part of a submission: neither junk of an operating system nor an output file."""
    if name.startswith(output_prefixes):
        return False
    parts = name.split("/")
    return parts[-1].lower() not in JUNK and not files.is_skipped(name) and ".." not in parts


def _read_again(place: Path, size: int) -> bytes | None:
    content = place.read_bytes()
    return content if len(content) == size else None


def _folder(student: Student) -> str:
    """Return the folder that all files of a student share."""
    folders = [os.path.dirname(file.path) for file in student.files]
    return (os.path.commonpath(folders) if folders else "") or student.folder.rstrip("/") or student.name


def _is_clone(path: Path) -> bool:
    """True if most folders at ``path`` are clones of git repositories."""
    if not path.is_dir():
        return False
    folders = [folder for folder in path.iterdir() if folder.is_dir() and not folder.name.startswith(".")]
    loose = any(file.suffix.lower() in files.PYTHON for file in path.iterdir())
    return not loose and sum((folder / ".git").exists() for folder in folders) > len(folders) / 2
