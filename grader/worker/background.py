"""Limits the output of threads and child processes, so that endless printing does not stop the main thread."""

from __future__ import annotations

import io
import os
import sys
import threading
import time

PAUSE = 0.01  # seconds, for each print beyond the limit
_sleep = time.sleep  # a submission may replace it


class OutputShare:
    """The ``characters`` that threads and child processes may print. More is dropped, and printing slows down."""

    def __init__(self, characters: int) -> None:
        self._left = characters
        self._main = (os.getpid(), threading.get_ident())

    def admits(self, characters: int) -> bool:
        """True if so many characters may be printed; always True in the thread that created this object."""
        if (os.getpid(), threading.get_ident()) == self._main:
            return True
        self._left -= characters
        if self._left >= 0:
            return True
        _sleep(PAUSE)
        return False


class _LimitedStream(io.TextIOWrapper):
    share: OutputShare

    def write(self, text: str) -> int:
        return super().write(text) if not isinstance(text, str) or self.share.admits(len(text)) else len(text)


def limit_output(characters: int) -> None:
    """Replace standard output and standard error by streams that limit the output of threads and child processes."""
    share = OutputShare(characters)
    streams = []
    for descriptor in (1, 2):
        raw = os.fdopen(descriptor, "wb", closefd=False)
        stream = _LimitedStream(raw, encoding="utf-8", errors="backslashreplace", line_buffering=True)
        stream.share = share
        streams.append(stream)
    sys.stdout, sys.stderr = streams
