"""Tensors, broadcasting and Variables. Replace every `raise NotImplementedError`."""

import tensorflow as tf


def shapes(t):
    """Return the rank, the shape and the number of elements of a tensor."""
    raise NotImplementedError


def last_row(t):
    """Return the last row of a tensor (n, k)."""
    raise NotImplementedError


def skip_first(t):
    """Return all rows but the first of a tensor (n, k)."""
    raise NotImplementedError


def second_column(t):
    """Return the second column of a tensor (n, k)."""
    raise NotImplementedError


def flatten(t):
    """Return all elements of a tensor in one axis."""
    raise NotImplementedError


def pairs(t):
    """Return a tensor (3, 2, 5) in the shape (6, 5)."""
    raise NotImplementedError


def per_block(t):
    """Return a tensor (3, 2, 5) with one row for each of the 3 blocks."""
    raise NotImplementedError


def swap_axes(t):
    """Return the transpose of a tensor: all axes in reversed order."""
    raise NotImplementedError


def largest(t):
    """Return the index of the largest element in each column of a tensor (n, k)."""
    raise NotImplementedError


def scale_columns(a, b):
    """Return a (n, k) with column j multiplied by b[j]."""
    raise NotImplementedError


def broadcast_shape(s1, s2):
    """Return the shape that broadcasting gives for the shapes s1 and s2, or None if they do not fit."""
    raise NotImplementedError


def update(v):
    """Assign [5, 6] to the Variable v, then add [2, 3] to it, and return v or its value."""
    raise NotImplementedError
