"""Tests of the code on a page: findings and lines are linked in both directions, and a page stays small."""

from __future__ import annotations

import json
import re

import pytest

from grader.report import code_view, html
from grader.report.code_view import AROUND, MOST_LINES
from grader.report.evidence import Evidence, Location
from grader.report.model import CheckResult
from grader.submission.source_files import SourceFile

from .made import HOSTILE, report

MODULE = SourceFile("work/mine.py", b"import helper\n\ndef loss(y):\n    return y\n")
HELPER = SourceFile("work/helper.py", b"def half(x):\n    return x\n")


def notebook(*cells):
    return json.dumps({"cells": [{"cell_type": kind, "source": source} for kind, source in cells]}).encode()


NOTEBOOK = SourceFile(
    "mine.ipynb",
    notebook(("markdown", "# My <b>answer</b>"), ("code", ""), ("code", "x = 1\ny = 2"), ("raw", ""), ("code", "z")),
)


def finding(name, line, cell=None, file="work/mine.py", status="failed", **fields):
    location = Location(file=file, cell=cell, line=line, file_line=line)
    evidence = Evidence(location=location, **fields)
    title = f"{name} is right"
    return CheckResult(name=name, title=title, status=status, score=0, max_score=5, message="No.", evidence=evidence)


def page_of(checks, *files, **options):
    document = report().model_copy(update={"checks": checks})
    return html.render(document, "Swap", 75, "anna", files=files, **options)


def card(page, name):
    return re.search(rf'<section class="check \w+" id="check-{name}">.*?</section>', page, re.DOTALL)[0]


def line(page, anchor):
    """Return a line with the findings that follow it."""
    pattern = rf'<span class="line[^"]*" id="{anchor}">.*?\n</span>((?:<a class="finding.*?</a>)*)'
    return re.search(pattern, page, re.DOTALL)


@pytest.mark.parametrize(
    ("file", "check", "anchor"),
    [
        (MODULE, finding("loss", 4), "line-4"),
        (MODULE, finding("half", 1, file="work/helper.py"), "file-work%2Fhelper.py-line-1"),
        (NOTEBOOK, finding("y", 2, cell=2, file="mine.ipynb"), "cell-2-line-2"),
        (NOTEBOOK, finding("z", 1, cell=3, file="mine.ipynb", code_line="z"), "cell-3-line-1"),
    ],
    ids=["module", "helper", "cell", "wrong line"],
)
def test_finding_and_line_are_linked_in_both_directions(file, check, anchor):
    page = page_of([check], file, HELPER)
    assert f'href="#{anchor}"' in card(page, check.name)
    findings = line(page, anchor)[1]
    assert f'href="#check-{check.name}"' in findings and check.title in findings
    assert page.count(f'id="{anchor}"') == 1 and page.count('class="line marked"') == 1


def test_line_has_all_its_findings():
    page = page_of([finding("loss", 3), finding("gradients", 3, status="partial"), finding("other", 4)], MODULE)
    assert re.findall(r'class="finding (\w+)" href="#check-(\w+)"', line(page, "line-3")[1]) == [
        ("failed", "loss"),
        ("partial", "gradients"),
    ]


def test_message_that_all_checks_share_is_one_finding():
    checks = [finding(name, 3, status="error") for name in ("loss", "half", "other")]
    page = page_of(checks, MODULE)
    assert re.findall(r'class="finding \w+" href="#([^"]+)">.*?</span>([^<]*)', page) == [("message", "No.")]
    assert re.search(r'<p class="shared" id="message">No. In the code: <a href="#line-3">', page)
    assert page.count('href="#line-3"') == 1 and page.count("No.") == 2


def test_passed_and_skipped_checks_mark_no_line():
    page = page_of([finding("loss", 3, status="passed"), finding("other", 3, status="skipped")], MODULE)
    assert 'class="finding' not in page and 'class="line marked"' not in page


@pytest.mark.parametrize(
    "check",
    [finding("loss", 99), finding("loss", 1, file="other.py"), finding("loss", 1, cell=7), finding("loss", 0)],
    ids=["line", "file", "cell", "zero"],
)
def test_line_that_is_not_on_the_page_is_not_linked(check):
    page = page_of([check], MODULE)
    assert 'href="#line' not in page and 'class="finding' not in page


def test_bug_is_named_at_the_line_unless_the_level_of_hints_forbids_it():
    check = finding("loss", 3)
    check = check.model_copy(update={"diagnosis": report().checks[1].diagnosis})
    for level in (1, 2):
        findings = line(page_of([check], MODULE, hint_level=level), "line-3")[1]
        assert ("Summed over both axes" in findings) == (level > 1)


def test_cells_are_shown_as_written_with_their_outputs():
    executed = {
        "cells": [
            {"cell_type": "markdown", "source": "changed"},
            *(
                {"cell_type": "code", "source": "changed", "outputs": [{"output_type": "stream", "text": text}]}
                for text in ("first", "second", "third")
            ),
        ]
    }
    page = page_of([], NOTEBOOK, notebook=executed)
    code = page[page.index('<section class="submitted"') :]
    assert "changed" not in page and "# My &lt;b&gt;answer" in code
    assert [code.index(text) for text in ("first", "Cell 2", "second", "Cell 3", "third")] == sorted(
        code.index(text) for text in ("first", "Cell 2", "second", "Cell 3", "third")
    )
    assert code.count("y = ") == 1


def test_result_of_an_earlier_version_shows_the_executed_cells():
    page = page_of([finding("y", 2, cell=2)], notebook=json.loads(NOTEBOOK.content))
    assert 'href="#check-y"' in line(page, "cell-2-line-2")[1] and "Download" not in page


def test_page_of_a_long_module_is_small_and_shows_every_finding():
    lines = [f"value_{number} = {number}" for number in range(20_000)]
    module = SourceFile("work/mine.py", "\n".join(lines).encode())
    page = page_of([finding("loss", 15_000)], module)
    assert len(page) < 3_000_000
    assert "value_1999</span>" in page or "value_1999 " in page
    assert line(page, "line-15000")[1] and line(page, f"line-{15_000 - AROUND}")
    assert not line(page, "line-14000")
    assert f"lines that are left out: {20_000 - MOST_LINES - 2 * AROUND - 1}." in page


def test_long_paragraph_of_an_answer_is_shown_without_the_content_of_pictures():
    answer = "Because " + "the loss falls, " * 300 + "![plot](data:image/png;base64," + "iVBOR" * 5000 + ") and ends."
    page = page_of([], SourceFile("mine.ipynb", notebook(("markdown", answer), ("code", "x = 1"))))
    assert page.count("the loss falls, ") == 300 and "base64,[...]) and ends." in page


def test_many_long_lines_are_cut():
    module = SourceFile("work/mine.py", ("1+" * 50_000 + "\n").encode() * 500)
    page = html.render(report(), "Swap", 75, "anna", files=[module], original="../submitted/anna.py")
    assert len(page) < 8_000_000 and '<a href="../submitted/anna.py" download="mine.py">' in page


def test_hostile_files_are_harmless():
    broken = SourceFile(f"{HOSTILE}.ipynb", b'{"cells": [' + HOSTILE.encode() + b"\x00\xff")
    page = page_of([], broken, SourceFile(f"{HOSTILE}.py", HOSTILE.encode()))
    assert "<script" not in page and "<img" not in page and "\x1b" not in page and "\u202e" not in page


def test_view_without_code_is_empty():
    code = code_view.view([], [], None)
    assert (code.parts, code.anchors, code.left_out) == ([], {}, 0)
    assert 'id="code"' not in page_of([])
