"""Offers the smallest examples of a report as a cell of the notebook."""

from __future__ import annotations

from typing import Any

from ..report.model import Report
from ..report.reproduction import examples
from ..support.i18n import _


def code_of(report: Report) -> str:
    """Return the code of a cell that repeats the examples of a report, each call once; "" without examples.

    Calls that raise an exception come last, because an exception ends the cell.
    """
    cases = [(name, example) for name, example in examples(report) if example.gives is not None]
    cases += [(name, example) for name, example in examples(report) if example.gives is None]
    lines: list[str] = []
    for name, example in cases:
        for line in (*example.setup, f"print({example.call})  # {name}: {example.gives or example.raises}"):
            if line.partition("  # ")[0] not in [known_line.partition("  # ")[0] for known_line in lines]:
                lines.append(line)
    if not lines:
        return ""
    heading = _("The smallest calls that fail, each with the name of the check and the result in the grader:")
    return "\n".join([f"# {heading}", *lines])


def offer(report: Report, shell: Any, offered_codes: set[str]) -> None:
    """Insert a cell with the examples of a report below the running cell of a notebook.

    A cell that was inserted before, one of ``offered_codes``, is not inserted again.
    """
    code = code_of(report)
    if code and code not in offered_codes and getattr(shell, "kernel", None) is not None:
        offered_codes.add(code)
        shell.set_next_input(code)
