"""Tests of the gradebook as a spreadsheet: every cell is what gradebook.csv has."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import zipfile
from xml.etree import ElementTree

import pytest

from grader.batch import gradebook

from .rows import row

NAMES = (
    "Jörg Müller-Lüdenscheidt",
    "张, 伟",
    'ליאת "כהן"',
    "Łukasz; Żak",
    '=HYPERLINK("http://example.org")',
    "x_x0041_y",
)
SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def gradebooks(tmp_path):
    rows = [row(name, f"00{i}", 8.5 + i, checks={"loss": 1 / 3}) for i, name in enumerate(NAMES)]
    gradebook.write([*rows, row("Zoë", "9", None, comment="line\none\ttwo  <&>")], tmp_path / "gradebook.csv")
    with open(tmp_path / "gradebook.csv", newline="", encoding="utf-8") as file:
        return [*csv.reader(file)], tmp_path / "gradebook.xlsx"


def cells_of(path):
    with zipfile.ZipFile(path) as archive:
        root = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    for line in root.iter(f"{SPACE}row"):
        texts = ["".join(text.text or "" for text in cell.iter() if text.tag[-2:] in ("}t", "}v")) for cell in line]
        yield [re.sub("_x005F_", "_", text) for text in texts]


@pytest.mark.quick
def test_spreadsheet_has_the_cells_of_the_gradebook(gradebooks):
    table, path = gradebooks
    assert [*cells_of(path)] == table


@pytest.mark.quick
def test_only_scores_are_numbers(gradebooks):
    _table, path = gradebooks
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>8.5</v>" in sheet
    assert "<v>0.3333</v>" in sheet
    assert "<v>001</v>" not in sheet
    assert "<f>" not in sheet


@pytest.mark.quick
def test_gradebook_is_plain_utf_8(gradebooks, tmp_path):
    """Other programs would read a byte-order mark as part of the title of the first column."""
    assert (tmp_path / "gradebook.csv").read_bytes().startswith(b"student,")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("file", ["gradebook.xlsx", "gradebook.csv"])
def test_libreoffice_reads_every_cell(gradebooks, tmp_path, file):
    table, _path = gradebooks
    read_as_text = "2/".join(f"{number + 1}/" for number in range(len(table[0]))) + "2"
    of_csv = [f"--infilter=CSV:44,34,UTF8,1,{read_as_text}"] if file.endswith(".csv") else []
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", *of_csv]
    converted = ["--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76", "--outdir", tmp_path / "converted"]
    subprocess.run([*command, *converted, tmp_path / file], check=True, capture_output=True, timeout=300)
    with open(tmp_path / "converted" / "gradebook.csv", newline="", encoding="utf-8") as written:
        assert [*csv.reader(written)] == table
