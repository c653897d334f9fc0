"""The pages of a class of 120 go back to each course system: every page reaches the person whose page it is.

The files are read as the course systems read them, by own code.
"""

from __future__ import annotations

import email
import html
import re
import zipfile
from email.policy import default

import pytest

from tests.desk.class_of_120 import PUPILS, TEAMS, write_assignment
from tests.desk.systems import SYSTEMS
from tests.desk.test_class_of_120 import run

QUICK = ("moodle_folders",)
IN_A_TEAM = {PUPILS[member].identity for team in TEAMS for member in team}


def pages_in(file):
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def of_canvas(out, export):
    """Return (id, page) of each file; its numbers must be those of a person and of a file of that person."""
    with zipfile.ZipFile(export.path) as archive:
        submitted = {tuple(re.findall(r"_(\d+)(?=_)", name)[:2]) for name in archive.namelist()}
    received = []
    for name, page in pages_in(out / "canvas-feedback.zip").items():
        numbers = tuple([part for part in name.split("_") if part.isdigit()][:2])
        assert numbers in submitted, name
        received.append((numbers[0], page))
    return received


def of_moodle(out, export):
    """Return (id, page) of each file for a release that knows the numbers of persons; those of groups belong to nobody."""
    received = []
    for name, page in pages_in(out / "moodle-feedback.zip").items():
        parts = name.split("/")[0].split("_", 4)
        assert parts[2:4] == ["assignsubmission", "file"], name
        if parts[1] in export.rows:
            received.append((parts[1], page))
        else:
            assert parts[0].startswith("Team ") and any(f"({number})" in page for number in IN_A_TEAM)
    return received


def of_ilias(out, export):
    logins = {pupil.identity: login for login, pupil in export.rows.items()}
    files = pages_in(out / "ilias-feedback.zip").items()
    assert all(name.startswith("multi_feedback") and name.count("/") == 2 for name, _page in files)
    return [(logins[name.split("/")[1].rpartition("_")[2]], page) for name, page in files]


def of_nbgrader(out, export):
    received = []
    for path in (out / "feedback").rglob("*.html"):
        student, assignment, page = path.relative_to(out / "feedback").parts
        names = {name.rpartition(".")[0] for name in export.rows[student].files}
        assert assignment == "doubling" and (
            page.removesuffix(".html") in names or "work.zip" in export.rows[student].files
        )
        received.append((student, path.read_text()))
    return received


def of_folders(out, export):
    received = []
    for path in (out / "feedback").rglob("*.html"):
        assert (out / "reports" / f"{path.parent.name}.html").read_text() == path.read_text()
        received.append((path.parent.name.rpartition("_")[2], path.read_text()))
    return received


READERS = {"canvas": of_canvas, "moodle": of_moodle, "ilias": of_ilias, "nbgrader": of_nbgrader}


@pytest.mark.parametrize(
    "system", [pytest.param(name, marks=() if name in QUICK else pytest.mark.long) for name in SYSTEMS]
)
def test_each_page_reaches_the_person_whose_page_it_is(tmp_path, system):
    assignment = write_assignment(tmp_path / "doubling", "1")
    export, out = SYSTEMS[system](tmp_path), tmp_path / "out"
    run("grade", assignment, export.path, "--out", out, "--seed", 0, *export.options, folder=tmp_path)
    printed = run("feedback", out, folder=tmp_path)
    received = READERS.get(system.partition("_")[0], of_folders)(out, export)
    expected_ids = {identity for identity, pupil in export.rows.items() if pupil.code}
    assert sorted(identity for identity, _page in received) == sorted(expected_ids)
    for identity, page in received:
        who = re.search(r'<p class="who">(.*?)</p>', page)
        assert who is not None and html.unescape(who[1]).removesuffix(")").endswith(identity)
    assert f"{120 - len(expected_ids)}" in printed.partition("Without a page")[2]

    run("feedback", out, "--as", "mail", folder=tmp_path)
    logins = {pupil.login for pupil in export.rows.values() if pupil.code}
    addresses = set()
    for file in (out / "mail").glob("*.eml"):
        message = email.message_from_bytes(file.read_bytes(), policy=default)
        (address,) = message["To"].addresses
        (page,) = message.iter_attachments()
        who = html.unescape(re.search(rb'<p class="who">(.*?)</p>', page.get_payload(decode=True))[1].decode())
        pupil = next(each for each in PUPILS if f"({each.identity})" in who or f"({each.login})" in who)
        assert address.addr_spec == f"{pupil.login}@example.org"
        addresses.add(pupil.login)
    assert addresses == (logins if export.options and system not in ("ilias", "moodle_blind") else set())
