"""Writes a table as a spreadsheet (.xlsx).

A spreadsheet program has to guess the encoding, the separator and the decimal sign of a CSV file. Excel reads UTF-8 only
after a byte-order mark, which would become part of the first column's title for other programs. In this format there is
nothing to guess: umlauts, numbers and texts that look like formulas are what they are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from xml.sax.saxutils import escape

from ..support.zips import zipped

NUMBER = re.compile(r"-?\d+(\.\d+)?")
ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # Excel would read such a text as the escape of a character
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{CONTENT}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{CONTENT}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
    '<sheets><sheet name="gradebook" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
BEGIN = (
    f'<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
)


def workbook(titles: Sequence[str], rows: Sequence[Sequence[str]], numeric: Collection[str]) -> bytes:
    """Return a workbook with one sheet. The columns with the titles ``numeric`` contain numbers with a decimal point."""
    is_numeric = [title in numeric for title in titles]
    lines = [_line(titles, [False] * len(titles)), *(_line(row, is_numeric) for row in rows)]
    sheet = f"{BEGIN}{''.join(lines)}</sheetData></worksheet>"
    parts = {**PARTS, "xl/worksheets/sheet1.xml": sheet}
    return zipped({name: (HEAD + text).encode() for name, text in parts.items()})


def _line(cells: Sequence[str], is_numeric: Sequence[bool]) -> str:
    return f"<row>{''.join(_cells(cells, is_numeric))}</row>"


def _cells(cells: Sequence[str], is_numeric: Sequence[bool]) -> Iterator[str]:
    for text, may_be_number in zip(cells, is_numeric, strict=True):
        if not text:
            yield "<c/>"
        elif may_be_number and NUMBER.fullmatch(text):
            yield f"<c><v>{text}</v></c>"
        else:
            literal = escape(ESCAPE.sub("_x005F_", text))
            yield f'<c t="inlineStr"><is><t xml:space="preserve">{literal}</t></is></c>'
