"""Sends a datagram to this machine."""

# double: error
# total: passed
# control: none: datagram

import socket

import numpy as np


def double(x):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"here", ("127.0.0.1", @DATAGRAMS@))
    return 2 * x


def total(x):
    return np.sum(x)
