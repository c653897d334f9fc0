"""Connects to itself, sends and closes, again and again: the data stay in a queue that no process has open."""

# double: memory
# total: passed
# isolation: strong

import contextlib
import socket
import time

import numpy as np


def double(x):
    listening = []
    for number in range(100):
        listening.append(socket.socket(socket.AF_UNIX))
        listening[-1].bind(f"\0{number}")
        listening[-1].listen(4096)
        for _ in range(4000):
            with socket.socket(socket.AF_UNIX) as connection:
                connection.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    connection.connect(f"\0{number}")
                    while True:
                        connection.send(bytes(1 << 15))
    time.sleep(600)


def total(x):
    return np.sum(x)
