"""What ``grader serve check`` says about the systems by which people sign in."""

from __future__ import annotations

from collections.abc import Iterator

from ..service import group_roles
from ..service.inspection import Inspection
from ..service.login_settings import ProviderLogin
from ..service.service import Service
from .failures import LoginFailed
from .ways import Ways


def inspect(service: Service) -> Iterator[Inspection]:
    """Yield the state of each way to sign in, after its system was asked, and each course in the settings that does not exist."""
    configuration = service.configuration
    ways = Ways(configuration)
    try:
        for settings in ways.settings:
            way = ways.named(settings.name)
            if way is None:
                continue
            try:
                sentence, is_good = way[1].check(), True
            except LoginFailed as failure:
                sentence, is_good = failure.reason, False
            if is_good and isinstance(settings, ProviderLogin):
                sentence += f"; its redirect URI here is {configuration.address}/login/{settings.name}/return"
            yield Inspection(settings.name, sentence, is_good)
    finally:
        ways.close()
    with service.database.reading() as session:
        for settings in ways.settings:
            for sentence in group_roles.missing_courses(session, settings.rules):
                yield Inspection(settings.name, sentence, False)
