"""Opens as many sockets as allowed in each of many processes, and fills all their buffers."""

# double: memory
# total: passed

import contextlib
import os
import socket
import time

import numpy as np


def double(x):
    for _ in range(20):
        if os.fork() == 0:
            kept = []
            with contextlib.suppress(OSError):
                while True:
                    for end in (pair := socket.socketpair()):
                        kept.append(end)
                        end.setblocking(False)
                        with contextlib.suppress(BlockingIOError):
                            while True:
                                end.send(bytes(1 << 15))
                    kept.append(pair)
            time.sleep(600)
    time.sleep(600)


def total(x):
    return np.sum(x)
