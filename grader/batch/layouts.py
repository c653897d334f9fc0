"""Who handed in what: the layouts in which course systems hand out the submissions of a class.

A layout is recognised from the names alone, of a folder or of an archive. Each knows which files belong to one
student, what the student is called there, and whether a file was late. Nobody disappears: whatever is not a file of a
student is listed as well.
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

LATE = ("late", "verspätet", "verspaetet")  # ILIAS's word for it, in front of a file's name


@dataclass(frozen=True)
class Handed:
    """One file: what the layout calls it in the whole, and what the student called it."""

    path: str
    name: str
    late: bool = False
    attempt: int = 0
    submitted: datetime | None = None


@dataclass(frozen=True)
class Person:
    """Somebody who gets a score: the name for people and the course system's own id.

    An e-mail address and, next to a login as the id, a number are there where the layout has them.
    """

    name: str
    identity: str
    email: str = ""
    number: str = ""


@dataclass(frozen=True)
class Student:
    """What one student, or one group, handed in.

    ``identity`` is the course system's own and tells two students of one name apart; ``name`` is for people.
    ``files`` are those of the last attempt, ``earlier`` those of the attempts before; ``submitted`` is when, where
    the layout tells. ``members`` are those of a group, where they are known. ``folder`` is where it all lies.
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
        """Whether any file of the last attempt came late."""
        return any(file.late for file in self.files)

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody who gets the score."""
        return self.members or (Person(self.name, self.identity, number=self.number),)


def known_as(student: Student | Person) -> str:
    """Name and id, where they are two."""
    return student.name if student.name == student.identity else f"{student.name} ({student.identity})"


@dataclass(frozen=True)
class Found:
    """The students of a class in a layout, in the order of their names, and the files that belong to nobody."""

    layout: str
    students: list[Student]
    left_over: list[str]


class Placed(NamedTuple):
    """Whose a file is: the key of the student, name, identity, the file, and where the student's part of the path begins."""

    key: str
    name: str
    identity: str
    file: Handed
    start: int = 0
    members: tuple[Person, ...] = ()
    number: str = ""


Place = Callable[[str], Placed | None]  # None where a path is nobody's

_OF_CANVAS = r"_(?:(?P<file_id>\d+)_(?P<file>.+)|(?P<entry>(?:text|link)\.html))"
CANVAS = re.compile(rf"(?P<before>(?:[^/]+/)*?)(?P<name>[^/]*?)(?P<late>_LATE)?_(?P<id>\d+){_OF_CANVAS}")
ANONYMOUS = re.compile(rf"(?P<before>(?:[^/]+/)*?)(?P<late>LATE_)?(?P<name>anon)_(?P<id>[^_/]+){_OF_CANVAS}")
MOODLE = re.compile(
    r"(?P<before>(?:[^/]+/)*?)(?P<name>[^/]*?)_(?P<id>\d+)_assignsubmission_(?P<kind>[a-z0-9]+)_?[/_]?(?P<file>.*)"
)
ILIAS = re.compile(r"(?P<before>(?:[^/]+/){0,3}?)(?P<names>[^/]*_[^/]*)_(?P<login>[^/_]+)_(?P<id>\d+)/(?P<file>.*)")


def canvas(path: str) -> Placed | None:
    """``mustermannerika_LATE_4711_99123_answer.ipynb``; anonymous with ``anon_`` and letters as an id.

    What a student has typed, or the address that was handed in, is a file ``..._text.html`` or ``..._link.html``.
    """
    found = ANONYMOUS.fullmatch(path) or CANVAS.fullmatch(path)
    if found is None:
        return None
    name = f"anonymous {found['id']}" if found["name"] == "anon" else found["name"] or f"student {found['id']}"
    handed = Handed(path, found["entry"] or found["file"], bool(found["late"]), int(found["file_id"] or 0))
    return Placed(f"{found['name']} {found['id']}", name, found["id"], handed, len(found["before"]))


def moodle(path: str) -> Placed | None:
    """``Erika Mustermann_4711_assignsubmission_file/answer.ipynb``, or with ``_`` in the place of the slash."""
    found = MOODLE.fullmatch(path)
    if found is None:
        return None
    name = found["name"] if found["name"] not in ("", "Participant") else f"Participant {found['id']}"
    handed = Handed(path, found["file"].lstrip("/"))
    return Placed(f"{found['name']} {found['id']}", name, found["id"], handed, len(found["before"]))


def ilias(path: str) -> Placed | None:
    """``Exercise 1/Abgaben/Mustermann_Erika_erika.m_4711/answer.ipynb``, or one folder deeper for a team.

    ILIAS writes ``_`` for each byte of a letter that Latin-1 lacks, which leaves the login and the id readable.
    """
    found = ILIAS.fullmatch(path)
    if found is None:
        return None
    prefix, _, rest = found["file"].partition(" - ")
    late = bool(rest) and prefix.lower() in LATE
    name = rest if late else found["file"]
    again = re.search(r" \((\d+)\)(?=\.[^./]+$)", name)  # of a file that was handed in once more
    if again:
        name = name.replace(again[0], "")
    file = Handed(path, name, late, int(again[1]) if again else 0)
    # Between two names is one line, and for a letter that is lost are at least two.
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
    """``submitted/erika/ps1/problem.ipynb`` of a course folder."""
    found = NBGRADER.fullmatch(path)
    if found is None:
        return None
    name = found["student"]
    return Placed(name, name, name, Handed(path, found["file"]), found.start("student"))


def github(path: str, prefix: str = "") -> Placed | None:
    """Clones of GitHub Classroom: a folder each, called after the assignment and the student."""
    placed = folders(path)
    if placed is None:
        return None
    name = placed.key.removeprefix(prefix) or placed.key
    return placed._replace(name=name, identity=name)


def folders(path: str) -> Placed | None:
    """One folder a student."""
    student, slash, file = path.partition("/")
    return Placed(student, student, student, Handed(path, file)) if slash else None


def grouped_folders(path: str) -> Placed | None:
    """One folder a student, in the folder of a tutorial or section."""
    group, slash, inside = path.partition("/")
    placed = folders(inside)
    return placed and placed._replace(key=f"{group}/{placed.key}", start=len(group) + len(slash))


def _are_sorted_into_groups(paths: Sequence[str]) -> bool:
    """Whether the folders are rather groups of students: answers are in folders of theirs, each called differently.

    What students call alike, ``task1`` and ``task2``, are their own folders. A few exceptions prove nothing, and no
    single folder decides.
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
    """One file a student, with the student's name."""
    if "/" in path:
        return None
    name = _stem(path)
    return Placed(path, name, name, Handed(path, path))


def _stem(name: str) -> str:
    """The name without its ending, of which browsers and archives add a second one."""
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
ANYTHING = ("github", "folders", "loose")  # layouts that take almost any name


def recognise(paths: Sequence[str], cloned: bool = False) -> str:
    """The layout of most files, which are ``cloned`` repositories or not."""
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
    """Gradescope's list of who handed in what. Only at the top is it Gradescope's, and no student's."""
    paths = list(paths)
    tops = {path.partition("/")[0] for path in paths}
    wanted = [METADATA, *(f"{top}/{METADATA}" for top in tops if len(tops) == 1)]
    return next((name for name in wanted if name in paths), None)


def _support(layout: str, paths: Sequence[str]) -> float:
    """The share of what lies side by side that has the names of a layout; one student has one vote."""
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
    voters = voters or list(votes.values())  # ILIAS has an overview beside the folders
    return sum(sum(mine) > len(mine) / 2 for mine in voters) / len(voters) if voters else 0.0


def students(
    paths: Iterable[str], layout: str | None = None, metadata: str = "", cloned: bool = False, assignment: str = ""
) -> Found:
    """Put the files of a class in order.

    ``paths`` are relative, with slashes; one that ends with a slash is a folder, which counts where nothing else of
    a student is there. ``metadata`` is the text of Gradescope's ``submission_metadata.yml``. ``assignment`` chooses
    among those of an nbgrader course. What lies next to students and fits no pattern is a student as well, called as
    the folder or file is, if it can hold an answer.
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
        common = commonprefix(tops) if len(tops) > 1 else ""  # noqa: RUF071, letters are meant, not folders
        place = partial(github, prefix=common[: common.rfind("-") + 1])
    if layout == "folders" and _are_sorted_into_groups([path.removeprefix(skip) for path in contents]):
        place = grouped_folders
    if layout == "nbgrader":
        paths = _of_course(paths, assignment)
    found: dict[str, Student] = {}
    roots: set[str] = set()  # the folders in which students lie
    nobodys = []
    for path in paths:
        placed = None if path.startswith("/") else place(path.removeprefix(skip))
        if placed is None:
            nobodys.append(path)
            continue
        roots.add(path[: len(skip) + placed.start])
        _add(found, placed, path)
    for folder, submission in export.items():
        if folder not in found and submission.people:  # it is listed, and has no file
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
    """The students, each with an id that nobody else has: two names may differ only in how letters are composed."""
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
    """Give a file, or a folder, to its student."""
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
    """Make students of what lies next to students and may hold an answer; returns the other files.

    A folder is one student's, whatever is in it; next to loose files it needs an answer in it.
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
    """The folder with the folders of teams, for a path in it; None where there is none."""
    above = {root.rstrip("/").rpartition("/")[0] + "/" for root in roots if re.search(r" \d+/$", root)}
    return max((root for root in above if path.startswith(root) and path != root), key=len, default=None)


def _teams(found: Mapping[str, Student]) -> dict[str, Student]:
    """One submission for each team of ILIAS, whose members have a folder each in the folder of the team."""
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
        else:  # each has a whole answer; who has none is in the team of the first
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
    """Why a file is no student's."""
    if path.startswith("/"):
        return "its path leads out of the class"
    if layout == "canvas":
        return "its name has no student's id, and it is neither a notebook, a Python file nor an archive"
    if layout in ("folders", "github", "loose"):
        return "it is in no student's folder, and neither a notebook, a Python file nor an archive"
    return "it is in no student's folder"


def _text(name: str) -> str:
    """A name as text, with composed letters, also where the bytes of a file's name are not text."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return unicodedata.normalize("NFC", text)


def _of_course(paths: Sequence[str], assignment: str) -> list[str]:
    """What students handed in for one assignment of an nbgrader course; the folder that is missing for those who did not."""
    handed_in = [(found, path) for path in paths if (found := NBGRADER.fullmatch(path))]
    names = sorted({found["assignment"] for found, _ in handed_in})
    wanted = [name for name in names if name.replace("_", "-") == assignment.replace("_", "-")]
    if len(names) > 1 and not wanted:
        raise ValueError(f"it is a course with {', '.join(names)}, and none of them is called {assignment}")
    chosen = wanted or names
    of_assignment = [path for found, path in handed_in if found["assignment"] in chosen]
    present = {found["student"] for found, _ in handed_in if found["assignment"] in chosen}
    others = [found for path in paths if (found := IN_SUBMITTED.match(path))]
    missing = {f"{found[0]}{chosen[0]}/" for found in others if found["student"] not in present} if chosen else set()
    loose = [path for path in paths if re.fullmatch(r"(?:[^/]+/)?submitted/[^/]+", path)]
    return [*of_assignment, *sorted(missing), *loose]


def _of_gradescope(export: Mapping[str, gradescope.Submission], path: str) -> Placed | None:
    """The folder of each submission, and the students in it, as Gradescope's metadata say."""
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
    """The one folder that holds the whole class, as an archive of a folder has it, with its slash; "" if there is none.

    A folder with files and folders in it is rather one student's, unless answers are in several of those folders.
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
