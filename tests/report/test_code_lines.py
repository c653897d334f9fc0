"""Tests of the lines of code on a page: their numbers are those of Python, and nothing in them is markup."""

from __future__ import annotations

import ast
import re
from html import unescape

import pytest

from grader.report.code_lines import LEFT_OUT, LONGEST_LINE, highlighted, lines_of

CODE = '''@decorate
class Neuron:
    """A neuron,
    in two lines."""

    def forward(self, x):  # a comment
        return f"{x!r} <b>" if x is not None else np.sum(1.5e-3) + len("a\\n")
'''
HOSTILE = (
    "</code></pre><script>alert(1)</script>",
    "x = '\u202e\u2066 evil' # \x1b[31m \x00 \ud800 \u200b \xa0",
    "def f(:\n  '''never closed",
    "'" * 5000,
    "\\" * 5000 + "\n" + "(" * 5000,
    "!pip install x\n%%bash\nrm -rf /",
)


def text_of(html_lines):
    return [unescape(re.sub(r"<[^>]+>", "", line)) for line in html_lines]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_numbered_as_by_python(end):
    code = f"x = '''a{end}\x0cb\x0b\u2028'''{end}{end}def f():{end}    pass"
    function = ast.parse(code).body[-1]
    assert lines_of(code)[function.lineno - 1] == "def f():"


def test_syntax_has_classes():
    html_lines = highlighted(tuple(lines_of(CODE)))
    assert text_of(html_lines) == CODE.split("\n")
    for number, words in enumerate(("f", "kf", "c", "c", "", "kfbc", "ksskknbs"), start=1):
        assert "".join(re.findall(r'class="(\w)"', html_lines[number - 1])) == words, number


@pytest.mark.parametrize("code", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_code_is_harmless(code):
    lines = lines_of(code)
    html_lines = highlighted(tuple(lines))
    assert len(html_lines) == len(lines)
    for line in html_lines:
        assert set(re.findall(r"<[^>]*>", line)) <= {"</span>", *(f'<span class="{c}">' for c in [*"csnkfb", "unseen"])}
        assert line.count("<span") == line.count("</span>")
        assert line.replace("\t", "").isprintable()


def test_characters_that_cannot_be_seen_are_shown_by_their_codes():
    (line,) = highlighted(("x = '\u202e' #\xa0",))
    assert "U+202E" in line and "U+00A0" in line and "\u202e" not in line


def test_long_line_is_cut():
    (line,) = highlighted(("x" * 100_000,))
    assert line == "x" * LONGEST_LINE + LEFT_OUT
