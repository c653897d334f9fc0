"""Python code as lines of HTML with the colours of its syntax, harmless whatever the code contains."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from html import escape

from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String, Token, _TokenType

from ..support.text import LEFT_OUT

LONGEST_LINE = 400  # characters
LINE_END = re.compile(r"\r\n?|\n")  # where Python ends a line
CLASSES = {  # classes of style.css; other tokens have the colour of plain text
    Comment: "c",
    String: "s",
    String.Doc: "c",
    String.Interpol: "",
    Number: "n",
    Keyword: "k",
    Operator.Word: "k",
    Name.Function: "f",
    Name.Class: "f",
    Name.Decorator: "f",
    Name.Builtin: "b",
}
KEPT = 100  # pieces of code: the page of the student and that of the instructor show the same ones

_lexer = PythonLexer()


def lines_of(text: str) -> list[str]:
    """Return the lines of a text, numbered as Python numbers them, without their ends."""
    return LINE_END.split(text)


@lru_cache(maxsize=KEPT)
def highlighted(lines: tuple[str, ...]) -> list[str]:
    """Return each line as HTML. Long lines are cut, and characters that cannot be seen are replaced by their codes."""
    code = "\n".join(cut(line, LONGEST_LINE) for line in lines)
    html_lines, current = [], ""
    for name, text in _pieces(code):
        first, *others = text.split("\n")
        current += _span(name, first)
        for part in others:
            html_lines.append(current)
            current = _span(name, part)
    return [*html_lines, current]


def cut(line: str, limit: int) -> str:
    """Return a line, or its beginning with a sign that the rest is left out."""
    return line if len(line) <= limit else f"{line[:limit]}{LEFT_OUT}"


def visible(text: str) -> str:
    """Return one line of text as HTML, in which characters that cannot be seen are replaced by their codes."""
    if text.isprintable():
        return escape(text, quote=False)
    return "".join(
        escape(character, quote=False) if character.isprintable() or character == "\t" else _code(character)
        for character in text
    )


def _code(character: str) -> str:
    return f'<span class="unseen">U+{ord(character):04X}</span>'


def _span(name: str, text: str) -> str:
    if not text:
        return ""
    return f'<span class="{name}">{visible(text)}</span>' if name and not text.isspace() else visible(text)


def _pieces(code: str) -> Iterator[tuple[str, str]]:
    """Yield (class, text) for each longest piece of code with one class."""
    current = ""
    parts: list[str] = []
    for _start, token, text in _lexer.get_tokens_unprocessed(code):
        name = _class(token)
        if name != current and text.strip():
            yield current, "".join(parts)
            current, parts = name, []
        parts.append(text)
    yield current, "".join(parts)


@cache
def _class(token: _TokenType) -> str:
    while token is not Token and token not in CLASSES:
        token = token.parent
    return CLASSES.get(token, "")
