"""The work of a student as it is compared: pieces of code, their statements, comments and text."""

from __future__ import annotations

import hashlib
import io
import re
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ..submission import notebook
from ..submission.python_code import MAX_CODE, Source, is_too_much
from .statements import Statement, blocks

SHORTEST_COMMENT = 3  # words; "forward pass" and "update the weights" are everybody's
MOST_STATEMENTS = 3_000  # of one work; the time grows with their square


@dataclass(frozen=True)
class Piece:
    """A cell or a module: its ``label`` on a page, "" for the only module, and its text."""

    label: str
    text: str


@dataclass(frozen=True, eq=False)
class ComparedCode:
    """A submission, or another code with which submissions are compared.

    ``name`` is shown, and ``identity`` names the submission in the class. The lines of ``pieces`` end with "\\n".
    """

    name: str
    identity: str
    pieces: Sequence[Piece]

    @cached_property
    def blocks(self) -> list[list[Statement]]:
        """The statements of each function, and those outside functions; none of code that is too long to be parsed."""
        cut_blocks, count = [], 0
        if is_too_much(*(piece.text for piece in self.pieces)):
            return []
        for block in blocks([_parsed(piece.text) for piece in self.pieces]):
            cut_blocks.append(block[: MOST_STATEMENTS - count])
            count += len(cut_blocks[-1])
        return [block for block in cut_blocks if block]

    @cached_property
    def forms(self) -> frozenset[str]:
        """The forms of all statements."""
        return frozenset(statement.form for block in self.blocks for statement in block)

    @cached_property
    def shape(self) -> str:
        """A digest of all blocks in a fixed order: it is the same for works that differ only in names, layout and order."""
        blocks = sorted("\n".join(statement.form for statement in block) for block in self.blocks)
        return hashlib.sha256("\n\n".join(blocks).encode(errors="replace")).hexdigest()

    @cached_property
    def text(self) -> str:
        """The text without empty lines and white space at the ends of lines."""
        lines = (line.rstrip() for piece in self.pieces for line in piece.text.splitlines())
        return "\n".join(line for line in lines if line)

    @cached_property
    def comments(self) -> frozenset[str]:
        """The comments of at least three words, in small letters and with single spaces; none of code that is too long."""
        if sum(len(piece.text) for piece in self.pieces) > MAX_CODE:
            return frozenset()
        return frozenset(comment for piece in self.pieces for comment in _comments(piece.text))


def _parsed(text: str) -> Source:
    """Return the code with its syntax tree; in a notebook, lines that only IPython reads may keep it from being parsed."""
    source = Source(text)
    return source if source.tree is not None else Source(notebook.plain_python(text))


def _comments(text: str) -> list[str]:
    comments = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                words = re.findall(r"[^\W_]+", token.string.lower())
                if len(words) >= SHORTEST_COMMENT:
                    comments.append(" ".join(words))
    except (SyntaxError, ValueError, tokenize.TokenError):  # Python does not read beyond this point
        pass
    return comments
