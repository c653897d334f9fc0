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
    """Log which courses of the settings do not exist, and, from a thread, whether the other systems can be used."""
    with service.database.reading() as session:
        for settings in ways.settings:
            for sentence in group_roles.missing_courses(session, settings.rules):
                log.warning(sentence)
    if ways.offered:
        threading.Thread(target=log_systems, args=(ways,), daemon=True).start()


def log_systems(ways: Ways) -> None:
    """Log whether each system can be used, and knows this server. The server also starts before them."""
    for settings in ways.offered:
        way = ways.named(settings.name)
        if way is not None:
            try:
                log.info(f"{settings.title}: {way[1].check()}")
            except LoginFailed as failure:
                log.error(f"Nobody can sign in with {settings.title}: {failure.reason}")
