"""The progress of loading a submission: the statements that began, those that are left out, and the outputs of cells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..report.statuses import Ending
from ..support.i18n import _
from ..worker.cell_outputs import BYTES_OF_CHARACTER
from ..worker.frames import MAX_PARTS
from . import observations
from .failures import BROKEN, EXITED, CallError
from .loading import ENDED

Statement = tuple[int, int]  # its cell (0 in a module), and its number there
MOST_RESTARTS = 4  # one for each statement that is left out; after the last restart all later statements are left out


class LoadProgress:
    """The statements of a submission while workers load it, one after the other."""

    def __init__(self) -> None:
        self.begun: Statement | None = None
        """The last statement that began in the current load."""
        self.seconds_before = 0.0
        """Seconds of loading before that statement began."""
        self.left_out: dict[Statement, Ending] = {}
        """Statements that are not run again, and how they ended."""
        self.stopped_at: Statement | None = None
        """Statements after this one are left out, because of too many restarts; None if there is no such statement."""
        self.is_complete = False
        """True after the first load."""
        self.last_cell = 0
        """The last code cell that began in the first load."""
        self._ends_at: list[Statement] = []  # statements that ended the program
        self._late: set[Statement] = set()  # statements that were interrupted and have ended
        self._restarts = 0

    def request(self) -> dict[str, Any]:
        """Return the parts of a request to load the submission that say which statements are not run."""
        ends_at = [*self._ends_at, *([] if self.stopped_at is None else [self.stopped_at])]
        return {"left_out": [*self.left_out], "ends_at": ends_at}

    def begin(self, progress: Any) -> bool:
        """Note which statement begins; return False if the message is not valid, because statements come in order."""
        if not isinstance(progress, list) or [type(number) for number in progress] != [int, int]:
            return False
        statement = (progress[0], progress[1])
        if statement <= (self.begun or (0, 0)) or min(statement) < 0:
            return False
        self.begun = statement
        if not self.is_complete:
            self.last_cell = statement[0]
        return True

    def note_late(self, statement: Statement | None) -> None:
        """Note that a statement was interrupted and has ended; a whole cell (number 0) is not noted."""
        if statement is not None and statement[1]:
            self._late.add(statement)

    def leave_out(self, statements: Iterable[Statement], ending: Ending) -> None:
        """Leave statements out of every later load."""
        self.left_out |= dict.fromkeys(statements, ending)

    def leave_out_last(self, failure: CallError, is_last_time: bool, number_of_cells: int) -> bool:
        """Leave out the last statement that began; return False if loading again would not help.

        If ``is_last_time``, or after too many restarts, the statements after it are left out too.
        """
        statement = self.begun
        if statement is None or statement in self.left_out or failure.status not in ENDED or failure.raised == BROKEN:
            return False
        if self.stopped_at is not None:
            return False
        self._restarts += 1
        self.leave_out(self._late, "timeout")
        self.leave_out([statement], failure.status)
        if failure.raised == EXITED:  # as after sys.exit(), the rest does not belong to the program
            self._ends_at.append(statement)
        if is_last_time or self._restarts >= MOST_RESTARTS:
            self.stopped_at = statement
            if statement[0]:
                self.leave_out([(cell, 0) for cell in range(statement[0] + 1, number_of_cells + 1)], failure.status)
        return True


class CellOutputs:
    """The outputs of code cells in one load, limited in size."""

    def __init__(self, output_kb: int) -> None:
        self.room = BYTES_OF_CHARACTER * (output_kb << 10)
        """The bytes that are left for outputs."""
        self._parts_left = MAX_PARTS
        self.by_cell: dict[int, list[dict[str, Any]]] = {}
        """{cell from 1: outputs in notebook format}."""

    def add(self, number: Any, cell: int, payload: memoryview, doing: str) -> None:
        """Add the outputs of the running cell; raises CallError for anything else."""
        raw = bytes(payload)
        self.room -= len(raw)
        self._parts_left -= sum(map(raw.count, (b",", b"[", b"{")))
        try:
            if type(number) is not int or number != cell or number in self.by_cell or self.room < 0:
                raise ValueError
            # Plain numbers and brackets need a hundred times their length in memory, so they have a separate limit.
            outputs = observations.OUTPUTS.validate_json(raw) if self._parts_left >= 0 else []
        except ValueError as error:
            sentence = _("{doing} wrote into the grader's channel.").format(doing=doing)
            raise CallError("protocol", sentence) from error
        self.by_cell[cell] = [output.model_dump() for output in outputs]


@dataclass(frozen=True)
class Load:
    """One load of a submission by one worker."""

    progress: LoadProgress
    outputs: CellOutputs
    file: str
    """The submission's file, as messages name it."""
