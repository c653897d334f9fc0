"""Gradescope: :mod:`bundle` makes the upload, and :mod:`autograder` grades in Gradescope's container."""
