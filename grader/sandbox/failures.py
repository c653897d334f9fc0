"""The ways in which a call of student code can end without an answer, and the sentences for them."""

from __future__ import annotations

import re
from typing import Any

from ..report.statuses import Ending
from ..support.i18n import _, lazy
from ..support.text import clean
from . import magics

BROKEN = "BrokenKernel"
EXITED = "SystemExit"  # the process ended itself, not by a signal
ErrorPlace = tuple[int | None, int | None]

# The text of an exception that the worker itself raises. It is English there: the worker imports nothing of this package.
UNAVAILABLE = lazy("{name} is not available while a submission is graded; this assignment offers {offered}.")
PATH = re.compile(r" \((?:/|[A-Za-z]:\\)[^)]*\)")  # a path on this machine, in the text of an ImportError
NUMPY_ADVICE = re.compile(r"^(module 'numpy' has no attribute '\w+')\..*")  # the advice is about NumPy 1.20
NO_DATA = lazy("no dataset")  # {offered} if the assignment offers no dataset


class CallError(Exception):
    """A call gave no answer: ``status`` is a status of the report, ``message`` is the sentence that the student reads.

    ``raised`` is the exception of student code that ended the call, such as "ValueError: ...", or "" without one.
    ``place`` is the cell (None in a module) and the line at which the submission failed, as the worker reports it.
    """

    def __init__(self, status: Ending, message: str, raised: str = "", place: ErrorPlace | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.raised = raised
        self.place = place

    @property
    def is_a_mistake(self) -> bool:
        """True if the submission's code is wrong: it raised an exception, or its answer is. A time limit or a crash is not."""
        return self.status in ("failed", "error")


def failure_of(error: Any, doing: str, loading: bool = False) -> CallError:
    """Return a worker's description of an error as a CallError with status, sentence and place.

    ``loading`` is True if the error occurred while the submission was loaded, not in a call.
    """
    if not isinstance(error, dict):
        return CallError("protocol", _("{doing} broke the connection to the grader.").format(doing=doing))
    failure = _worded(error, doing, loading)
    cell, line = (number if isinstance(number := error.get(key), int) else None for key in ("cell", "line"))
    failure.place = None if cell is line is None else (cell, line)
    return failure


def _worded(error: dict[str, Any], doing: str, loading: bool) -> CallError:
    kind, text = clean(error.get("type", ""), 80), clean(error.get("text", ""))
    line, source = error.get("line"), clean(error.get("source", ""))
    places = [_("cell {number}").format(number=error["cell"])] if isinstance(error.get("cell"), int) else []
    if isinstance(line, int):
        places.append(_("line {line}").format(line=line))
    where = _(" at {place}").format(place=", ".join(places)) if places else ""
    quoted_source = f" (`{source}`)" if source else ""
    if kind == "TimeUp":
        return CallError(
            "timeout",
            _(
                "{doing} did not finish in time{where}{shown} and was stopped: look for a loop that never ends or a training that takes too long."
            ).format(doing=doing, where=where, shown=quoted_source),
        )
    if kind == "OutputLimit":
        return CallError(
            "output",
            _(
                "{doing} printed too much{where}{shown} and was stopped: print less inside loops, and use verbose=0 when you train with Keras."
            ).format(doing=doing, where=where, shown=quoted_source),
        )
    if kind == "DeadKernel":
        return CallError(
            "crashed",
            _(
                "{doing} killed the Python process{where}{shown}: run this code on its own, and look for os.kill or os._exit."
            ).format(doing=doing, where=where, shown=quoted_source),
        )
    if kind == BROKEN:
        return CallError(
            "crashed",
            _("{doing} broke the kernel, so no function can be called: restart the kernel and run all cells.").format(
                doing=doing
            ),
            BROKEN,
        )
    if error.get("memory"):
        return CallError(
            "memory",
            _("{doing} needed more memory than allowed{where}{shown}.").format(
                doing=doing, where=where, shown=quoted_source
            ),
        )
    if kind == "StdinNotImplementedError" or (kind == "EOFError" and text == "EOF when reading a line"):
        return CallError(
            "error",
            _(
                "{doing} waits for input(){where}, but nobody can type while your work is graded: write the value into your code."
            ).format(doing=doing, where=where),
        )
    if kind == "SystemExit":
        return CallError(
            "error",
            _("{doing} ended the program{where}{shown}: remove the calls to exit, quit and sys.exit.").format(
                doing=doing, where=where, shown=quoted_source
            ),
        )
    if kind == "NotImplementedError" and not text:
        if loading:
            return CallError(
                "error",
                _("{doing} failed{where} because it calls a function that is not written yet.").format(
                    doing=doing, where=where
                ),
            )
        sentence = (
            _("{doing} calls a function that is not written yet{where} (NotImplementedError).")
            if _passed_through_another(error)
            else _("{doing} is not written yet{where} (NotImplementedError).")
        )
        return CallError("error", sentence.format(doing=doing, where=where), kind)
    about_magic = magics.sentence(doing, where, kind, text)
    if about_magic is not None:
        return CallError("error", about_magic, f"{kind}: {text}")
    advice = ""
    outer, outer_cell = error.get("outer_line"), error.get("outer_cell")
    if loading and _passed_through_another(error):
        call_places = [_("cell {number}").format(number=outer_cell)] if isinstance(outer_cell, int) else []
        advice = _("; called at {place}").format(place=", ".join([*call_places, _("line {line}").format(line=outer)]))
    text = _of_the_worker(PATH.sub("", NUMPY_ADVICE.sub(r"\1", text))) or _("no message")
    raised = f"{kind}: {text}"
    # Loading continues after a statement that failed, so it "failed"; a call "stopped".
    sentence = (
        _("{doing} failed{where} with {raised}{shown}{advice}.")
        if loading
        else _("{doing} stopped{where} with {raised}{shown}{advice}.")
    )
    message = sentence.format(
        doing=doing, where=where, raised=raised.removesuffix("."), shown=quoted_source, advice=advice
    )
    return CallError("error", message, raised)


def _passed_through_another(error: dict[str, Any]) -> bool:
    """True if the traceback contains more than one line of the submission."""
    outer = error.get("outer_line")
    return isinstance(outer, int) and (outer, error.get("outer_cell")) != (error.get("line"), error.get("cell"))


def _of_the_worker(text: str) -> str:
    """Return the text of an exception; the worker's own sentence is translated into the language of the report."""
    pattern = re.escape(UNAVAILABLE).replace(r"\{name\}", "(?P<name>.+)").replace(r"\{offered\}", "(?P<offered>.+)")
    match = re.fullmatch(pattern, text)
    if match is None:
        return text
    name, offered = match.groups()
    return _(UNAVAILABLE).format(name=name, offered=_(offered))
