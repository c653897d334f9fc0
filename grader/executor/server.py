"""Starts the process that grading processes are forked from, with all needed modules imported.

It knows nothing about a class or an assignment. A command starts it first, so that its imports run in parallel with those
of this process.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
from multiprocessing import forkserver, resource_tracker, util
from typing import TYPE_CHECKING

from ..machine.threads import ONE_THREAD

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext

PRELOADED = ["grader.executor.rehearsal"]
LONGEST_FOLDER = 60  # characters: the path of a socket in it has at most 108
# Nothing is imported from the current folder: it may be a class, and a student may have handed in a socket.py.
SAFE_PATH = {"PYTHONSAFEPATH": "1"}


def start() -> ForkServerContext:
    """Start the server process unless it runs, without waiting for it; returns the multiprocessing context that uses it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    _choose_short_folder()
    variables = ONE_THREAD | SAFE_PATH
    old_values = {name: os.environ.get(name) for name in variables}
    os.environ |= variables
    resource_tracker.ensure_running()  # otherwise the server starts it, and it unblocks the signal
    # Ctrl-C during the imports would print a traceback; later the server ignores it, and its processes unblock it.
    old_signals = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, old_signals)
        for name, value in old_values.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    return context


def _choose_short_folder() -> None:
    """Make multiprocessing create its folder, for the socket of the server, at a path that is short enough."""
    old_folder = tempfile.tempdir
    if len(os.fsencode(tempfile.gettempdir())) > LONGEST_FOLDER:
        tempfile.tempdir = "/tmp"
    try:
        util.get_temp_dir()
    finally:
        tempfile.tempdir = old_folder
