"""Defines objects that attack code which inspects them."""

# double: passed
# total: passed

import numpy as np


class Trap(type):
    def __getattribute__(cls, name):
        raise RuntimeError("do not look")

    def __instancecheck__(cls, item):
        raise SystemExit


class Bait(metaclass=Trap):
    pass


class Slippery:
    def __getattr__(self, name):
        raise KeyboardInterrupt

    def __bool__(self):
        raise SystemExit

    def __eq__(self, other):
        raise SystemExit


bait, slippery = Bait, Slippery()


def double(x):
    return 2 * x


def total(x):
    return np.sum(x)
