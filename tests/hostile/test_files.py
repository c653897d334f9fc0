"""Hostile files as submissions: each is graded, or refused with one clean sentence, and nothing hangs."""

from __future__ import annotations

import io
import json
import os
import tarfile
import zipfile

import pytest

from tests.conftest import notebook
from tests.hostile.conftest import HERE

CORRECT = (HERE / "correct.py").read_text()
ODD_NAME = "a\nb '\"$(x) \u202e\x1b[31m=1+1.py"


def written(name, content):
    def build(folder):
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(errors="surrogatepass"))
        return path

    return build


def zipped(*members, change=lambda raw: raw):
    def build(folder):
        path = folder / "mine.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members:
                archive.writestr(name, content)
        path.write_bytes(change(path.read_bytes()))
        return path

    return build


def tar_of_special_files(folder):
    path = folder / "mine.tar"
    with tarfile.open(path, "w") as archive:
        for kind, name in zip(
            (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE), "abcd", strict=True
        ):
            member = tarfile.TarInfo(f"{name}.py")
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
        member = tarfile.TarInfo("mine.py")
        member.size = len(CORRECT)
        archive.addfile(member, io.BytesIO(CORRECT.encode()))
    return path


def pipe(folder):
    os.mkfifo(folder / "mine.py")
    return folder / "mine.py"


def directory(folder):
    (folder / "mine.py").mkdir()
    return folder / "mine.py"


def link(target):
    def build(folder):
        (folder / "mine.py").symlink_to(target if os.path.isabs(target) else folder / target)
        return folder / "mine.py"

    return build


def link_out(folder):
    """A link to a Python file outside of the folder, which a message would quote."""
    (folder / "secret.py").write_text("password = hunter2 hunter2\n")
    (folder / "handed in").mkdir()
    (folder / "handed in" / "mine.py").symlink_to("../secret.py")
    return folder / "handed in" / "mine.py"


def link_out_of_links(folder):
    (folder / "handed in").mkdir()
    (folder / "handed in" / "mine.py").symlink_to("other.py")
    (folder / "handed in" / "other.py").symlink_to(HERE / "correct.py")
    return folder / "handed in" / "mine.py"


def folder_with_links(folder):
    link_out(folder)
    (folder / "handed in" / "more").symlink_to("..")
    return folder / "handed in"


def link_to_hidden(folder):
    (folder / ".git").mkdir()
    (folder / ".git" / "config.py").write_text(CORRECT)
    return link(".git/config.py")(folder)


def folder_with(name):
    def build(folder):
        (folder / "mine" / name).parent.mkdir(parents=True)
        (folder / "mine" / name).write_text(CORRECT)
        return folder / "mine"

    return build


def link_to_folder(folder):
    folder_with("mine.py")(folder)
    (folder / "latest").symlink_to("mine")
    return folder / "latest"


def link_within(folder):
    (folder / "final.py").write_text(CORRECT)
    return link("final.py")(folder)


def declares_less(raw):
    """The central directory says that a member has no bytes."""
    at = raw.index(b"PK\1\2") + 24
    return raw[:at] + bytes(4) + raw[at + 4 :]


def nameless(raw):
    """The central directory gives no name to the only member."""
    at = raw.index(b"PK\1\2")
    return raw[: at + 28] + bytes(2) + raw[at + 30 : at + 46] + raw[at + 46 + len("mine.py") :]


def tar_of_many_headers(folder):
    path = folder / "mine.tar.gz"
    headers = {f"GRADER.{number}": "x" for number in range(2000)}
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT, pax_headers=headers) as archive:
        for number in range(2000):
            archive.addfile(tarfile.TarInfo(f"{number}.txt"))
    return path


EMPTY = json.loads(notebook())
# {name: (a function that writes the file, the exit code, a part of the message)}
# Exit codes: 0 full marks, 1 no marks, 2 refused, 3 no score.
FILES = {
    "nested parentheses": (written("mine.py", "(" * 100_000 + ")" * 100_000), 1, "more than 60,000 words and symbols"),
    "a sum of 100,000 numbers": (
        written("mine.py", "x = " + "+".join("1" * 100_000)),
        1,
        "more than 60,000 words and symbols",
    ),
    "3000 lambdas": (written("mine.py", "f = " + "lambda: " * 3000 + "0"), 1, "more memory than allowed"),
    "5000 branches": (written("mine.py", "if 0: pass\n" + "elif 0: pass\n" * 5000), 1, "RecursionError"),
    "a null byte": (written("mine.py", CORRECT + "\0"), 1, "null bytes"),
    "another encoding": (written("mine.py", CORRECT.encode("utf-16")), 1, "is not UTF-8 text"),
    "a codec as encoding": (
        written("mine.py", "# -*- coding: rot13 -*-\n" + CORRECT),
        1,
        "declares the encoding rot13",
    ),
    "20 MB of comment": (written("mine.py", "#" * 20_000_000), 1, "more than 1 MB of code"),
    "a large helper": (zipped(("doubling.py", CORRECT), ("other.py", "#" * 2_000_000)), 0, ""),
    "a line of spaces": (written("mine.ipynb", notebook(" " * 300_000 + "x = 1", CORRECT)), 0, ""),
    "300,000 cells": (written("mine.ipynb", json.dumps({**EMPTY, "cells": [{}] * 300_000})), 1, "more than 5000 cells"),
    "60 MB": (written("mine.py", "#" * 60_000_000), 2, "is too large"),
    "an empty module": (written("mine.py", ""), 3, "mine.py is empty"),
    "an empty notebook": (written("mine.ipynb", ""), 3, "mine.ipynb is empty"),
    "a notebook of 30 MB": (
        written("mine.ipynb", json.dumps({**EMPTY, "metadata": {"x": "x" * 30_000_000}})),
        3,
        "has no code to run",
    ),
    "a notebook of 60 MB": (written("mine.ipynb", " " * 60_000_000), 2, "is too large"),
    "deep JSON": (
        written("mine.ipynb", '{"cells":' + "[" * 200_000 + "]" * 200_000 + "}"),
        1,
        "it is nested too deeply",
    ),
    "keys twice": (written("mine.ipynb", notebook(CORRECT)[:-1] + ',"cells":[]}'), 3, "has no code to run"),
    "half a character": (written("mine.ipynb", notebook("x = '\\ud800'")), 1, "is missing"),
    "cells that are not a list": (
        written("mine.ipynb", json.dumps({**EMPTY, "cells": {}})),
        3,
        "it is JSON without cells",
    ),
    "a version of infinity": (
        written("mine.ipynb", json.dumps({**EMPTY, "nbformat": 10**400})),
        3,
        "has no code to run",
    ),
    "an odd name": (written(ODD_NAME, CORRECT), 0, ""),
    "a name of 255 bytes": (written("x" * 252 + ".py", CORRECT), 0, ""),
    "a name that is not valid text": (written(os.fsdecode(b"\xff\xfe.py"), CORRECT), 0, ""),
    "a pipe": (pipe, 2, "is not a regular file"),
    "a folder": (directory, 2, "contains no notebook"),
    "a device": (link("/dev/zero"), 2, "is not a regular file"),
    "a link out of its folder": (link_out, 2, "mine.py is a link that leads out of its folder"),
    "a link to a link that leads out": (link_out_of_links, 2, "mine.py is a link that leads out of its folder"),
    "a link to a hidden file": (link_to_hidden, 2, "or to a hidden file: give the file itself"),
    "a folder with links alone": (folder_with_links, 2, "contains mine.py, which is a link"),
    "a link to a folder": (link_to_folder, 0, ""),
    "a link within its folder": (link_within, 0, ""),
    "a hidden file that is named": (written("..hidden.py", CORRECT), 0, ""),
    "a hidden file in a folder": (folder_with("..hidden.py"), 2, "contains ..hidden.py, which is hidden"),
    "a file in a hidden folder": (folder_with(".mine/net.py"), 2, "contains .mine/net.py, which is hidden"),
    "a hidden file in an archive": (zipped((".hidden.py", CORRECT)), 2, "contains .hidden.py, which is hidden"),
    "a file of a Mac": (zipped(("._mine.py", "x")), 2, "contains no notebook"),
    "an ending without a name": (written(".py", CORRECT), 2, "is only an extension"),
    "dots in its name": (folder_with("a..b.py"), 0, ""),
    "a link to itself": (link("mine.py"), 2, "cannot be read"),
    "a path that leads out": (zipped(("../../mine.py", CORRECT)), 2, "a path that leads out of it"),
    "an absolute path": (zipped(("/tmp/mine.py", CORRECT)), 2, "a path that leads out of it"),
    "a bomb": (zipped(("mine.py", bytes(100 << 20))), 2, "is too large"),
    "a bomb that declares nothing": (zipped(("mine.py", bytes(100 << 20)), change=declares_less), 2, ""),
    "70,000 members": (zipped(*((f"d/{n}.txt", "") for n in range(70_000))), 2, "is too large"),
    "a name of 30,000 folders": (zipped(("a/" * 30_000 + "mine.py", CORRECT)), 2, "cannot be stored as a file"),
    "a member without a name": (zipped(("mine.py", CORRECT), change=nameless), 2, "damaged"),
    "headers for every member": (tar_of_many_headers, 2, "is too large"),
    "an odd member": (zipped((ODD_NAME, CORRECT)), 0, ""),
    "names that differ in case": (zipped(("mine.py", CORRECT), ("MINE.PY", "")), 0, ""),
    "special files": (tar_of_special_files, 0, ""),
}


@pytest.mark.table
@pytest.mark.parametrize(
    ("name", "options"),
    [*((name, ["--json"]) for name in FILES), *((name, []) for name in FILES if "odd" in name or "255" in name)],
)
def test_hostile_file_is_graded_or_refused(tmp_path, grader, name, options):
    build, exit_code, message = FILES[name]
    done = grader("check", HERE / "assignment", build(tmp_path), *options, encoding="utf-8", errors="replace")
    assert done.returncode == exit_code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    for line in (done.stdout + done.stderr).splitlines():
        assert line.isprintable(), repr(line)
    if exit_code == 2:
        assert done.stdout == ""
        assert done.stderr.startswith("Error: ") and len(done.stderr.splitlines()) == 1
    assert message in done.stderr + done.stdout
    if options and exit_code != 2:
        report = json.loads(done.stdout)
        assert report["ending"] == ("not_gradable" if exit_code == 3 else "graded")
        assert report["score"] == {0: 100, 1: 0, 3: None}[exit_code]
