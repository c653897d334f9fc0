"""The interface of the host that a connection uses, as long as the configuration allows its course to use it."""

from __future__ import annotations

from ..repositories.model import Host, NotPermitted, RemoteRepository
from ..support.errors import UsageError
from ..support.i18n import _
from .repository_settings import RepositoryHost
from .repository_tables import ClassRepository, RepositorySource
from .service import Service


def named(service: Service, name: str) -> RepositoryHost | None:
    """Return the host with a name in the configuration, None without one."""
    return next((host for host in service.configuration.repositories if host.name == name), None)


def choices(service: Service, course: str) -> list[tuple[RepositoryHost, str]]:
    """Return the hosts and their organisations that a course may use."""
    return [(host, name) for host in service.configuration.repositories for name in host.for_course(course)]


def allowed(service: Service, name: str, organisation: str, course: str) -> RepositoryHost:
    """Return a host; raises NotPermitted unless the configuration lets a course use this organisation there.

    The credentials of the server may read much more than an instructor: this decides what they are used for.
    """
    host = named(service, name)
    if host is None or not host.may_use(organisation, course):
        sentence = _(
            "The configuration of this server does not let this course use {organisation}: an administrator must add it under repositories."
        )
        raise NotPermitted(sentence.format(organisation=organisation))
    return host


def client(service: Service, name: str, organisation: str, number: str, course: str) -> Host:
    """Return the interface of a host for an organisation; raises NotPermitted as above, or if a secret cannot be read."""
    host = allowed(service, name, organisation, course)
    key = (name, organisation.lower(), number)
    if key not in service.hosts:
        try:
            service.hosts[key] = host.client(organisation, number)
        except UsageError as error:
            raise NotPermitted(str(error)) from error
    return service.hosts[key]


def client_of(service: Service, source: RepositorySource) -> Host:
    """Return the interface for a connection, whose exercise and course are loaded; raises NotPermitted."""
    course = source.exercise.course.slug
    return client(service, source.host, source.organisation, source.account, course)


def remote(source: RepositorySource, repository: ClassRepository) -> RemoteRepository:
    """Return a repository as its host was last known to describe it."""
    return RemoteRepository(
        repository.number,
        repository.name,
        source.account,
        repository.default_branch,
        repository.is_private,
        repository.marker,
    )
