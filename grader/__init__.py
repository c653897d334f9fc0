"""Grades deep-learning exercises and names the mistake. ``grader --help`` shows the commands."""

__version__ = "0.1.0"
