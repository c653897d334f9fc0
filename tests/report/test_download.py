"""Tests of the link to the graded file: a page contains the file itself, unless it is large."""

from __future__ import annotations

import base64
import re

from grader.report import html
from grader.report.download import LARGEST, download
from grader.submission.source_files import SourceFile

from .made import HOSTILE, report

CONTENT = b"x = 1\r\n\x00\xff"


def page(*files, **options):
    return html.render(report(), "Swap", 75, "anna", files=files, **options)


def test_page_contains_the_file_byte_for_byte():
    text = page(SourceFile('week/mine "1".py', CONTENT), SourceFile("helper.py", b""))
    link = re.search(r'<a href="data:application/octet-stream;base64,([^"]*)" download="([^"]*)">', text)
    assert base64.b64decode(link[1]) == CONTENT and link[2] == "mine &#34;1&#34;.py"


def test_large_file_is_linked_or_has_no_link():
    large = SourceFile("mine.ipynb", b" " * (LARGEST + 1))
    link = download(large, "../submitted/anna.ipynb")
    assert (link.address, link.is_embedded, link.size) == ("../submitted/anna.ipynb", False, "12.6 MB")
    text = page(large)
    assert "download=" not in text and "too large to be part of this page" in text and len(text) < 1_000_000


def test_name_of_a_file_is_harmless():
    text = page(SourceFile(f"{HOSTILE}.py", CONTENT))
    assert "<script" not in text and "\u202e" not in text


def test_sizes_are_short():
    sizes = [download(SourceFile("a", b" " * count)).size for count in (0, 999, 12_345, 1_000_000)]
    assert sizes == ["0 B", "999 B", "12 KB", "1.0 MB"]
