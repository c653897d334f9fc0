"""Logs problems with the other systems by which people sign in, when a server starts."""

from __future__ import annotations

import logging
import threading

from ..logins.failures import LoginFailed
from ..logins.ways import Ways
from ..service import group_roles
from ..service.service import Service

log = logging.getLogger(__name__)


def log_problems(service: Service, ways: Ways) -> None:
    """Log which courses of the settings do not exist, and, from a thread, whether the hub knows this server."""
    with service.database.reading() as session:
        for settings in ways.settings:
            for sentence in group_roles.missing_courses(session, settings.rules):
                log.warning(sentence)
    if ways.hub is not None:
        threading.Thread(target=log_hub, args=(ways,), daemon=True).start()


def log_hub(ways: Ways) -> None:
    """Log whether the hub knows this server as its service. The server also starts before its hub."""
    if ways.hub is None:
        return
    try:
        log.info(f"JupyterHub: {ways.hub.check()}")
    except LoginFailed as failure:
        log.error(f"Nobody can sign in with the hub: {failure.reason}")
