"""The code of a submission as a page shows it: cells and files, with the findings at their lines."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from markupsafe import Markup

from ..submission.source_files import SourceFile
from ..support.i18n import ngettext
from . import code_lines, code_parts, notebook_cells
from .code_parts import CodePart
from .evidence import Location
from .notebook_cells import CellOutput

MOST_LINES = 2000  # of all code together
MOST_CHARACTERS = 200_000
LONGEST_PARAGRAPH = 10_000  # characters of a line in a text cell
AROUND = 10  # lines before and after the line of a finding, which are always shown


@dataclass(frozen=True)
class LineFinding:
    """A finding at a line; ``target`` is the id of its check, ``group`` and ``icon`` are those of the status."""

    target: str
    location: Location
    title: Markup
    group: str
    icon: str


@dataclass(frozen=True)
class ShownPart:
    """A cell or a file, its lines as HTML, and the outputs of the cell."""

    part: CodePart
    html: Markup
    outputs: Sequence[CellOutput] = ()


@dataclass
class CodeView:
    """The code of a submission. ``anchors`` are {id of a check: id of the line of its finding}.

    ``left_out`` is the number of lines that are not shown.
    """

    parts: list[ShownPart] = field(default_factory=list)
    anchors: dict[str, str] = field(default_factory=dict)
    left_out: int = 0


def view(findings: Sequence[LineFinding], files: Sequence[SourceFile], notebook: Mapping[str, Any] | None) -> CodeView:
    """Return the code of ``files``, the graded file first, and the outputs of the executed ``notebook``.

    Without ``files``, as in a result of an earlier version, the code is that of the executed notebook.
    """
    parts = code_parts.of_files(files) or code_parts.of_notebook(notebook)
    outputs = notebook_cells.outputs(notebook) if notebook is not None else []
    code, budget = CodeView(), _Budget()
    for part in parts:
        by_line = _by_line(part, findings)
        shown_numbers = budget.shown(
            part.lines, by_line, LONGEST_PARAGRAPH if part.kind == "text" else code_lines.LONGEST_LINE
        )
        own_outputs = outputs[part.cell - 1] if part.cell is not None and part.cell <= len(outputs) else []
        code.left_out += len(part.lines) - len(shown_numbers)
        code.anchors |= {finding.target: part.line_anchor(line) for line, own in by_line.items() for finding in own}
        if own_outputs or any(part.lines[number - 1].strip() for number in shown_numbers):
            code.parts.append(ShownPart(part, _html(part, shown_numbers, by_line), own_outputs))
    return code


def _by_line(part: CodePart, findings: Sequence[LineFinding]) -> dict[int, list[LineFinding]]:
    """Return {line: its findings} of a part."""
    by_line: dict[int, list[LineFinding]] = {}
    for finding in findings:
        if part.contains(finding.location):
            by_line.setdefault(finding.location.line, []).append(finding)
    return by_line


class _Budget:
    """What may still be shown, so that a page stays small."""

    def __init__(self) -> None:
        self._lines = MOST_LINES
        self._characters = MOST_CHARACTERS

    def shown(self, lines: Sequence[str], marked: Collection[int], longest: int) -> list[int]:
        """Return the numbers of the lines to show: the first ones, and those around the ``marked`` ones.

        ``longest`` characters of a line are shown.
        """
        numbers = set()
        for number, line in enumerate(lines, start=1):
            self._lines -= 1
            self._characters -= min(len(line), longest)
            if min(self._lines, self._characters) < 0:
                break
            numbers.add(number)
        for line_number in marked:
            numbers |= {*range(max(1, line_number - AROUND), min(len(lines), line_number + AROUND) + 1)}
        return sorted(numbers)


def _html(part: CodePart, shown_numbers: Sequence[int], by_line: Mapping[int, Sequence[LineFinding]]) -> Markup:
    """Return the lines of a part with ``shown_numbers``: each run of lines is an element, and a sentence says what is missing."""
    html, end = [], 0
    for _offset, run in groupby(enumerate(shown_numbers), lambda pair: pair[1] - pair[0]):
        first, *others = (number for _place, number in run)
        html += [_gap(first - end - 1), f'<code style="--before:{first - 1}">']
        end = others[-1] if others else first
        lines = part.lines[first - 1 : end]
        html += _text_lines(lines) if part.kind == "text" else _code_lines(part, first, lines, by_line)
        html.append("</code>")
    html.append(_gap(len(part.lines) - end))
    return Markup("".join(html))


def _text_lines(lines: Sequence[str]) -> list[str]:
    return [f"{code_lines.visible(code_lines.cut(line, LONGEST_PARAGRAPH))}\n" for line in lines]


def _code_lines(
    part: CodePart, first: int, lines: Sequence[str], by_line: Mapping[int, Sequence[LineFinding]]
) -> list[str]:
    """Return lines of code, the first of which has the number ``first``, each with its id and followed by its findings."""
    html = []
    for number, content in enumerate(code_lines.highlighted(tuple(lines)), start=first):
        findings = by_line.get(number, ())
        kind = "line marked" if findings else "line"
        html.append(f'<span class="{kind}" id="{part.line_anchor(number)}">{content}\n</span>')
        html += map(_link, findings)
    return html


def _gap(count: int) -> str:
    if not count:
        return ""
    sentence = ngettext("1 line is not shown.", "{count} lines are not shown.", count).format(count=count)
    return f'<span class="left-out">{sentence}</span>'


def _link(finding: LineFinding) -> str:
    """Return the link from a line to the card of a check."""
    return (
        f'<a class="finding {finding.group}" href="#{finding.target}">'
        f'<span class="icon" aria-hidden="true">{finding.icon}</span>{finding.title}</a>'
    )
