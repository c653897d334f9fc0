"""Gradescope: :mod:`bundle` makes the upload, and :mod:`run` is what it does in Gradescope's container."""
