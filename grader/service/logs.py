"""The log of a server: one JSON object in each line, without any content of students.

The message of an exception can quote a file of a student or hidden inputs. So a line has only the type of an exception, the
lines of code that it passed, and, if the exception is one of the grader's own sentences or of the operating system, its reason.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, TextIO

from ..support.errors import GraderError, InternalFailure

LONGEST_MESSAGE = 500
MOST_FRAMES = 12
FIELDS = "fields"  # log.info("...", extra={FIELDS: {"name": value}})


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            **getattr(record, FIELDS, {}),
        }
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            line["error"] = reason_of(error)
            line["frames"] = _frames(error)
        return json.dumps(line, ensure_ascii=False, default=str)


def start(stream: TextIO = sys.stderr, level: int = logging.INFO) -> None:
    """Send the log of the grader and its libraries to a stream, as lines of JSON."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("grader").setLevel(level)
    logging.captureWarnings(True)


def reason_of(error: BaseException) -> str:
    """Return what a log may say about an exception."""
    name = type(error).__name__
    if isinstance(error, InternalFailure):
        return name
    if isinstance(error, GraderError):
        return f"{name}: {error}"[:LONGEST_MESSAGE]
    if isinstance(error, OSError) and error.errno is not None:
        return f"{name}: {os.strerror(error.errno)}"
    return name


def _message(record: logging.LogRecord) -> str:
    """Return the message of a record, in which exceptions are only named."""
    arguments = record.args
    if isinstance(arguments, tuple):
        arguments = tuple(reason_of(value) if isinstance(value, BaseException) else value for value in arguments)
    try:
        message = record.msg % arguments if arguments else str(record.msg)
    except (TypeError, ValueError, KeyError):
        message = str(record.msg)
    return message[:LONGEST_MESSAGE]


def _frames(error: BaseException) -> list[str]:
    """Return the last lines of code that an exception passed, and those of its cause."""
    chain = [error]
    cause = error.__cause__ or error.__context__
    if cause is not None:
        chain.append(cause)
    return [
        f"{os.sep.join(frame.filename.split(os.sep)[-3:])}:{frame.lineno} {frame.name}"
        for part in chain
        for frame in traceback.extract_tb(part.__traceback__)[-MOST_FRAMES:]
    ]
