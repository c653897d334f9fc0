"""Operators that turn a correct formula, or a correct function, into a wrong one that a student would write."""
