"""Tests whether this operating system can run a worker; imports only modules that every system has."""

from __future__ import annotations

import os
import platform

from ..support.errors import NotGradable
from ..support.i18n import _


def why_no_worker() -> str | None:
    """Return a sentence with the remedy if submissions cannot be run, as on Windows; None on Linux and macOS."""
    if hasattr(os, "fork"):
        return None
    message = _(
        "Submissions cannot be run on {system}: use the grader in WSL or in Docker, or hand in on your course's server."
    )
    return message.format(system=platform.system() or os.name)


def require_worker() -> None:
    """Raise NotGradable if submissions cannot be run on this system."""
    reason = why_no_worker()
    if reason is not None:
        raise NotGradable(reason)
