"""The isolation level of a server: the strictest one at which code in a worker reaches nothing on this machine."""

from __future__ import annotations

import logging

from ..assignment.limits import Limits
from ..sandbox import canary
from ..sandbox.failures import CallError
from ..sandbox.filesystem import WorkerSetup
from ..support.choices import Level
from ..support.errors import NotGradable

LEVELS: tuple[Level, ...] = ("strong", "medium")
"""The levels at which a server grades: at ``none`` a submission could read those of other students."""
log = logging.getLogger(__name__)


def strictest_level() -> Level | None:
    """Return the strictest level that works here, None if no level works."""
    for level in LEVELS:
        try:
            attempt = canary.try_to_escape(Limits(), level, WorkerSetup(), canary.files_of_the_grader(), {})
        except (NotGradable, CallError) as error:
            log.warning("Isolation %s does not work: %s", level, error)
            continue
        if not attempt.reached:
            return level
        log.warning("At isolation %s code reaches %s", level, ", ".join(attempt.reached))
    return None
