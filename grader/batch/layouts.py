"""The layouts in which course systems export the submissions of a class.

A layout is recognised from the file names of a folder or an archive. It assigns the files to students, and knows their
names and which files were late. Files that belong to no student are listed as well, so that nothing is lost.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from os.path import commonprefix
from typing import NamedTuple

from ..submission.files import ARCHIVES, NAMED, PYTHON
from . import attempts, fetched, gradescope
from .gradescope import METADATA
from .students import Person, Student, SubmittedFile

LATE = ("late", "verspätet", "verspaetet")  # ILIAS puts this word in front of the name of a late file


@dataclass(frozen=True)
class ClassListing:
    """The students of a class, sorted by name, and the files that belong to no student."""

    layout: str
    students: list[Student]
    left_over: list[str]


class FileOwner(NamedTuple):
    """The owner of a file: a key, name and identity of the student, the file, and where the student's part of the path starts."""

    key: str
    name: str
    identity: str
    file: SubmittedFile
    start: int = 0
    members: tuple[Person, ...] = ()
    number: str = ""


PathParser = Callable[[str], FileOwner | None]  # None: the path belongs to no student

_OF_CANVAS = r"_(?:(?P<file_id>\d+)_(?P<file>.+)|(?P<entry>(?:text|link)\.html))"
CANVAS = re.compile(rf"(?P<before>(?:[^/]+/)*?)(?P<name>[^/]*?)(?P<late>_LATE)?_(?P<id>\d+){_OF_CANVAS}")
ANONYMOUS = re.compile(rf"(?P<before>(?:[^/]+/)*?)(?P<late>LATE_)?(?P<name>anon)_(?P<id>[^_/]+){_OF_CANVAS}")
MOODLE = re.compile(
    r"(?P<before>(?:[^/]+/)*?)(?P<name>[^/]*?)_(?P<id>\d+)_assignsubmission_(?P<kind>[a-z0-9]+)_?[/_]?(?P<file>.*)"
)
ILIAS = re.compile(r"(?P<before>(?:[^/]+/){0,3}?)(?P<names>[^/]*_[^/]*)_(?P<login>[^/_]+)_(?P<id>\d+)/(?P<file>.*)")


def canvas(path: str) -> FileOwner | None:
    """Parse ``mustermannerika_LATE_4711_99123_answer.ipynb``, or ``anon_`` with letters as the id if anonymous.

    Text typed into Canvas is a file ``..._text.html``, a submitted link a file ``..._link.html``.
    """
    match = ANONYMOUS.fullmatch(path) or CANVAS.fullmatch(path)
    if match is None:
        return None
    name = f"anonymous {match['id']}" if match["name"] == "anon" else match["name"] or f"student {match['id']}"
    file = SubmittedFile(path, match["entry"] or match["file"], bool(match["late"]), int(match["file_id"] or 0))
    return FileOwner(f"{match['name']} {match['id']}", name, match["id"], file, len(match["before"]))


def moodle(path: str) -> FileOwner | None:
    """Parse ``Erika Mustermann_4711_assignsubmission_file/answer.ipynb``, also with ``_`` instead of the slash."""
    match = MOODLE.fullmatch(path)
    if match is None:
        return None
    name = match["name"] if match["name"] not in ("", "Participant") else f"Participant {match['id']}"
    file = SubmittedFile(path, match["file"].lstrip("/"))
    return FileOwner(f"{match['name']} {match['id']}", name, match["id"], file, len(match["before"]))


def ilias(path: str) -> FileOwner | None:
    """Parse ``Exercise 1/Abgaben/Mustermann_Erika_erika.m_4711/answer.ipynb``, one folder deeper for a team.

    ILIAS writes ``_`` for each byte of a letter that is not in Latin-1; the login and the id stay readable.
    """
    match = ILIAS.fullmatch(path)
    if match is None:
        return None
    prefix, _, file_name = match["file"].partition(" - ")
    is_late = bool(file_name) and prefix.lower() in LATE
    name = file_name if is_late else match["file"]
    repetition = re.search(r" \((\d+)\)(?=\.[^./]+$)", name)  # the number of a repeated upload
    if repetition:
        name = name.replace(repetition[0], "")
    file = SubmittedFile(path, name, is_late, int(repetition[1]) if repetition else 0)
    # One underscore separates two names; a lost letter leaves at least two underscores.
    names, login = re.split(r"(?<!_)_(?!_)", match["names"]), match["login"]
    if len(names) > 1:
        last, first, *front = names
        student, login = f"{first} {last}", "_".join([*front, login])
    elif re.search(r"[^_]", names[0]):
        student = names[0]
    else:
        student = f"{names[0]}_{login}_{match['id']}"
    return FileOwner(match["id"], student, login, file, len(match["before"]), number=match["id"])


def nbgrader(path: str) -> FileOwner | None:
    """Parse ``submitted/erika/ps1/problem.ipynb`` in a course folder."""
    match = NBGRADER.fullmatch(path)
    if match is None:
        return None
    name = match["student"]
    return FileOwner(name, name, name, SubmittedFile(path, match["file"]), match.start("student"))


def github(path: str, prefix: str = "") -> FileOwner | None:
    """Parse clones of GitHub Classroom: one folder per student, named after the assignment and the student."""
    owner = folders(path)
    if owner is None:
        return None
    name = owner.key.removeprefix(prefix) or owner.key
    return owner._replace(name=name, identity=name)


def folders(path: str) -> FileOwner | None:
    """Parse one folder per student."""
    student, slash, file = path.partition("/")
    return FileOwner(student, student, student, SubmittedFile(path, file)) if slash else None


def grouped_folders(path: str) -> FileOwner | None:
    """Parse one folder per student, inside the folder of a tutorial or section."""
    group, slash, inside = path.partition("/")
    owner = folders(inside)
    return owner and owner._replace(key=f"{group}/{owner.key}", start=len(group) + len(slash))


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
    repetitions = len(names) - len({*names})
    return len(groups) > 1 and len(groups) >= 0.8 * len(folders_in) and repetitions <= len(names) / 5


def loose(path: str) -> FileOwner | None:
    """Parse one file per student, with the name of the student."""
    if "/" in path:
        return None
    name = _stem(path)
    return FileOwner(path, name, name, SubmittedFile(path, path))


def _stem(name: str) -> str:
    """Return the name without its ending, or without both if a browser or an archive added a second one."""
    return re.sub(r"(\.tar|\.ipynb|\.py)?\.[^.]+$", "", name, flags=re.IGNORECASE) or name


NBGRADER = re.compile(r"(?:[^/]+/)*?submitted/(?P<student>[^/]+)/(?P<assignment>[^/]+)/(?P<file>.*)")
IN_SUBMITTED = re.compile(r"(?:[^/]+/)*?submitted/(?P<student>[^/]+)/")
LAYOUTS: dict[str, PathParser] = {
    "moodle": moodle,
    "canvas": canvas,
    "nbgrader": nbgrader,
    "ilias": ilias,
    "github": github,
    "folders": folders,
    "loose": loose,
}
GRADESCOPE = "gradescope"
FETCHED = "fetched"
LISTED = {METADATA: GRADESCOPE, fetched.NAME: FETCHED}
"""The layouts with a list of the submissions, by the names of these files."""
NAMES = (*LAYOUTS, *LISTED.values())
ANYTHING = ("github", "folders", "loose")  # layouts that accept almost any name


def recognise(paths: Sequence[str], cloned: bool = False) -> str:
    """Return the layout of most files; ``cloned`` says that the folders are clones of repositories."""
    metadata = metadata_file(paths)
    if metadata is not None:
        return LISTED[metadata.rpartition("/")[2]]
    if cloned:
        return "github"
    specific_layouts = [name for name in LAYOUTS if name not in ANYTHING]
    best_layout = max(specific_layouts, key=lambda name: _support(name, paths))
    if _support(best_layout, paths) > 0.5:
        return best_layout
    top_folder = _common_folder(paths)
    inside = {path.removeprefix(top_folder).partition("/")[:2] for path in paths}
    return "folders" if sum(slash == "/" for _, slash in inside) >= len(inside) / 2 and inside else "loose"


def metadata_file(paths: Iterable[str]) -> str | None:
    """Return the path of the list of submissions, or None; only at the top, so that no student can provide it."""
    paths = list(paths)
    tops = {path.partition("/")[0] for path in paths}
    candidates = [*LISTED, *(f"{top}/{name}" for top in tops for name in LISTED if len(tops) == 1)]
    return next((name for name in candidates if name in paths), None)


def _support(layout: str, paths: Sequence[str]) -> float:
    """Return the share of sibling files and folders whose names fit a layout; each student has one vote."""
    if layout == "nbgrader":
        tops = {path.partition("/")[0] for path in paths}
        course = f"{tops.pop()}/" if len(tops) == 1 else ""
        beginnings = ("submitted/", f"{course}submitted/")
        return float(any(path.startswith(beginnings) and NBGRADER.match(path) for path in paths))
    common_folder = commonprefix([path.rpartition("/")[0] + "/" for path in paths]) if paths else ""  # noqa: RUF071, cut below
    common_folder = common_folder[: common_folder.rfind("/") + 1]
    votes: dict[tuple[str, str], list[bool]] = {}
    for path in paths:
        top, slash, _ = path.removeprefix(common_folder).partition("/")
        votes.setdefault((top, slash), []).append(LAYOUTS[layout](path) is not None)
    voters = [mine for (_, slash), mine in votes.items() if slash] if layout == "ilias" else []
    voters = voters or list(votes.values())  # ILIAS puts an overview file next to the folders
    return sum(sum(mine) > len(mine) / 2 for mine in voters) / len(voters) if voters else 0.0


def students(
    paths: Iterable[str], layout: str | None = None, metadata: str = "", cloned: bool = False, assignment: str = ""
) -> ClassListing:
    """Assign the files of a class to students.

    ``paths`` are relative, with slashes. A path that ends with a slash is a folder; it counts if the student has no
    files. ``metadata`` is the text of the list of submissions, if there is one. ``assignment`` selects one assignment
    of an nbgrader course. A file or folder next to the students' that fits no pattern becomes a student with its own
    name, if it may contain an answer.
    Raises ValueError for metadata that cannot be read, and for a course without that assignment.
    """
    paths = sorted(paths)
    contents = [path for path in paths if not path.endswith("/")]
    layout = layout or recognise(contents or paths, cloned)
    export = _export(layout, metadata)
    parse = partial(_of_export, export) if layout in LISTED.values() else LAYOUTS[layout]
    top_folder = _common_folder(contents) if layout in ANYTHING else ""
    if layout == "github":
        tops = sorted({path.removeprefix(top_folder).partition("/")[0] for path in contents})
        common_prefix = commonprefix(tops) if len(tops) > 1 else ""  # noqa: RUF071, a prefix of letters, not of folders
        parse = partial(github, prefix=common_prefix[: common_prefix.rfind("-") + 1])
    if layout == "folders" and _are_sorted_into_groups([path.removeprefix(top_folder) for path in contents]):
        parse = grouped_folders
    if layout == "nbgrader":
        paths = _of_course(paths, assignment)
    students_by_key: dict[str, Student] = {}
    roots: set[str] = set()  # the folders that contain students
    unmatched_paths = []
    for path in paths:
        owner = None if path.startswith("/") else parse(path.removeprefix(top_folder))
        if owner is None:
            unmatched_paths.append(path)
            continue
        roots.add(path[: len(top_folder) + owner.start])
        _add(students_by_key, owner, path)
    for folder, submission in export.items():
        if folder not in students_by_key and submission.people:  # it is listed, but has no file
            _add(students_by_key, _submission(folder, submission, SubmittedFile(f"{folder}/", "")), f"{folder}/")
        if submission.problem and folder in students_by_key:
            students_by_key[folder] = replace(students_by_key[folder], problem=submission.problem)
    left_over = _add_unnamed(students_by_key, unmatched_paths, roots, layout)
    if layout == "canvas":
        attempts.drop_numbers_of_canvas([*students_by_key.values()], assignment)
    for student in students_by_key.values():
        attempts.keep_last(student)
    if layout == "ilias":
        students_by_key = _teams(students_by_key)
    all_students = _with_own_ids(students_by_key)
    return ClassListing(layout, sorted(all_students, key=lambda s: (s.name.casefold(), s.identity)), left_over)


def _with_own_ids(students_by_key: Mapping[str, Student]) -> list[Student]:
    """Return the students with unique ids: two names may differ only in how their letters are composed."""
    id_counts = Counter(student.identity for student in students_by_key.values())
    students_by_identity: dict[str, Student] = {}
    for key, student in students_by_key.items():
        identity = student.identity if id_counts[student.identity] == 1 else f"{student.identity} ({_text(key)})"
        number = 2
        while identity in students_by_identity:
            identity, number = f"{student.identity} ({_text(key)} {number})", number + 1
        students_by_identity[identity] = replace(student, identity=identity)
    return [*students_by_identity.values()]


def _add(students_by_key: dict[str, Student], owner: FileOwner, path: str) -> None:
    """Add a file or a folder to its student."""
    folder = path if path.endswith("/") else path[: path.rfind("/") + 1]
    student = students_by_key.setdefault(
        owner.key,
        Student(
            _text(owner.name),
            _text(owner.identity),
            submitted=owner.file.submitted,
            members=owner.members,
            folder=folder,
            number=owner.number,
        ),
    )
    if not path.endswith("/"):
        student.files.append(replace(owner.file, path=path))


def _add_unnamed(students_by_key: dict[str, Student], paths: Sequence[str], roots: set[str], layout: str) -> list[str]:
    """Add a student for each file or folder next to students that may contain an answer; return the other files.

    A folder belongs to one student, whatever it contains; next to loose files it must contain an answer.
    """
    siblings: dict[str, list[str]] = {}
    left_over = []
    for path in paths:
        root = max((root for root in roots if path.startswith(root) and path != root), key=len, default=None)
        root = _folder_of_teams(path, roots) if root is None and layout == "ilias" else root
        if root is None or path.startswith("/") or any(other.startswith(path) for other in roots):
            left_over += [] if path.endswith("/") else [path]
        else:
            name, slash, _ = path.removeprefix(root).partition("/")
            siblings.setdefault(f"{root}{name}{slash}", []).append(path)
    for entry, members in siblings.items():
        name = entry.rstrip("/").rpartition("/")[2]
        may_answer = any(path.lower().endswith(ARCHIVES) or NAMED.fullmatch(path) for path in members)
        if layout == "nbgrader" or not (may_answer or (entry.endswith("/") and layout not in ("canvas", "loose"))):
            left_over += [path for path in members if not path.endswith("/")]
            continue
        student_name = name if entry.endswith("/") else _stem(name)
        for path in members:
            file = SubmittedFile(path, path.removeprefix(entry) or name)
            _add(students_by_key, FileOwner(f"unnamed {entry}", student_name, student_name, file), path)
    return sorted(left_over)


def _folder_of_teams(path: str, roots: set[str]) -> str | None:
    """Return the folder that contains the folders of teams and ``path``, or None."""
    parents = {root.rstrip("/").rpartition("/")[0] + "/" for root in roots if re.search(r" \d+/$", root)}
    return max((root for root in parents if path.startswith(root) and path != root), key=len, default=None)


def _teams(students_by_key: Mapping[str, Student]) -> dict[str, Student]:
    """Return one submission for each ILIAS team, whose members each have a folder inside the folder of the team."""
    teams: dict[str, list[str]] = {}
    for key, student in students_by_key.items():
        teams.setdefault(student.folder.rstrip("/").rpartition("/")[0], []).append(key)
    parents = Counter(team.rpartition("/")[0] for team in teams)
    submissions: dict[str, Student] = {}
    for team, keys in teams.items():
        members = [students_by_key[key] for key in keys]
        names = [file.name for member in members for file in member.files]
        holders = [member for member in members if member.files]
        if len(members) == 1 or parents[team.rpartition("/")[0]] == 1 or not holders:
            submissions |= {key: students_by_key[key] for key in keys}
        elif len(names) == len({*names}):
            submissions[keys[0]] = _together(members, holders)
        else:  # each has a complete answer; members without files join the first who has some
            absent_members = [member for member in members if not member.files]
            submissions |= {key: students_by_key[key] for key in keys if students_by_key[key].files}
            first = next(key for key in keys if students_by_key[key].files)
            submissions[first] = _together([students_by_key[first], *absent_members], [students_by_key[first]])
    return submissions


def _together(members: Sequence[Student], holders: Sequence[Student]) -> Student:
    return Student(
        ", ".join(member.name for member in members),
        ", ".join(member.identity for member in members),
        [file for holder in holders for file in holder.files],
        [file for holder in holders for file in holder.earlier_files],
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
    matches = [(match, path) for path in paths if (match := NBGRADER.fullmatch(path))]
    names = sorted({match["assignment"] for match, _ in matches})
    selection = [name for name in names if name.replace("_", "-") == assignment.replace("_", "-")]
    if len(names) > 1 and not selection:
        raise ValueError(f"it is a course with {', '.join(names)}, but without an assignment {assignment}")
    assignments = selection or names
    assignment_paths = [path for match, path in matches if match["assignment"] in assignments]
    present_students = {match["student"] for match, _ in matches if match["assignment"] in assignments}
    student_folders = [match for path in paths if (match := IN_SUBMITTED.match(path))]
    missing_folders = (
        {f"{match[0]}{assignments[0]}/" for match in student_folders if match["student"] not in present_students}
        if assignments
        else set()
    )
    loose_files = [path for path in paths if re.fullmatch(r"(?:[^/]+/)?submitted/[^/]+", path)]
    return [*assignment_paths, *sorted(missing_folders), *loose_files]


def _export(layout: str, metadata: str) -> dict[str, gradescope.ExportedSubmission]:
    """Return {folder: submission} of a layout with a list of the submissions, {} for another layout."""
    if layout == FETCHED:
        return fetched.exported(metadata)
    return gradescope.read(metadata) if layout == GRADESCOPE else {}


def _of_export(export: Mapping[str, gradescope.ExportedSubmission], path: str) -> FileOwner | None:
    """Return the owners of a file according to the list of the submissions."""
    parts = path.split("/")
    depth = next((depth for depth, part in enumerate(parts[:-1]) if part in export), None)
    if depth is None:
        return None
    folder, file = parts[depth], "/".join(parts[depth + 1 :])
    submitted_file = SubmittedFile(path, file, export[folder].late, submitted=export[folder].created)
    owner = _submission(folder, export[folder], submitted_file)
    return owner._replace(start=len("".join(f"{part}/" for part in parts[:depth])))


def _submission(folder: str, submission: gradescope.ExportedSubmission, file: SubmittedFile) -> FileOwner:
    people = tuple(
        Person(_text(name or folder), _text(identity or name or folder), email)
        for name, identity, email in submission.people
    )
    name, identity = (", ".join(person.name for person in people), ", ".join(person.identity for person in people))
    return FileOwner(folder, name or folder, identity or folder, file, 0, people)


def _common_folder(paths: Sequence[str]) -> str:
    """Return the single top folder of the class with its slash, as in an archive of a folder, or "".

    A folder that contains both files and folders probably belongs to one student, unless several of the folders
    contain answers.
    """
    top_names = {path.partition("/")[0] for path in paths}
    if len(top_names) != 1 or not all("/" in path for path in paths):
        return ""
    top = f"{top_names.pop()}/"
    names = [path.removeprefix(top) for path in paths]
    top_files = [name for name in names if "/" not in name]
    if not top_files or (len(top_files) == len(names) and len(top_files) > 1):
        return top
    answers = [name for name in names if name.lower().endswith((*PYTHON, *ARCHIVES))]
    folders = {name.partition("/")[0] for name in answers if "/" in name}
    needed_count = 3 if any(name in top_files for name in answers) else 2
    return top if len(folders) >= max(needed_count, len(top_files) + 1) else ""
