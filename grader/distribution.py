"""What this grader is called where packages are installed; its command and its import are ``grader``."""

from __future__ import annotations

NAME = "deep-learning-grader"  # as in pyproject.toml


def requirement(extra: str = "") -> str:
    """The grader, with an optional dependency of it such as "tensorflow", as pip needs it written."""
    return f"{NAME}[{extra}]" if extra else NAME


def command(extra: str = "") -> str:
    """The command that installs it, to be copied into a shell."""
    return f"pip install '{requirement(extra)}'" if extra else f"pip install {NAME}"
