"""The submission as the grader works with it."""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from functools import cached_property

from .python_code import Source


@dataclass(frozen=True)
class Code:
    """A piece of Python for static checks; ``place`` is where a student finds it: "", "cell 3" or "helper.py".

    ``cell`` is its number in a notebook.
    """

    place: str
    text: str
    cell: int | None = None
    parsed: InitVar[Source | None] = None
    """The same code, if it was parsed before."""

    def __post_init__(self, parsed: Source | None) -> None:
        if parsed is not None:
            self.__dict__["source"] = parsed

    @cached_property
    def source(self) -> Source:
        """The code with its syntax tree, which all checks share."""
        return Source(self.text)


@dataclass(frozen=True)
class Submission:
    """The work of a student, read into memory once.

    ``files`` maps names, relative to the folder of ``entry``, to contents; ``entry`` is the file that is executed, and
    ``file`` is its path in the submission. ``code`` is all Python in the files. ``raw`` is ``file`` as handed in.
    ``problem`` is a sentence that says why the submission cannot be executed; it is graded, and every check ends as an
    error. ``nothing`` is a sentence that says why there is nothing to grade; the submission gets no score. ``notes``
    are sentences about files that were read as another type than their name says.
    """

    path: str
    sha256: str
    kind: str
    entry: str
    files: dict[str, bytes]
    code: list[Code]
    problem: str | None
    raw: bytes = b""
    file: str = ""
    nothing: str | None = None
    notes: tuple[str, ...] = ()
