"""The layouts in which course systems export the submissions of a class.

A layout is recognised from the file names of a folder or an archive. It assigns the files to students, and knows their
names and which files were late. Files that belong to no student are listed as well, so that nothing is lost.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from os.path import commonprefix
from typing import NamedTuple

from ..submission.files import ARCHIVES, NAMED, PYTHON
from . import attempts, gradescope
from .gradescope import METADATA

LATE = ("late", "verspätet", "verspaetet")  # ILIAS puts this word in front of the name of a late file


@dataclass(frozen=True)
class Handed:
    """One file: its ``path`` in the class, and the ``name`` that the student gave it."""

    path: str
    name: str
    late: bool = False
    attempt: int = 0
    submitted: datetime | None = None


@dataclass(frozen=True)
class Person:
    """A person who gets a score: the name, and the course system's id as ``identity``.

    Some layouts also have an ``email`` address, or a ``number`` in addition to a login as the id.
    """

    name: str
    identity: str
    email: str = ""
    number: str = ""


@dataclass(frozen=True)
class Student:
    """The submission of one student or one group.

    ``identity`` is the course system's id, which distinguishes two students with the same ``name``. ``files`` belong
    to the last attempt, ``earlier`` to the attempts before it. ``submitted`` is the time of submission if the layout
    has it. ``members`` are the members of a group, if known. ``folder`` contains all the files.
    """

    name: str
    identity: str
    files: list[Handed] = field(default_factory=list)
    earlier: list[Handed] = field(default_factory=list)
    submitted: datetime | None = None
    members: tuple[Person, ...] = ()
    folder: str = ""
    number: str = ""

    @property
    def late(self) -> bool:
        """True if any file of the last attempt was late."""
        return any(file.late for file in self.files)

    @property
    def people(self) -> tuple[Person, ...]:
        """The people who get the score."""
        return self.members or (Person(self.name, self.identity, number=self.number),)


def known_as(student: Student | Person) -> str:
    """Return "name (id)", or the name alone if both are the same."""
    return student.name if student.name == student.identity else f"{student.name} ({student.identity})"


@dataclass(frozen=True)
class Found:
    """The students of a class, sorted by name, and the files that belong to no student."""

    layout: str
    students: list[Student]
    left_over: list[str]


class Placed(NamedTuple):
    """The owner of a file: a key, name and identity of the student, the file, and where the student's part of the path starts."""

    key: str
    name: str
    identity: str
    file: Handed
    start: int = 0
    members: tuple[Person, ...] = ()
    number: str = ""


Place = Callable[[str], Placed | None]  # None: the path belongs to no student

_OF_CANVAS = r"_(?:(?P<file_id>\d+)_(?P<file>.+)|(?P<entry>(?:text|link)\.html))"
CANVAS = re.compile(rf"(?P<before>(?:[^/]+/)*?)(?P<name>[^/]*?)(?P<late>_LATE)?_(?P<id>\d+){_OF_CANVAS}")
ANONYMOUS = re.compile(rf"(?P<before>(?:[^/]+/)*?)(?P<late>LATE_)?(?P<name>anon)_(?P<id>[^_/]+){_OF_CANVAS}")
MOODLE = re.compile(
    r"(?P<before>(?:[^/]+/)*?)(?P<name>[^/]*?)_(?P<id>\d+)_assignsubmission_(?P<kind>[a-z0-9]+)_?[/_]?(?P<file>.*)"
)
ILIAS = re.compile(r"(?P<before>(?:[^/]+/){0,3}?)(?P<names>[^/]*_[^/]*)_(?P<login>[^/_]+)_(?P<id>\d+)/(?P<file>.*)")


def canvas(path: str) -> Placed | None:
    """Parse ``mustermannerika_LATE_4711_99123_answer.ipynb``, or ``anon_`` with letters as the id if anonymous.

    Text typed into Canvas is a file ``..._text.html``, a submitted link a file ``..._link.html``.
    """
    found = ANONYMOUS.fullmatch(path) or CANVAS.fullmatch(path)
    if found is None:
        return None
    name = f"anonymous {found['id']}" if found["name"] == "anon" else found["name"] or f"student {found['id']}"
    handed = Handed(path, found["entry"] or found["file"], bool(found["late"]), int(found["file_id"] or 0))
    return Placed(f"{found['name']} {found['id']}", name, found["id"], handed, len(found["before"]))


def moodle(path: str) -> Placed | None:
    """Parse ``Erika Mustermann_4711_assignsubmission_file/answer.ipynb``, also with ``_`` instead of the slash."""
    found = MOODLE.fullmatch(path)
    if found is None:
        return None
    name = found["name"] if found["name"] not in ("", "Participant") else f"Participant {found['id']}"
    handed = Handed(path, found["file"].lstrip("/"))
    return Placed(f"{found['name']} {found['id']}", name, found["id"], handed, len(found["before"]))


def ilias(path: str) -> Placed | None:
    """Parse ``Exercise 1/Abgaben/Mustermann_Erika_erika.m_4711/answer.ipynb``, one folder deeper for a team.

    ILIAS writes ``_`` for each byte of a letter that is not in Latin-1; the login and the id stay readable.
    """
    found = ILIAS.fullmatch(path)
    if found is None:
        return None
    prefix, _, rest = found["file"].partition(" - ")
    late = bool(rest) and prefix.lower() in LATE
    name = rest if late else found["file"]
    again = re.search(r" \((\d+)\)(?=\.[^./]+$)", name)  # the number of a repeated upload
    if again:
        name = name.replace(again[0], "")
    file = Handed(path, name, late, int(again[1]) if again else 0)
    # One underscore separates two names; a lost letter leaves at least two underscores.
    names, login = re.split(r"(?<!_)_(?!_)", found["names"]), found["login"]
    if len(names) > 1:
        last, first, *front = names
        student, login = f"{first} {last}", "_".join([*front, login])
    elif re.search(r"[^_]", names[0]):
        student = names[0]
    else:
        student = f"{names[0]}_{login}_{found['id']}"
    return Placed(found["id"], student, login, file, len(found["before"]), number=found["id"])


def nbgrader(path: str) -> Placed | None:
    """Parse ``submitted/erika/ps1/problem.ipynb`` in a course folder."""
    found = NBGRADER.fullmatch(path)
    if found is None:
        return None
    name = found["student"]
    return Placed(name, name, name, Handed(path, found["file"]), found.start("student"))


def github(path: str, prefix: str = "") -> Placed | None:
    """Parse clones of GitHub Classroom: one folder per student, named after the assignment and the student."""
    placed = folders(path)
    if placed is None:
        return None
    name = placed.key.removeprefix(prefix) or placed.key
    return placed._replace(name=name, identity=name)


def folders(path: str) -> Placed | None:
    """Parse one folder per student."""
    student, slash, file = path.partition("/")
    return Placed(student, student, student, Handed(path, file)) if slash else None


def grouped_folders(path: str) -> Placed | None:
    """Parse one folder per student, inside the folder of a tutorial or section."""
    group, slash, inside = path.partition("/")
    placed = folders(inside)
    return placed and placed._replace(key=f"{group}/{placed.key}", start=len(group) + len(slash))


def _are_sorted_into_groups(paths: Sequence[str]) -> bool:
    """True if the top folders are groups of students: they contain folders with answers, and these have different names.

    Names that repeat, such as ``task1`` and ``task2``, are folders that students made themselves. A few exceptions are
    ignored, and a single top folder is not enough.
    """
    folders_in: dict[str, set[str]] = {}
    for path in paths:
        top, *inner = path.split("/")[:-1] or [""]
        if path.lower().endswith((*PYTHON, *ARCHIVES)):
            folders_in.setdefault(top, set()).update(inner[:1])
    names = [name for folders in folders_in.values() for name in folders]
    groups = [top for top, folders in folders_in.items() if len(folders) > 1]
    alike = len(names) - len({*names})
    return len(groups) > 1 and len(groups) >= 0.8 * len(folders_in) and alike <= len(names) / 5


def loose(path: str) -> Placed | None:
    """Parse one file per student, with the name of the student."""
    if "/" in path:
        return None
    name = _stem(path)
    return Placed(path, name, name, Handed(path, path))


def _stem(name: str) -> str:
    """Return the name without its ending, or without both if a browser or an archive added a second one."""
    return re.sub(r"(\.tar|\.ipynb|\.py)?\.[^.]+$", "", name, flags=re.IGNORECASE) or name


NBGRADER = re.compile(r"(?:[^/]+/)*?submitted/(?P<student>[^/]+)/(?P<assignment>[^/]+)/(?P<file>.*)")
IN_SUBMITTED = re.compile(r"(?:[^/]+/)*?submitted/(?P<student>[^/]+)/")
LAYOUTS: dict[str, Place] = {
    "moodle": moodle,
    "canvas": canvas,
    "nbgrader": nbgrader,
    "ilias": ilias,
    "github": github,
    "folders": folders,
    "loose": loose,
}
GRADESCOPE = "gradescope"
NAMES = (*LAYOUTS, GRADESCOPE)
ANYTHING = ("github", "folders", "loose")  # layouts that accept almost any name


def recognise(paths: Sequence[str], cloned: bool = False) -> str:
    """Return the layout of most files; ``cloned`` says that the folders are clones of repositories."""
    if metadata_file(paths) is not None:
        return GRADESCOPE
    if cloned:
        return "github"
    certain = [name for name in LAYOUTS if name not in ANYTHING]
    best = max(certain, key=lambda name: _support(name, paths))
    if _support(best, paths) > 0.5:
        return best
    skip = _common_folder(paths)
    inside = {path.removeprefix(skip).partition("/")[:2] for path in paths}
    return "folders" if sum(slash == "/" for _, slash in inside) >= len(inside) / 2 and inside else "loose"


def metadata_file(paths: Iterable[str]) -> str | None:
    """Return the path of Gradescope's list of submissions, or None; only at the top, so that no student can provide it."""
    paths = list(paths)
    tops = {path.partition("/")[0] for path in paths}
    wanted = [METADATA, *(f"{top}/{METADATA}" for top in tops if len(tops) == 1)]
    return next((name for name in wanted if name in paths), None)


def _support(layout: str, paths: Sequence[str]) -> float:
    """Return the share of sibling files and folders whose names fit a layout; each student has one vote."""
    if layout == "nbgrader":
        tops = {path.partition("/")[0] for path in paths}
        course = f"{tops.pop()}/" if len(tops) == 1 else ""
        beginnings = ("submitted/", f"{course}submitted/")
        return float(any(path.startswith(beginnings) and NBGRADER.match(path) for path in paths))
    shared = commonprefix([path.rpartition("/")[0] + "/" for path in paths]) if paths else ""  # noqa: RUF071, cut below
    shared = shared[: shared.rfind("/") + 1]
    votes: dict[tuple[str, str], list[bool]] = {}
    for path in paths:
        top, slash, _ = path.removeprefix(shared).partition("/")
        votes.setdefault((top, slash), []).append(LAYOUTS[layout](path) is not None)
    voters = [mine for (_, slash), mine in votes.items() if slash] if layout == "ilias" else []
    voters = voters or list(votes.values())  # ILIAS puts an overview file next to the folders
    return sum(sum(mine) > len(mine) / 2 for mine in voters) / len(voters) if voters else 0.0


def students(
    paths: Iterable[str], layout: str | None = None, metadata: str = "", cloned: bool = False, assignment: str = ""
) -> Found:
    """Assign the files of a class to students.

    ``paths`` are relative, with slashes. A path that ends with a slash is a folder; it counts if the student has no
    files. ``metadata`` is the text of Gradescope's ``submission_metadata.yml``. ``assignment`` selects one assignment
    of an nbgrader course. A file or folder next to the students' that fits no pattern becomes a student with its own
    name, if it may contain an answer.
    Raises ValueError for metadata that cannot be read, and for a course without that assignment.
    """
    paths = sorted(paths)
    contents = [path for path in paths if not path.endswith("/")]
    layout = layout or recognise(contents or paths, cloned)
    export = gradescope.read(metadata) if layout == GRADESCOPE else {}
    place = partial(_of_gradescope, export) if layout == GRADESCOPE else LAYOUTS[layout]
    skip = _common_folder(contents) if layout in ANYTHING else ""
    if layout == "github":
        tops = sorted({path.removeprefix(skip).partition("/")[0] for path in contents})
        common = commonprefix(tops) if len(tops) > 1 else ""  # noqa: RUF071, a prefix of letters, not of folders
        place = partial(github, prefix=common[: common.rfind("-") + 1])
    if layout == "folders" and _are_sorted_into_groups([path.removeprefix(skip) for path in contents]):
        place = grouped_folders
    if layout == "nbgrader":
        paths = _of_course(paths, assignment)
    found: dict[str, Student] = {}
    roots: set[str] = set()  # the folders that contain students
    nobodys = []
    for path in paths:
        placed = None if path.startswith("/") else place(path.removeprefix(skip))
        if placed is None:
            nobodys.append(path)
            continue
        roots.add(path[: len(skip) + placed.start])
        _add(found, placed, path)
    for folder, submission in export.items():
        if folder not in found and submission.people:  # it is listed, but has no file
            _add(found, _submission(folder, submission, Handed(f"{folder}/", "")), f"{folder}/")
    left_over = _add_unnamed(found, nobodys, roots, layout)
    if layout == "canvas":
        attempts.drop_numbers_of_canvas([*found.values()], assignment)
    for student in found.values():
        attempts.keep_last(student)
    if layout == "ilias":
        found = _teams(found)
    everybody = _with_own_ids(found)
    return Found(layout, sorted(everybody, key=lambda s: (s.name.casefold(), s.identity)), left_over)


def _with_own_ids(found: Mapping[str, Student]) -> list[Student]:
    """Return the students with unique ids: two names may differ only in how their letters are composed."""
    shared = Counter(student.identity for student in found.values())
    everybody: dict[str, Student] = {}
    for key, student in found.items():
        identity = student.identity if shared[student.identity] == 1 else f"{student.identity} ({_text(key)})"
        number = 2
        while identity in everybody:
            identity, number = f"{student.identity} ({_text(key)} {number})", number + 1
        everybody[identity] = replace(student, identity=identity)
    return [*everybody.values()]


def _add(found: dict[str, Student], placed: Placed, path: str) -> None:
    """Add a file or a folder to its student."""
    folder = path if path.endswith("/") else path[: path.rfind("/") + 1]
    student = found.setdefault(
        placed.key,
        Student(
            _text(placed.name),
            _text(placed.identity),
            submitted=placed.file.submitted,
            members=placed.members,
            folder=folder,
            number=placed.number,
        ),
    )
    if not path.endswith("/"):
        student.files.append(replace(placed.file, path=path))


def _add_unnamed(found: dict[str, Student], paths: Sequence[str], roots: set[str], layout: str) -> list[str]:
    """Add a student for each file or folder next to students that may contain an answer; return the other files.

    A folder belongs to one student, whatever it contains; next to loose files it must contain an answer.
    """
    beside: dict[str, list[str]] = {}
    left_over = []
    for path in paths:
        root = max((root for root in roots if path.startswith(root) and path != root), key=len, default=None)
        root = _folder_of_teams(path, roots) if root is None and layout == "ilias" else root
        if root is None or path.startswith("/") or any(other.startswith(path) for other in roots):
            left_over += [] if path.endswith("/") else [path]
        else:
            name, slash, _ = path.removeprefix(root).partition("/")
            beside.setdefault(f"{root}{name}{slash}", []).append(path)
    for entry, members in beside.items():
        name = entry.rstrip("/").rpartition("/")[2]
        may_answer = any(path.lower().endswith(ARCHIVES) or NAMED.fullmatch(path) for path in members)
        if layout == "nbgrader" or not (may_answer or (entry.endswith("/") and layout not in ("canvas", "loose"))):
            left_over += [path for path in members if not path.endswith("/")]
            continue
        called = name if entry.endswith("/") else _stem(name)
        for path in members:
            file = Handed(path, path.removeprefix(entry) or name)
            _add(found, Placed(f"unnamed {entry}", called, called, file), path)
    return sorted(left_over)


def _folder_of_teams(path: str, roots: set[str]) -> str | None:
    """Return the folder that contains the folders of teams and ``path``, or None."""
    above = {root.rstrip("/").rpartition("/")[0] + "/" for root in roots if re.search(r" \d+/$", root)}
    return max((root for root in above if path.startswith(root) and path != root), key=len, default=None)


def _teams(found: Mapping[str, Student]) -> dict[str, Student]:
    """Return one submission for each ILIAS team, whose members each have a folder inside the folder of the team."""
    teams: dict[str, list[str]] = {}
    for key, student in found.items():
        teams.setdefault(student.folder.rstrip("/").rpartition("/")[0], []).append(key)
    parents = Counter(team.rpartition("/")[0] for team in teams)
    joined: dict[str, Student] = {}
    for team, keys in teams.items():
        members = [found[key] for key in keys]
        names = [file.name for member in members for file in member.files]
        holders = [member for member in members if member.files]
        if len(members) == 1 or parents[team.rpartition("/")[0]] == 1 or not holders:
            joined |= {key: found[key] for key in keys}
        elif len(names) == len({*names}):
            joined[keys[0]] = _together(members, holders)
        else:  # each has a complete answer; members without files join the first who has some
            absent = [member for member in members if not member.files]
            joined |= {key: found[key] for key in keys if found[key].files}
            first = next(key for key in keys if found[key].files)
            joined[first] = _together([found[first], *absent], [found[first]])
    return joined


def _together(members: Sequence[Student], holders: Sequence[Student]) -> Student:
    return Student(
        ", ".join(member.name for member in members),
        ", ".join(member.identity for member in members),
        [file for holder in holders for file in holder.files],
        [file for holder in holders for file in holder.earlier],
        members=tuple(person for member in members for person in member.people),
        folder=holders[0].folder,
    )


def why_left_out(path: str, layout: str) -> str:
    """Return the reason why a file belongs to no student."""
    if path.startswith("/"):
        return "its path leads out of the class"
    if layout == "canvas":
        return "its name contains no student id, and it is not a notebook, a Python file or an archive"
    if layout in ("folders", "github", "loose"):
        return "it is not in a student's folder, and it is not a notebook, a Python file or an archive"
    return "it is not in a student's folder"


def _text(name: str) -> str:
    """Return a name as valid text with composed letters; bytes that are not UTF-8 are escaped."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return unicodedata.normalize("NFC", text)


def _of_course(paths: Sequence[str], assignment: str) -> list[str]:
    """Return the paths of one assignment of an nbgrader course, with a folder for each student who did not hand in."""
    handed_in = [(found, path) for path in paths if (found := NBGRADER.fullmatch(path))]
    names = sorted({found["assignment"] for found, _ in handed_in})
    wanted = [name for name in names if name.replace("_", "-") == assignment.replace("_", "-")]
    if len(names) > 1 and not wanted:
        raise ValueError(f"it is a course with {', '.join(names)}, but without an assignment {assignment}")
    chosen = wanted or names
    of_assignment = [path for found, path in handed_in if found["assignment"] in chosen]
    present = {found["student"] for found, _ in handed_in if found["assignment"] in chosen}
    others = [found for path in paths if (found := IN_SUBMITTED.match(path))]
    missing = {f"{found[0]}{chosen[0]}/" for found in others if found["student"] not in present} if chosen else set()
    loose = [path for path in paths if re.fullmatch(r"(?:[^/]+/)?submitted/[^/]+", path)]
    return [*of_assignment, *sorted(missing), *loose]


def _of_gradescope(export: Mapping[str, gradescope.Submission], path: str) -> Placed | None:
    """Return the owners of a file according to Gradescope's metadata."""
    parts = path.split("/")
    depth = next((depth for depth, part in enumerate(parts[:-1]) if part in export), None)
    if depth is None:
        return None
    folder, file = parts[depth], "/".join(parts[depth + 1 :])
    placed = _submission(folder, export[folder], Handed(path, file, submitted=export[folder].created))
    return placed._replace(start=len("".join(f"{part}/" for part in parts[:depth])))


def _submission(folder: str, submission: gradescope.Submission, file: Handed) -> Placed:
    people = tuple(
        Person(_text(name or folder), _text(identity or name or folder), email)
        for name, identity, email in submission.people
    )
    name, identity = (", ".join(person.name for person in people), ", ".join(person.identity for person in people))
    return Placed(folder, name or folder, identity or folder, file, 0, people)


def _common_folder(paths: Sequence[str]) -> str:
    """Return the single top folder of the class with its slash, as in an archive of a folder, or "".

    A folder that contains both files and folders probably belongs to one student, unless several of the folders
    contain answers.
    """
    tops = {path.partition("/")[0] for path in paths}
    if len(tops) != 1 or not all("/" in path for path in paths):
        return ""
    top = f"{tops.pop()}/"
    inside = [path.removeprefix(top) for path in paths]
    direct = [name for name in inside if "/" not in name]
    if not direct or (len(direct) == len(inside) and len(direct) > 1):
        return top
    answers = [name for name in inside if name.lower().endswith((*PYTHON, *ARCHIVES))]
    folders = {name.partition("/")[0] for name in answers if "/" in name}
    needed = 3 if any(name in direct for name in answers) else 2
    return top if len(folders) >= max(needed, len(direct) + 1) else ""
