"""Who handed in what: the layouts in which course systems hand out the submissions of a class.

A layout is recognised from the names alone, of a folder or of an archive. Each knows which files belong to one
student, what the student is called there, and whether a file was late. Nobody disappears: whatever is not a file of a
student is listed as well.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from os.path import commonprefix
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from ..submission.files import ARCHIVES, PYTHON

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
class Student:
    """What one student, or one team, handed in.

    ``identity`` is the course system's own and tells two students of one name apart; ``name`` is for people.
    ``files`` are those of the last attempt, ``earlier`` those of the attempts before; ``submitted`` is when, where
    the layout tells.
    """

    name: str
    identity: str
    files: list[Handed] = field(default_factory=list)
    earlier: list[Handed] = field(default_factory=list)
    submitted: datetime | None = None

    @property
    def late(self) -> bool:
        """Whether any file of the last attempt came late."""
        return any(file.late for file in self.files)


@dataclass(frozen=True)
class Found:
    """The students of a class in a layout, in the order of their names, and the files that belong to nobody."""

    layout: str
    students: list[Student]
    left_over: list[str]


# (key of the student, name, identity, file) of a path; None where it is nobody's.
Placed = tuple[str, str, str, Handed]
Place = Callable[[str], Placed | None]


def canvas(path: str) -> Placed | None:
    """``mustermannerika_LATE_4711_99123_my answer-1.ipynb``; anonymous with ``anon_`` and letters as an id."""
    found = re.fullmatch(r"(?P<name>.+?)(?P<late>_LATE)?_(?P<id>\d+)_(?P<file_id>\d+)_(?P<file>.+)", path)
    if found is None:
        found = re.fullmatch(r"(?P<late>LATE_)?(?P<name>anon)_(?P<id>[^_/]+)_(?P<file_id>\d+)_(?P<file>.+)", path)
    if found is None or "/" in found["name"]:
        return None
    name = found["name"] if found["name"] != "anon" else f"anonymous {found['id']}"
    # Canvas numbers the file of a second attempt, and gives every upload a larger id. Data may be numbered by itself.
    file = found["file"]
    if file.lower().endswith((*PYTHON, *ARCHIVES)):
        file = re.sub(r"-\d+(?=(\.tar)?\.[^.]+$)", "", file)
    handed = Handed(path, file, bool(found["late"]), int(found["file_id"]))
    return f"{found['name']} {found['id']}", name, found["id"], handed


def moodle(path: str) -> Placed | None:
    """``Erika Mustermann_4711_assignsubmission_file/answer.ipynb``, or with ``_`` in the place of the slash."""
    found = re.fullmatch(
        r"(?:[^/]+/)??(?P<name>[^/]+?)_(?P<id>\d+)_assignsubmission_(?P<kind>[a-z]+)_?[/_]?(?P<file>.*)", path
    )
    if found is None:
        return None
    name = f"Participant {found['id']}" if found["name"] == "Participant" else found["name"]
    return f"{found['name']} {found['id']}", name, found["id"], Handed(path, found["file"].lstrip("/"))


def ilias(path: str) -> Placed | None:
    """``Exercise 1/Abgaben/Mustermann_Erika_erika.m_4711/answer.ipynb``, or one folder deeper for a team."""
    found = re.fullmatch(
        r"(?:[^/]+/){0,3}?(?P<last>[^/_]+)_(?P<first>[^/_]+)_(?P<login>[^/]+)_(?P<id>\d+)/(?P<file>.*)", path
    )
    if found is None:
        return None
    prefix, _, rest = found["file"].partition(" - ")
    late = bool(rest) and prefix.lower() in LATE
    name = rest if late else found["file"]
    again = re.search(r" \((\d+)\)(?=\.[^./]+$)", name)  # of a file that was handed in once more
    if again:
        name = name.replace(again[0], "")
    file = Handed(path, name, late, int(again[1]) if again else 0)
    return found["id"], f"{found['first']} {found['last']}", found["login"], file


def nbgrader(path: str) -> Placed | None:
    """``submitted/erika/ps1/problem.ipynb`` of a course folder."""
    found = NBGRADER.fullmatch(path)
    if found is None:
        return None
    return found["student"], found["student"], found["student"], Handed(path, found["file"])


def github(path: str, prefix: str = "") -> Placed | None:
    """Clones of GitHub Classroom: a folder each, called after the assignment and the student."""
    placed = folders(path)
    if placed is None:
        return None
    folder, _, _, file = placed
    name = folder.removeprefix(prefix) or folder
    return folder, name, name, file


def folders(path: str) -> Placed | None:
    """One folder a student."""
    student, slash, file = path.partition("/")
    return (student, student, student, Handed(path, file)) if slash else None


def loose(path: str) -> Placed | None:
    """One file a student, with the student's name."""
    if "/" in path:
        return None
    name = re.sub(r"(\.tar)?\.[^.]+$", "", path)
    return path, name, name, Handed(path, path)


NBGRADER = re.compile(r"(?:[^/]+/)*?submitted/(?P<student>[^/]+)/(?P<assignment>[^/]+)/(?P<file>.*)")
LAYOUTS: dict[str, Place] = {
    "moodle": moodle,
    "canvas": canvas,
    "nbgrader": nbgrader,
    "ilias": ilias,
    "github": github,
    "folders": folders,
    "loose": loose,
}
METADATA = "submission_metadata.yml"  # of Gradescope
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
    among those of an nbgrader course.
    Raises ValueError for metadata that cannot be read, and for a course without that assignment.
    """
    paths = sorted(paths)
    contents = [path for path in paths if not path.endswith("/")]
    layout = layout or recognise(contents, cloned)
    place = gradescope(metadata) if layout == GRADESCOPE else LAYOUTS[layout]
    skip = _common_folder(contents) if layout in ANYTHING else ""
    if layout == "github":
        tops = sorted({path.removeprefix(skip).partition("/")[0] for path in contents})
        common = commonprefix(tops) if len(tops) > 1 else ""  # noqa: RUF071, letters are meant, not folders
        place = partial(github, prefix=common[: common.rfind("-") + 1])
    if layout == "nbgrader":
        paths = _of_course(paths, assignment)
    found: dict[str, Student] = {}
    left_over = []
    for path in paths:
        placed = place(path.removeprefix(skip))
        if placed is None:
            left_over += [] if path.endswith("/") else [path]
            continue
        key, name, identity, file = placed
        student = found.setdefault(key, Student(_text(name), _text(identity), submitted=file.submitted))
        if not path.endswith("/"):
            student.files.append(replace(file, path=path))
    for student in found.values():
        _keep_last_attempt(student)
    shared = Counter(student.identity for student in found.values())
    everybody = [
        student if shared[student.identity] == 1 else replace(student, identity=f"{student.identity} ({_text(key)})")
        for key, student in found.items()
    ]
    return Found(layout, sorted(everybody, key=lambda s: (s.name.casefold(), s.identity)), left_over)


def _text(name: str) -> str:
    """A name as text, also where the bytes of a file's name are none."""
    return os.fsencode(name).decode(errors="backslashreplace")


def moment(text: str) -> datetime | None:
    """A point in time as nbgrader writes it, "2026-11-20 23:58:01.5 Europe/Berlin"; None for anything else."""
    date, time, *zone = [*text.split(), "", ""][:3]
    try:
        found = datetime.fromisoformat(f"{date} {time}")
        return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone[0]) if zone[0] else UTC)
    except (ValueError, LookupError, OSError):
        return None


def _of_course(paths: Sequence[str], assignment: str) -> list[str]:
    """What students handed in for one assignment of an nbgrader course."""
    handed_in = [(found["assignment"], path) for path in paths if (found := NBGRADER.fullmatch(path))]
    names = sorted({name for name, _ in handed_in})
    wanted = [name for name in names if name.replace("_", "-") == assignment.replace("_", "-")]
    if len(names) > 1 and not wanted:
        raise ValueError(f"it is a course with {', '.join(names)}, and none of them is called {assignment}")
    return [path for name, path in handed_in if name in (wanted or names)]


def gradescope(metadata: str) -> Place:
    """The folder of each submission, and the students in it, as Gradescope's metadata say."""
    try:
        known: Any = yaml.safe_load(metadata)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"{METADATA} is not valid YAML") from error
    if not isinstance(known, Mapping):
        raise ValueError(f"{METADATA} does not list submissions")
    people = {str(folder): (*_submitters(entry), _created(entry)) for folder, entry in known.items()}

    def place(path: str) -> Placed | None:
        parts = path.split("/")
        folder = next((part for part in parts[:-1] if part in people), None)
        if folder is None:
            return None
        name, identity, created = people[folder]
        file = Handed(path, path.split(f"{folder}/", 1)[1], submitted=created)
        return folder, name or folder, identity or folder, file

    return place


def _submitters(entry: Any) -> tuple[str, str]:
    """The names and ids of a submission's students; the keys are those of Ruby symbols, with a colon in front."""
    submitters = entry.get(":submitters", entry.get("submitters", [])) if isinstance(entry, Mapping) else []
    people = [person for person in submitters or [] if isinstance(person, Mapping)]

    def joined(*keys: str) -> str:
        values = [next((str(person[k]) for k in keys if isinstance(person.get(k), str | int)), "") for person in people]
        return ", ".join(value for value in values if value)

    return joined(":name", "name"), joined(":sid", "sid", ":email", "email")


def _created(entry: Any) -> datetime | None:
    """When a submission was handed in; YAML has dates of its own, in UTC where they name no zone."""
    created = (entry.get(":created_at") or entry.get("created_at")) if isinstance(entry, Mapping) else None
    if isinstance(created, datetime):
        return created if created.tzinfo else created.replace(tzinfo=UTC)
    return moment(str(created))


def _keep_last_attempt(student: Student) -> None:
    """Of files with one name, those that were handed in before go to ``earlier``."""
    last: dict[str, Handed] = {}
    for file in student.files:
        if file.name not in last or file.attempt > last[file.name].attempt:
            last[file.name] = file
    student.earlier.extend(file for file in student.files if file is not last[file.name])
    student.files[:] = list(last.values())


def _common_folder(paths: Sequence[str]) -> str:
    """The one folder that holds the whole class, as an archive of a folder has it, with its slash; "" if there is none.

    A folder with files and folders in it is rather one student's.
    """
    tops = {path.partition("/")[0] for path in paths}
    if len(tops) != 1 or not all("/" in path for path in paths):
        return ""
    top = f"{tops.pop()}/"
    direct = sum("/" not in path.removeprefix(top) for path in paths)
    return top if direct == 0 or (direct == len(paths) and direct > 1) else ""
