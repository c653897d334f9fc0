"""The supervisor process of a worker, as the grader sees it: a child process, or a fork of a warm process."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time

from . import filesystem

MAIN = str(filesystem.WORKER / "main.py")
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
        """Return the exit status, negative for a signal, or None if the process still runs after ``seconds``."""
        with contextlib.suppress(OSError, AttributeError):  # another system
            if self._process.poll() is None:
                _wait_for(self.pid, seconds)
                seconds = 0
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def let_go(self) -> None:
        """Close the lifeline: the supervisor notices, kills its processes and waits for them."""
        os.close(self._lifeline)

    def kill(self) -> None:
        """Kill only the supervisor, if it has not ended after :meth:`let_go`."""
        self._process.kill()


class Forked:
    """A supervisor that a warm process has forked; its lifeline is a socket, on which it sends its pid and status."""

    def __init__(self, lifeline: socket.socket, seconds: float) -> None:
        """Wait for the process id; raises OSError if it does not arrive within ``seconds``."""
        self._lifeline = lifeline
        self._received = b""
        self._status: int | None = None
        deadline = time.monotonic() + seconds
        while b"\n" not in self._received:
            if not self._listen(deadline):
                raise OSError("the warm process has not forked")
        pid, self._received = self._received.split(b"\n", 1)
        self.pid = int(pid)

    def wait(self, seconds: float) -> int | None:
        """Return the exit status, negative for a signal, or None if the process still runs after ``seconds``."""
        deadline = time.monotonic() + seconds
        with contextlib.suppress(TimeoutError):
            while self._status is None:
                if not self._listen(deadline):
                    # The supervisor sends its status at the very end, unless it was killed.
                    self._status = int(self._received) if self._received else -signal.SIGKILL
                    self._lifeline.close()
        return self._status

    def let_go(self) -> None:
        """Close one direction of the lifeline: the supervisor notices, kills its processes and waits for them."""
        if self._status is None:
            with contextlib.suppress(OSError):  # it has just ended
                self._lifeline.shutdown(socket.SHUT_WR)

    def kill(self) -> None:
        """Kill only the supervisor, if it has not ended after :meth:`let_go`."""
        if self._status is None:
            with contextlib.suppress(OSError):
                os.kill(self.pid, signal.SIGKILL)
            self._lifeline.close()

    def _listen(self, deadline: float) -> bool:
        """Read from the lifeline; return False at its end. Raises TimeoutError."""
        self._lifeline.settimeout(max(deadline - time.monotonic(), 1e-6))
        data = self._lifeline.recv(64)
        self._received += data
        return bool(data)


def _wait_for(pid: int, seconds: float) -> None:
    """Wait until a child has ended, for at most ``seconds``, without polling as Popen.wait does. Raises OSError."""
    descriptor = os.pidfd_open(pid)
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        poll.poll(1000 * seconds)
    finally:
        os.close(descriptor)
