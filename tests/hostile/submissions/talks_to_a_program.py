"""Contacts another program through an abstract socket."""

# double: error
# total: passed
# control: none: conversation

import socket

import numpy as np


def double(x):
    socket.socket(socket.AF_UNIX).connect("\0@SOCKET@")
    return 2 * x


def total(x):
    return np.sum(x)
