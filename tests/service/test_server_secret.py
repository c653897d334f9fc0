"""The secret of a server exists from its start and never changes, so that no page has to make it."""

from __future__ import annotations

from grader.service.server_secret import SETTING, server_secret
from grader.service.service import open_service
from grader.service.tables import Setting


def test_secret_exists_from_the_start_and_stays(service):
    with service.database.reading() as session:
        value = session.get_one(Setting, SETTING).value
    service.close()
    again = open_service(service.configuration)
    with again.database.reading() as session:
        assert server_secret(session) == value
    again.close()
