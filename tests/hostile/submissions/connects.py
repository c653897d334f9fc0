"""Connects to a port of this machine."""

# double: error
# total: passed
# control: none: connection

import socket

import numpy as np


def double(x):
    socket.create_connection(("127.0.0.1", @PORT@), 2).sendall(b"here")
    return 2 * x


def total(x):
    return np.sum(x)
