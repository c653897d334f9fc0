"""Writes the class of 120 as each course system exports it, with the tables that the instructor gives, by own code alone."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.batch.classes import of_ilias
from tests.desk.class_of_120 import PUPILS, TEAMS

EXCUSED, ELSEWHERE, MARKED, LOCKED = 13, 26, 12, 25  # pupils whose cells in a table are special
OLD_MARK, OLD_COMMENT = "7.5", "Written by hand before the grader came."
IN_TIME, LATE = "2026-10-24 20:00:00 UTC", "2026-10-25 22:30:00 UTC"  # one day late, over the end of daylight saving
STATUS_COLUMNS = [
    "update",
    "usr_id",
    "login",
    "lastname",
    "firstname",
    "status",
    "mark",
    "notice",
    "comment",
    "plagiarism",
    "plag_comment",
]


@dataclass
class Export:
    """The class on disk: its ``path``, the options that name the tables, and what each pupil's row is called.

    ``rows`` are {id in gradebook.csv: pupil}, with the files and lateness of the group for members of a group. ``sheet`` is the name of the file
    that must go back, ``given`` the table that it is made from.
    """

    path: Path
    options: list[object]
    rows: dict[str, object]
    sheet: str = ""
    given: bytes = b""
    absent: set[str] = field(default_factory=set)  # ids that only the table knows
    names_known: bool = True


class _RawName(zipfile.ZipInfo):
    """A name in an archive in another encoding than UTF-8, as old Windows programs write it."""

    def _encodeFilenameFlags(self):
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def _archive(path, files, encoding="utf-8"):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(_RawName(name) if encoding == "gbk" else name, content)
    return path


def _unpacked(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def _table(rows, delimiter=",", bom=True, end="\n"):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    return ("\ufeff" * bom + text.getvalue()).encode()


def _in_teams(pupils):
    """Return the pupils with the files of their groups."""
    leaders = {member: PUPILS[team[0]] for team in TEAMS for member in team}
    return [
        replace(
            pupil, files=leaders[pupil.number].files, code=leaders[pupil.number].code, late=leaders[pupil.number].late
        )
        if pupil.number in leaders
        else pupil
        for pupil in pupils
    ]


def _canvas_gradebook(title="Final exercise (77)"):
    """Return an exported gradebook of Canvas with excused and earlier marks."""
    front = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    rows = [
        [*front, "Other (5)", title, "Current Score"],
        ["", "", "", "", "", "", "Manual Posting", ""],
    ]
    rows.append(["    Points Possible", "", "", "", "", "10.00", "20.00", "(read only)"])
    special = {EXCUSED: "EX", ELSEWHERE: "N/A", MARKED: OLD_MARK}
    for pupil in PUPILS:
        name = f"{pupil.last}, {pupil.first}"
        cells = [name, pupil.identity, f"s{pupil.number}", f"{pupil.login}@example.org", "A"]
        rows.append([*cells, "3.00", special.get(pupil.number, ""), "88.10"])
    return _table(rows)


def canvas(folder):
    files = {}
    for pupil in PUPILS:
        front = re.sub(r"[^\w]", "", f"{pupil.last}{pupil.first}").lower() + "_LATE" * pupil.late
        for place, (name, content) in enumerate(pupil.files.items()):
            files[f"{front}_{pupil.identity}_{9000 + 10 * pupil.number + place}_{name}"] = content
        if pupil.number % 12 == 0:  # an earlier attempt
            files[f"{front}_{pupil.identity}_{5000 + pupil.number}_answer.py"] = b"x = 1\n"
            latest = f"{front}_{pupil.identity}_{9000 + 10 * pupil.number}_answer.py"
            files[latest.replace("answer.py", "answer-1.py")] = files.pop(latest)
    given = _canvas_gradebook()
    (folder / "canvas_export.csv").write_bytes(given)
    path = _archive(folder / "class_submissions.zip", files)
    options = ["--canvas", folder / "canvas_export.csv", "--column", "Final exercise"]
    return Export(path, options, {pupil.identity: pupil for pupil in PUPILS}, "canvas.csv", given)


def _moodle_files(pupils, separator, blind=False):
    files = {}
    leaders = {team[0]: number for number, team in enumerate(TEAMS)}
    members = {member for team in TEAMS for member in team}
    for pupil in pupils:
        front = "Participant" if blind else f"{pupil.first} {pupil.last}".replace("/", "_")
        number = pupil.identity
        if not blind and separator == "/" and pupil.number in members:
            if pupil.number not in leaders:
                continue
            front, number = f"Team {leaders[pupil.number]}", str(500 + leaders[pupil.number])
        for name, content in pupil.files.items():
            files[f"{front}_{number}_assignsubmission_file{separator}{name}"] = content
    return files


def _moodle_worksheet(german=False, blind=False, teams=False):
    english = ["Identifier", "Full name", "Email address", "Status", "Group", "Grade", "Maximum grade"]
    english += ["Grade can be changed", "Last modified (submission)", "Last modified (grade)", "Feedback comments"]
    translated = ["ID", "Vollständiger Name", "E-Mail-Adresse", "Status", "Gruppe", "Bewertung", "Bestwertung"]
    translated += [
        "Bewertung kann geändert werden",
        "Zuletzt geändert (Abgabe)",
        "Zuletzt geändert (Bewertung)",
        "Feedback als Kommentar",
    ]
    team_of = {member: f"Team {number}" for number, team in enumerate(TEAMS) for member in team}
    maximum, yes, no, word = (
        ("20,00", "Ja", "Nein", "Teilnehmer/in") if german else ("100.00", "Yes", "No", "Participant")
    )
    rows = [translated if german else english]
    for pupil in PUPILS:
        old = (OLD_MARK.replace(".", "," if german else "."), OLD_COMMENT) if pupil.number == MARKED else ("", "")
        changeable = no if pupil.number == LOCKED else yes
        group = team_of.get(pupil.number, "") if teams else ""
        name, email = f"{pupil.first} {pupil.last}", f"{pupil.login}@example.org"
        identifier = f"{word}{pupil.identity}" if german else f"{word} {pupil.identity}"
        front = [identifier, name, email, "Submitted", group, old[0]]
        rows.append([*front, maximum, changeable, "Monday, 5 October 2026, 9:00 AM", "-", old[1]])
    if blind:
        rows = [[row[0], *row[3:]] for row in rows]
    return _table(rows, ";" if german else ",", end="\r\n" if german else "\n")


def _moodle(folder, files, worksheet, rows, encoding="utf-8"):
    (folder / "worksheet.csv").write_bytes(worksheet)
    path = _archive(folder / "COURSE-Exercise-77.zip", files, encoding)
    return Export(path, ["--moodle", folder / "worksheet.csv"], rows, "moodle.csv", worksheet)


def moodle_folders(folder):
    pupils = _in_teams(PUPILS)
    rows = {pupil.identity: replace(pupil, late=False) for pupil in pupils}  # Moodle's files have no times
    return _moodle(folder, _moodle_files(pupils, "/"), _moodle_worksheet(teams=True), rows)


def moodle_flat(folder):
    rows = {pupil.identity: replace(pupil, late=False) for pupil in PUPILS}
    return _moodle(folder, _moodle_files(PUPILS, "_"), _moodle_worksheet(german=True), rows)


def moodle_blind(folder):
    rows = {pupil.identity: replace(pupil, late=False) for pupil in PUPILS}
    export = _moodle(folder, _moodle_files(PUPILS, "/", blind=True), _moodle_worksheet(blind=True), rows)
    export.names_known = False
    return export


def moodle_gbk(folder):
    files = {}
    for name, content in _moodle_files(PUPILS, "_").items():
        files["".join(sign if _fits(sign) else "_" for sign in name)] = content
    rows = {pupil.identity: replace(pupil, late=False) for pupil in PUPILS}
    return _moodle(folder, files, _moodle_worksheet(), rows, "gbk")


def _fits(sign):
    try:
        return bool(sign.encode("gbk"))
    except UnicodeEncodeError:
        return False


def _ilias_files():
    files = {}
    for pupil in PUPILS:
        last = re.sub(
            r'[":]|\t', "", pupil.last
        )  # ILIAS would write an underscore, which could begin the first name or the login
        front = f"Exercise 1/Abgaben/{of_ilias(last)}_{of_ilias(pupil.first)}_{pupil.login}_{pupil.identity}"
        for name, content in (pupil.files or {"": b""}).items():
            files[f"{front}/{'verspätet - ' * (pupil.late and bool(name))}{name}"] = content
    return files


def ilias(folder):
    rows = [STATUS_COLUMNS]
    for pupil in PUPILS:
        old = ["passed", OLD_MARK, "", OLD_COMMENT] if pupil.number == MARKED else ["notgraded", "", "", ""]
        rows.append(["0", pupil.identity, pupil.login, pupil.last, pupil.first, *old, "none", ""])
    given = _table(rows, bom=False)
    (folder / "status_export.csv").write_bytes(given)
    path = _archive(folder / "multi_feedback.zip", _ilias_files())
    options = ["--ilias", folder / "status_export.csv"]
    return Export(path, options, {pupil.login: pupil for pupil in PUPILS}, "status.csv", given)


def gradescope(folder):
    files, lines, members = {}, [], {member for team in TEAMS for member in team[1:]}
    teams = {team[0]: team for team in TEAMS}
    for pupil in PUPILS:
        if not pupil.files or pupil.number in members:
            continue
        lines += [f"submission_{pupil.number}:", "  :submitters:"]
        for number in teams.get(pupil.number, (pupil.number,)):
            member = PUPILS[number]
            name = f"{member.first} {member.last}".replace("'", "''")
            lines += [
                f"  - :name: '{name}'",
                f"    :sid: '{member.identity}'",
                f"    :email: {member.login}@example.org",
            ]
        moment = LATE if pupil.late else IN_TIME
        lines.append(f"  :created_at: {moment.replace(' UTC', ' Z')}")
        for name, content in pupil.files.items():
            files[f"assignment_5_export/submission_{pupil.number}/{name}"] = content
    files["assignment_5_export/submission_metadata.yml"] = "\n".join(lines).encode()
    given = _canvas_gradebook()
    (folder / "canvas_export.csv").write_bytes(given)
    path = _archive(folder / "assignment_5_export.zip", files)
    options = ["--canvas", folder / "canvas_export.csv", "--column", "77"]
    return Export(path, options, {pupil.identity: pupil for pupil in _in_teams(PUPILS)}, "canvas.csv", given)


def nbgrader(folder):
    files = {"source/doubling/problem.ipynb": b"{}"}
    for pupil in PUPILS:
        place = f"submitted/{pupil.login}/{'doubling' if pupil.files else 'earlier'}"
        files[f"{place}/timestamp.txt"] = (LATE if pupil.late else IN_TIME).encode()
        for name, content in (pupil.files or {"problem.ipynb": b"{}"}).items():
            files[f"{place}/{name}"] = content
    path = _unpacked(folder / "course", files)
    return Export(path, [], {pupil.login: pupil for pupil in PUPILS}, "nbgrader.csv")


def github(folder):
    files = {}
    for pupil in PUPILS:
        files[f"doubling-{pupil.login}/.git/config"] = b""
        if pupil.files:
            files[f"doubling-{pupil.login}/README.md"] = b"Exercise"
        for name, content in pupil.files.items():
            files[f"doubling-{pupil.login}/{name}"] = content
    path = _unpacked(folder / "classroom", files)
    return Export(path, [], {pupil.login: replace(pupil, late=False) for pupil in PUPILS})


SYSTEMS = {
    system.__name__: system
    for system in (canvas, moodle_folders, moodle_flat, moodle_blind, moodle_gbk, ilias, gradescope, nbgrader, github)
}
