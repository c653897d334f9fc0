"""Keeps megabytes in the buffers of sockets."""

# double: error
# total: passed

import socket

import numpy as np


def double(x):
    kept = []
    for _ in range(50):
        pair = socket.socketpair()
        pair[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
        pair[0].setblocking(False)
        pair[0].send(bytes(1 << 22))
        kept += pair
    return 2 * x


def total(x):
    return np.sum(x)
