"""Tests of the outputs of an executed notebook in a report."""

from __future__ import annotations

import base64
import re
import struct

from grader.report import html, notebook_cells
from grader.report.notebook_cells import LARGEST_PICTURE, LONGEST_TEXT, MOST_CELLS, PNG, outputs
from grader.support.text import LEFT_OUT

from .made import NOTEBOOK, png, report


def test_text_errors_and_png_images_are_shown():
    (own_outputs,) = outputs(NOTEBOOK)
    assert [(output.kind, output.content) for output in own_outputs] == [
        ("text", "100 %\nred <b>?"),
        ("text", "a table"),
        ("image", png()),
        ("error", "E\nline 1"),
    ]


def test_image_names_its_cell():
    image = {"output_type": "display_data", "data": {"image/png": png()}}
    code_cell = {"cell_type": "code", "source": "", "outputs": [image]}
    page = html.render(
        report(), "Swap", 75, "anna", notebook={"cells": [code_cell, {**code_cell, "outputs": [image, image]}]}
    )
    assert re.findall(r'alt="Image drawn by (cell \d)"', page) == ["cell 1", "cell 2", "cell 2"]


def output(**fields):
    (own_outputs,) = outputs({"cells": [{"cell_type": "code", "source": "", "outputs": [fields]}]})
    return own_outputs


def test_only_png_files_of_moderate_size_are_shown():
    for content in ("not base64", base64.b64encode(b"<svg onload=alert(1)>").decode(), "", ["x"], {"a": 1}):
        assert output(output_type="display_data", data={"image/png": content}) == []
    large = base64.b64encode(PNG + bytes(LARGEST_PICTURE)).decode()
    assert output(output_type="display_data", data={"image/png": large}) == []
    header = struct.pack(
        ">I4sIIBBBBB", 13, b"IHDR", 60_000, 60_000, 1, 0, 0, 0, 0
    )  # a small file that takes 14 GB to draw
    bomb = base64.b64encode(PNG + header + bytes(100)).decode()
    assert output(output_type="display_data", data={"image/png": bomb}) == []
    broken = f'{png()[:8]}"><{png()[8:]}'
    (only,) = output(output_type="display_data", data={"image/png": broken})
    assert only.content == png()


def test_long_outputs_are_cut():
    (only,) = output(output_type="stream", text="x" * 10 * LONGEST_TEXT)
    assert only.content.endswith(LEFT_OUT) and len(only.content) < LONGEST_TEXT + 20
    many = [{"cell_type": "code", "source": "1", "outputs": []}] * (MOST_CELLS + 5)
    assert len(outputs({"cells": many})) == MOST_CELLS


def test_invalid_notebook_has_no_outputs():
    for odd in ({}, {"cells": None}, {"cells": ["text", {"cell_type": "code", "source": 3, "outputs": "x"}, 5]}):
        assert not any(outputs(odd))


def test_terminal_escape_sequences_are_removed():
    (only,) = output(output_type="stream", text="\x1b]8;;http://example.org\x07a link\x1b]8;;\x07\x1b[2K\x07")
    assert only.content == "a link?"


def test_text_of_all_cells_together_is_limited():
    stream = {"output_type": "stream", "text": "a" * notebook_cells.LONGEST_TEXT}
    cell = {"cell_type": "code", "outputs": [stream] * notebook_cells.MOST_OUTPUTS}
    outputs_of_cells = notebook_cells.outputs({"cells": [cell] * notebook_cells.MOST_CELLS})
    length = sum(len(output.content) for own_outputs in outputs_of_cells for output in own_outputs)
    assert notebook_cells.MOST_TEXT - notebook_cells.LONGEST_TEXT <= length <= notebook_cells.MOST_TEXT
    assert len(outputs_of_cells) == notebook_cells.MOST_CELLS
