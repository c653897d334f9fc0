"""Sends two bytes of a file again and again, and truncates and rewrites it each time: two pages stay every time."""

# double: error
# total: passed

import contextlib
import os
import socket
import tempfile

import numpy as np


def double(x):
    kept = []
    with tempfile.TemporaryFile(buffering=0) as file:
        for _ in range(50):
            kept += (pair := socket.socketpair())
            pair[0].setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    file.truncate(0)
                    file.seek(0)
                    file.write(bytes(8192))
                    os.sendfile(pair[0].fileno(), file.fileno(), 4095, 2)
    return 2 * x


def total(x):
    return np.sum(x)
