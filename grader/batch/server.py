"""The process that the grading processes of a batch are forked from: it has imported what all of them need.

It knows nothing of a class or an assignment. Starting it is the first thing that a batch does, so that its imports run
beside those of this process.
"""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext

PRELOADED = ["grader.batch.job", "grader.submission.notebook", "pebble.pool.process"]
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def start() -> ForkServerContext:
    """Start it, unless it runs, without waiting for it; returns the context that makes processes from it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    kept = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ |= ONE_THREAD
    try:
        forkserver.ensure_running()
    finally:
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    return context
