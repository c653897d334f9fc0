"""Tests: a large notebook gives the same cells as a small one; other parts are skipped."""

from __future__ import annotations

import json
import random

import pytest

from grader.submission import notebook, skimming
from grader.submission.problems import CannotRun
from tests.conftest import notebook as made

pytestmark = pytest.mark.quick
TEXTS = ["", "a\n", "\\", '"', '\\"', "[", "]}", '{"', "é😀", "\ud800", float("nan"), 10**30, -0.5, None, True]


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(skimming, "FIRST_BLOCK", 4)
    monkeypatch.setattr(skimming, "BLOCK", 9)


def value(choose, depth=0):
    if depth > 4 or choose.random() < 0.4:
        return choose.choice(TEXTS)
    if choose.random() < 0.5:
        return [value(choose, depth + 1) for _ in range(choose.randrange(4))]
    return {choose.choice(["a", "\\", '"', "cells", "source"]): value(choose, depth + 1) for _ in range(3)}


def whole(choose):
    cells = [
        {
            "cell_type": choose.choice(["code", "markdown"]),
            "source": choose.choice(["x = 1\n", ["a\n", 'b = "\\"']]),
            "metadata": {"tags": ["t"], "other": value(choose)},
            "outputs": [value(choose)],
            "attachments": {"a.png": {"image/png": "AAAA"}},
        }
        for _ in range(3)
    ]
    result = {"metadata": {"kernelspec": {"name": "x"}, "widgets": value(choose)}, "other": value(choose)}
    if choose.random() < 0.3:
        return {"worksheets": [{"cells": cells}], **result}
    return {"cells": cells, **result, "nbformat": 4}


def test_large_notebook_gives_the_same_cells(small_blocks):
    choose = random.Random(0)
    for number in range(300):
        members = whole(choose)
        raw = json.dumps(members, ensure_ascii=bool(number % 2), indent=number % 3 or None).encode(errors="replace")
        read, expected = skimming.notebook(raw), json.loads(raw)
        assert read.keys() == expected.keys()
        assert read["metadata"]["kernelspec"] == expected["metadata"]["kernelspec"]
        sheets = (
            [(read, expected)] if "cells" in members else zip(read["worksheets"], expected["worksheets"], strict=True)
        )
        for result, full in sheets:
            for cell, names in zip(result["cells"], full["cells"], strict=True):
                assert cell.keys() == names.keys()
                assert all(cell[key] == names[key] for key in ("cell_type", "source", "attachments"))
                assert (cell["metadata"]["tags"], cell["outputs"]) == (["t"], None)


def test_error_is_reported_in_the_same_line(small_blocks):
    choose = random.Random(1)
    differing = []
    for _ in range(600):
        raw = json.dumps(whole(choose), indent=1).encode(errors="replace")
        place = choose.randrange(len(raw))
        raw = raw[:place] + choose.choice([b'"', b"}", b"[", b","]) + raw[place + choose.randrange(2) :]
        result = []
        for read in (json.loads, skimming.notebook):
            try:
                read(raw)
                result.append(None)
            except json.JSONDecodeError as error:
                text = raw.decode()
                ends = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
                result.append(text.count("\n") + 1 if ends else error.lineno)
            except skimming.NotJSON as error:
                result.append(error.line)
        # Escapes in skipped values are not checked.
        if result[0] != result[1] and b"\\u" not in raw[max(0, place - 6) : place + 6]:
            differing.append((result, raw))
    assert differing == []


@pytest.mark.parametrize(
    ("raw", "fragment"),
    [
        (b'{"cells": [],\n"x": [' + b"[]," * 300_000, "its JSON is incomplete and ends in line 2"),
        (b'{"cells": [],\n"x": ' + b"[" * 300_000 + b"]" * 300_000 + b"}", "nested too deeply"),
        (b'{"cells": [' + b"{}," * 300_000 + b"{}]}", "more than 5000 cells"),
        (b"{" + b'"a":1,' * 300_000 + b'"cells":[]}', "more data than a solution needs"),
        (
            b'{"x": [' + b"[]," * 300_000 + b'[]],\n<<<<<<< HEAD\n"cells": []}',
            "git conflict markers (the first in line 2)",
        ),
        (b'{"x": [' + b"[]," * 300_000 + b'[]],\n\n"cells" []}', "its JSON has an error in line 3"),
        (made("x").encode().replace(b'"x"', b"[" + b'"a",' * 300_000 + b'"b"]'), "more than 1 MB of code"),
    ],
)
def test_unreadable_notebook_gets_the_usual_message(raw, fragment):
    assert not skimming.is_ordinary(raw)
    with pytest.raises(CannotRun) as failure:
        notebook.prepare("mine.ipynb", raw)
    assert fragment in str(failure.value)


def test_position_of_invalid_utf8_is_reported():
    raw = ('{"x": "' + "é" * 3_000_000).encode()
    with pytest.raises(UnicodeDecodeError) as failure:
        skimming.check_utf8(raw + b"\xff")
    assert failure.value.start == len(raw)
    skimming.check_utf8(raw)


def test_large_images_are_left_out_of_text_cells(monkeypatch):
    monkeypatch.setattr(skimming, "ORDINARY", 0)
    monkeypatch.setattr(skimming, "MOST_VALUES", 300)
    monkeypatch.setattr(skimming, "MOST_TEXT", 1000)
    cells = [
        {"cell_type": "code", "source": "x = 1", "metadata": {}},
        {"cell_type": "markdown", "source": "see", "attachments": {"a": {"image/png": "A" * 2000}}, "metadata": {}},
        {"cell_type": "markdown", "source": "A" * 2000, "metadata": {}},
    ]
    prepared, code = notebook.prepare("mine.ipynb", json.dumps({"cells": cells}).encode())
    kept_parts = json.loads(prepared)["cells"]
    assert code == ["x = 1"]
    assert [cell["source"] for cell in kept_parts] == ["x = 1", "see", ""]
    assert not any("attachments" in cell for cell in kept_parts)
