"""Names the bug of a line that raises an error about shapes: the submission is run again with repairs of this line.

A bug is named only if the check passes completely with the repair. The points stay the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from ..assignment.check import Check
from ..diagnosis import findings_of_check, hints
from ..mutation import repairs
from ..mutation.changes import Change
from ..report.model import CheckResult
from ..sandbox.failures import CallError
from ..submission import Code, Submission
from .preparation import Preparation

MOST = 16  # repairs of one line
OF_SHAPES = re.compile(
    r"(ValueError: .*(matmul|shapes|broadcast|aligned|dimension|sequence|einsum|setting an array))"
    r"|((TypeError|AxisError|numpy.*AxisError): .*(cannot be interpreted as an integer|axis|integer scalar))"
    r"|(IndexError: .*(out of (range|bounds)|too many indices))",
    re.DOTALL,
)
Passes = Callable[[Submission, Sequence[Check]], list[bool] | None]
"""Returns which of the checks a submission passes; None if there is no time left to run it."""


def name_bugs(
    preparation: Preparation,
    checks: Sequence[Check],
    results: Sequence[CheckResult],
    failures: Mapping[str, CallError],
    passes: Passes,
    hint_level: int,
) -> None:
    """Add the bug and the hint to the results of checks that ended with an error about shapes, where a repair shows it."""
    by_place: dict[tuple[int | None, int | None], list[tuple[Check, CheckResult]]] = {}
    for check, result in zip(checks, results, strict=True):
        failure = failures.get(check.name)
        is_judged = result.status == "error" and result.diagnosis is None and check.judges_function
        if is_judged and failure is not None and failure.place and OF_SHAPES.match(failure.raised):
            by_place.setdefault(failure.place, []).append((check, result))
    for (cell, line), pairs in by_place.items():
        names = [check for check, _result in pairs]
        for bug, repaired in _repaired(preparation.submission, cell, line or 0):
            passed = passes(repaired, names)
            if passed is None:
                return
            for (check, result), is_passed in zip(pairs, passed, strict=True):
                if is_passed:
                    bugs = findings_of_check(bug, *list(check.functions())[:1])
                    content = preparation.assignment.content
                    result.diagnosis = hints.diagnosis(bugs, content)
                    result.hint = hints.hint(check, bugs, result.evidence, content, hint_level)
            if any(passed):
                break


def _repaired(submission: Submission, cell: int | None, line: int) -> Iterator[tuple[str, Submission]]:
    """Yield (bug, submission with a repair of the line); nothing if the line is not in the file that is executed."""
    name = submission.entry
    with suppress(SyntaxError, ValueError, KeyError, TypeError, IndexError):  # not a line of Python in this file
        text = submission.files[name].decode()
        if cell is None:
            for repair in _first(repairs.of_line(text, line)):
                yield repair.bug, _with_code(submission, {name: repair.text.encode()}, text, repair.text)
            return
        notebook = json.loads(text)
        code_cells = [each for each in notebook["cells"] if each["cell_type"] == "code"]
        source = "".join(code_cells[cell - 1]["source"])
        for repair in _first(repairs.of_line(source, line)):
            code_cells[cell - 1]["source"] = repair.text
            yield repair.bug, _with_code(submission, {name: json.dumps(notebook).encode()}, source, repair.text)


def _first(changes: Iterator[Change]) -> list[Change]:
    return [change for change, _number in zip(changes, range(MOST), strict=False)]


def _with_code(submission: Submission, files: dict[str, bytes], before: str, after: str) -> Submission:
    code = [
        Code(item.place, after, item.cell) if item.text.strip() == before.strip() else item for item in submission.code
    ]
    return replace(submission, files={**submission.files, **files}, code=code)
