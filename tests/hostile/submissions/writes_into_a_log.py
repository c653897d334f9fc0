"""Sends a line to another program, such as a system log, through one of two connected sockets."""

# double: error
# total: passed
# isolation: medium
# control: none: entry in a log

import socket

import numpy as np


def double(x):
    socket.socketpair(type=socket.SOCK_RAW)[0].sendto(b"all is well", "@LOG@")
    return 2 * x


def total(x):
    return np.sum(x)
