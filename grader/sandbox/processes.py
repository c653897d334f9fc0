"""A worker's supervisor as the grader sees it: a child of its own, or forked from a warm process."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time

from . import view

MAIN = str(view.WORKER / "main.py")
COMMAND = [sys.executable, "-I", "-B", MAIN]


class Started:
    """A supervisor that was started as a program; its lifeline is a pipe."""

    def __init__(self, channel: socket.socket, output: int, environment: dict[str, str]) -> None:
        lifeline, self._lifeline = os.pipe()
        self._process = subprocess.Popen(
            [*COMMAND, str(channel.fileno()), str(lifeline)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=environment,
            pass_fds=(channel.fileno(), lifeline),
        )
        os.close(lifeline)
        self.pid = self._process.pid

    def wait(self, seconds: float) -> int | None:
        """Its exit status, negative for a signal; None if it still runs after ``seconds``."""
        with contextlib.suppress(OSError, AttributeError):  # another system
            if self._process.poll() is None:
                _wait_for(self.pid, seconds)
                seconds = 0
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def let_go(self) -> None:
        """Close the lifeline: the supervisor sees this, kills and reaps."""
        os.close(self._lifeline)

    def kill(self) -> None:
        """End the supervisor alone, which has not ended when it was let go."""
        self._process.kill()


class Forked:
    """A supervisor that a warm process has forked; its lifeline is a socket, on which it tells pid and status."""

    def __init__(self, lifeline: socket.socket, seconds: float) -> None:
        """Wait for its process id; raises OSError if none comes in time."""
        self._lifeline = lifeline
        self._told = b""
        self._status: int | None = None
        deadline = time.monotonic() + seconds
        while b"\n" not in self._told:
            if not self._listen(deadline):
                raise OSError("the warm process has not forked")
        pid, self._told = self._told.split(b"\n", 1)
        self.pid = int(pid)

    def wait(self, seconds: float) -> int | None:
        """Its exit status, negative for a signal; None if it still runs after ``seconds``."""
        deadline = time.monotonic() + seconds
        with contextlib.suppress(TimeoutError):
            while self._status is None:
                if not self._listen(deadline):
                    # It tells its status as the last thing, unless somebody has killed it.
                    self._status = int(self._told) if self._told else -signal.SIGKILL
                    self._lifeline.close()
        return self._status

    def let_go(self) -> None:
        """Close the lifeline in one direction: the supervisor sees this, kills and reaps."""
        if self._status is None:
            with contextlib.suppress(OSError):  # it has just ended
                self._lifeline.shutdown(socket.SHUT_WR)

    def kill(self) -> None:
        """End the supervisor alone, which has not ended when it was let go."""
        if self._status is None:
            with contextlib.suppress(OSError):
                os.kill(self.pid, signal.SIGKILL)
            self._lifeline.close()

    def _listen(self, deadline: float) -> bool:
        """Take in what it tells, whether there was something before its end; raises TimeoutError."""
        self._lifeline.settimeout(max(deadline - time.monotonic(), 1e-6))
        told = self._lifeline.recv(64)
        self._told += told
        return bool(told)


def _wait_for(pid: int, seconds: float) -> None:
    """Until a child has ended, or ``seconds``; Popen.wait would only look from time to time. Raises OSError."""
    descriptor = os.pidfd_open(pid)
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        poll.poll(1000 * seconds)
    finally:
        os.close(descriptor)
