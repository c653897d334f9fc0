"""What ``grader serve check`` says about the hosts of classroom repositories: whether each organisation can be read."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from ..repositories.model import HostProblem
from ..support.errors import UsageError
from .inspection import Inspection
from .repository_settings import RepositoryHost
from .service import Service
from .tables import Course


def inspect(service: Service) -> Iterator[Inspection]:
    """Yield the state of each organisation of the settings, after its host was asked, and each course that does not exist."""
    with service.database.reading() as session:
        slugs = set(session.scalars(select(Course.slug)))
    for host in service.configuration.repositories:
        for organisation, courses in host.organisations.items():
            yield _organisation(host, organisation)
            for course in courses:
                if course not in slugs:
                    sentence = f"The course '{course}', which may use {organisation}, does not exist: create it, or correct its name."
                    yield Inspection(host.name, sentence, False)


def _organisation(host: RepositoryHost, organisation: str) -> Inspection:
    """Ask a host for an organisation and the first page of its repositories."""
    try:
        client = host.client(organisation, "")
        account = client.organisation()
        repositories, _version = client.repositories(account.name, "")
    except (HostProblem, UsageError) as error:
        return Inspection(host.name, f"{organisation}: {error}", False)
    count = len(repositories or ())
    return Inspection(
        host.name, f"{organisation} can be read, and has {count} {'repository' if count == 1 else 'repositories'}"
    )
