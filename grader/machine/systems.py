"""Whether this operating system can run a worker, found out without anything that only some systems have."""

from __future__ import annotations

import os
import platform

from ..support.errors import NotGradable
from ..support.i18n import _


def why_no_worker() -> str | None:
    """A sentence with the remedy where no submission can be run, as on Windows; None on Linux and macOS."""
    if hasattr(os, "fork"):
        return None
    message = _(
        "Submissions cannot be run on {system}: use the grader in WSL or in Docker, or hand in to a server of your course."
    )
    return message.format(system=platform.system() or os.name)


def require_worker() -> None:
    """Raise NotGradable where no submission can be run."""
    reason = why_no_worker()
    if reason is not None:
        raise NotGradable(reason)
