"""A class of 120 from each course system: graded, marked by hand, graded again by a changed assignment, and given back.

Every student must have a row, every mark by hand must survive, and every sheet must go back. The sheets are compared cell by cell with
code that does not use the product's writers.
"""

from __future__ import annotations

import csv
import html
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter

import pytest

from tests.desk.class_of_120 import PERCENT_A_DAY, PUPILS, TEAMS, write_assignment
from tests.desk.systems import LOCKED, MARKED, OLD_COMMENT, OLD_MARK, STATUS_COLUMNS, SYSTEMS

QUICK = ("canvas",)
ASCII_ONLY = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
BY_HAND = {  # number of a pupil: (check or total, points, comment)
    0: ("double", 25.0, "Seite 3: Größe falsch"),
    2: ("", 30.0, "spoken about it, 7 of 10"),
    3: ("", 95.5, ""),
    5: ("", 10.0, "=1+1 is no formula"),
    1: ("", None, 'only a comment; with "quotes"'),
    8: ("", 42.0, "presented in class"),
    4: ("", 60.0, "on paper"),
    18: ("long", 10.0, ""),
    37: ("", 77.0, "only this member"),
}
EVERYBODY = ("total", 30.0, "the task was not clear")


def run(*arguments, folder, **environment):
    command = [sys.executable, "-m", "grader", *map(str, arguments)]
    result = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, timeout=500, check=False
    )
    assert result.returncode == 0, (
        result.stderr.decode(errors="replace") + result.stdout.decode(errors="replace")[-3000:]
    )
    assert result.stderr == b""
    return result.stdout.decode(errors="replace")


def gradebook(out):
    with open(out / "gradebook.csv", newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len({row["id"] for row in rows}) == len(rows)
    return {row["id"].removeprefix("'"): row for row in rows}


def expected_score(pupil, version, marks):
    """Return the points that a pupil must get, None without a score, computed without the product."""
    own = marks.get(pupil.number)
    if own and own[0] == "" and own[1] is not None:
        return own[1]
    checks = pupil.checks(version)
    if not checks:
        return None
    if marks:
        checks[EVERYBODY[0]] = EVERYBODY[1]
    if own and own[0]:
        checks[own[0]] = own[1]
    score = sum(checks.values())
    return score - pupil.late * min(score, PERCENT_A_DAY)


def check_gradebook(export, out, version, marks):
    rows = gradebook(out)
    assert rows.keys() == export.rows.keys()
    for identity, pupil in export.rows.items():
        row, score = rows[identity], expected_score(pupil, version, marks)
        about = f"{identity} {pupil.first} {pupil.last}: {row}"
        assert row["score"] == ("" if score is None else f"{score:g}"), about
        if pupil.number not in marks:
            assert row["status"] == pupil.status, about
        if comment := marks.get(pupil.number, ("", None, ""))[2]:
            assert comment.removeprefix("=") in row["comment"], about
        for name, points in pupil.checks(version).items():
            if not marks:
                assert row[name] == f"{points:g}", about
    return rows


def table(content, delimiter=","):
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def number(text):
    return float(text.replace(",", "."))


def check_canvas(export, out, scores, rows):
    old, new = table(export.given), table((out / "canvas.csv").read_bytes())
    assert new[0] == [*old[0][:5], old[0][6]]
    assert new[1] == [*old[2][:5], old[2][6]]
    assert len(new) == len(old) - 1
    for given, written, pupil in zip(old[3:], new[2:], PUPILS, strict=True):
        assert written[:5] == given[:5]
        score = scores[pupil.identity]
        if given[6] or score is None:
            assert written[5] == given[6], given
        else:
            assert number(written[5]) == pytest.approx(score / 5, abs=1e-4), given


def check_moodle(export, out, scores, rows):
    content = (out / "moodle.csv").read_bytes()
    german = b"Bestwertung" in export.given
    delimiter = ";" if german else ","
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == export.given.count(b"\r\n")
    old, new = table(export.given, delimiter), table(content, delimiter)
    grade = old[0].index("Bewertung" if german else "Grade")
    assert len(new) == len(old)
    assert new[0] == old[0]
    for given, written, pupil in zip(old[1:], new[1:], PUPILS, strict=True):
        unchanged = [place for place in range(len(given)) if place not in (grade, len(given) - 1)]
        assert [written[place] for place in unchanged] == [given[place] for place in unchanged]
        score = scores[pupil.identity]
        if pupil.number == MARKED:
            assert (number(written[grade]), written[-1]) == (float(OLD_MARK), OLD_COMMENT)
        elif score is None or pupil.number == LOCKED:
            assert (written[grade], written[-1]) == ("", "")
        else:
            assert number(written[grade]) == pytest.approx(score / (5 if german else 1), abs=1e-4)
            assert german == ("," in written[grade]) or "," not in written[grade] + f"{score / 5:g}".replace(".", ",")
            assert _plain(written[-1]) == _plain(rows[pupil.identity]["comment"])


def _plain(comment):
    return html.unescape(comment).replace("'", "").strip()


def check_ilias(export, out, scores, rows):
    content = (out / "status.csv").read_bytes()
    old, new = table(export.given), table(content)
    assert new[0] == old[0] == STATUS_COLUMNS
    for given, written, pupil in zip(old[1:], new[1:], PUPILS, strict=True):
        score = scores[pupil.login]
        assert written[1:5] == given[1:5]
        assert written[9:] == given[9:]
        if pupil.number == MARKED or score is None:
            assert written == given
        else:
            assert (written[0], number(written[6])) == ("1", pytest.approx(score))
            assert written[5] == ("passed" if rows[pupil.login]["passed"] == "yes" else "failed")
            assert _plain(written[8]) == _plain(rows[pupil.login]["comment"])


def check_nbgrader(export, out, scores, rows):
    header, *lines = table((out / "nbgrader.csv").read_bytes())
    values = {line[header.index("student_id")]: dict(zip(header, line, strict=True)) for line in lines}
    assert values.keys() == scores.keys()
    for identity, score in scores.items():
        assert values[identity]["score"] == ("" if score is None else f"{score:g}" + ".0" * (score == int(score)))
        assert values[identity]["assignment"] == "doubling"


CHECKERS = {
    "canvas.csv": check_canvas,
    "moodle.csv": check_moodle,
    "status.csv": check_ilias,
    "nbgrader.csv": check_nbgrader,
}


def check_all(export, out, version, marks):
    rows = check_gradebook(export, out, version, marks)
    scores = {identity: expected_score(pupil, version, marks) for identity, pupil in export.rows.items()}
    if export.sheet:
        CHECKERS[export.sheet](export, out, scores, rows)
    return rows


def write_marks(export, out, rows):
    """Write ten marks into overrides.csv as Excel in Germany does: with semicolons, decimal commas and a byte order mark."""
    lines = [["student", "check", "points", "comment", "by", "at", "sha256"]]
    names = [row["student"] for row in rows.values()]
    for identity, pupil in export.rows.items():
        if pupil.number not in BY_HAND:
            continue
        check, points, comment = BY_HAND[pupil.number]
        name = rows[identity]["student"]
        student = name if names.count(name) == 1 and pupil.number % 2 else identity
        lines.append(
            [
                student,
                check,
                "" if points is None else f"{points:g}".replace(".", ","),
                comment,
                "tutor",
                "2026-11-01",
                "",
            ]
        )
    lines.append(["*", EVERYBODY[0], f"{EVERYBODY[1]:g}", EVERYBODY[2], "tutor", "2026-11-01", ""])
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(lines)
    (out / "overrides.csv").write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())
    return len(lines) - 1


PLACES = {  # where the feedback of a pupil is found: the file or folder, and the pattern of the id in its names
    "canvas": ("canvas-feedback.zip", r"_(\d{4})_\d+_[^/]+$"),
    "moodle_folders": ("moodle-feedback.zip", r"_(\d{4})_assignsubmission_file_?/"),
    "moodle_flat": ("moodle-feedback.zip", r"_(\d{4})_assignsubmission_file_?[/_]"),
    "moodle_blind": ("moodle-feedback.zip", r"_(\d{4})_assignsubmission_file_?/"),
    "moodle_gbk": ("moodle-feedback.zip", r"_(\d{4})_assignsubmission_file_?[/_]"),
    "ilias": ("ilias-feedback.zip", r"_(u\d{3}x)_\d{4}/"),
    "gradescope": ("feedback", r"_(\d{4})/"),
    "nbgrader": ("feedback", r"^(u\d{3}x)/doubling/"),
    "github": ("feedback", r"^(u\d{3}x)/"),
}


def check_feedback(export, out, system):
    """Every pupil with a report gets exactly one page, which contains the instructor's comment and nothing about copies."""
    name, pattern = PLACES[system]
    place = out / name
    if place.is_dir():
        pages = {path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*.html")}
    else:
        with zipfile.ZipFile(place) as archive:
            pages = {each: archive.read(each) for each in archive.namelist()}
    in_teams = {str(1000 + member) for team in TEAMS for member in team} if system == "moodle_folders" else set()
    identities = Counter(match[1] for match in (re.search(pattern, each) for each in pages) if match)
    assert {*identities.values()} == {1}
    expected = {identity for identity, pupil in export.rows.items() if pupil.code} - in_teams
    assert expected <= identities.keys()
    of_teams = [each for each in pages if not re.search(pattern, each)]
    assert all(each.startswith("Team ") for each in of_teams) and len(of_teams) <= len(TEAMS)
    assert len(pages) - len(of_teams) <= len(expected | in_teams) + 2  # a mark by hand is a result, too
    for each, page in pages.items():
        text = html.unescape(page.decode())
        assert "opies" not in text and "imilar" not in text
        match = re.search(pattern, each)
        pupil = export.rows[match[1]] if match and match[1] not in in_teams else None
        if pupil is not None and pupil.number in BY_HAND:
            assert BY_HAND[pupil.number][2] in text, each


def check_leftovers(export, assignment, out, folder):
    """A run without the tables leaves no outdated sheet and no outdated feedback behind."""
    (out / "overrides.csv").unlink()  # it names students as the tables do
    printed = run("grade", assignment, export.path, "--out", out, folder=folder)
    removed = {"canvas.csv", "moodle.csv"} & {export.sheet}
    for name in removed:
        assert f"{name} from an earlier run was removed" in printed
        assert not (out / name).exists()
    assert [*out.glob("*-feedback.zip")] == []


@pytest.mark.parametrize(
    "system", [pytest.param(name, marks=() if name in QUICK else pytest.mark.long) for name in SYSTEMS]
)
def test_class_goes_through_the_desk(tmp_path, system):
    first, second = (write_assignment(tmp_path / f"v{version}", version) for version in "12")
    first = first.rename(tmp_path / "doubling")
    export = SYSTEMS[system](tmp_path)
    out = tmp_path / "out"
    run("grade", first, export.path, "--out", out, "--seed", 0, *export.options, folder=tmp_path, **ASCII_ONLY)
    rows = check_all(export, out, "1", {})
    assert [*map(len, (rows, PUPILS))] == [120, 120]
    assert write_marks(export, out, rows) == 10
    run("grade", first, export.path, "--out", out, *export.options, folder=tmp_path)
    check_all(export, out, "1", BY_HAND)
    for file in second.iterdir():
        (first / file.name).write_bytes(file.read_bytes())
    printed = run("grade", first, export.path, "--out", out, *export.options, folder=tmp_path)
    check_all(export, out, "2", BY_HAND)
    assert "overrides.csv" in printed
    summary = json.loads((out / "summary.json").read_text())
    assert sum(summary["students"].values()) == 120
    run("feedback", out, folder=tmp_path)
    check_feedback(export, out, system)
    check_leftovers(export, first, out, tmp_path)
