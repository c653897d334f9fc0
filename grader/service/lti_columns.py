"""The column for marks of a link: the one of the course system, else one that is found or made there."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import Any

from sqlalchemy import update

from ..lti import grades
from ..lti.services import PlatformServices, ServiceRefused
from ..support.i18n import lazy
from . import assignments, overview
from .delivery_sender import NeverAccepted
from .lti_services import CourseSystems, outcomes
from .lti_tables import LtiContext, LtiPlatform, LtiResource
from .passback import GONE, MAKE
from .service import Service
from .tables import Exercise

NO_COLUMN = lazy(
    "The link in the course system has no column for marks, and this server may not make one: add the exercise there again with a "
    "grade, or let the tool use the grade services. Open it there once, then press 'Send again'."
)
DELETED = lazy(
    "The column for these marks was deleted in the course system. If it should come back, press 'Send again': a new one is made. If "
    "there is a new link to the exercise, open that once."
)


class Columns:
    """Finds the columns of links; in one thread for each link, so that two never make the same one."""

    def __init__(self, service: Service, systems: CourseSystems) -> None:
        self._service = service
        self._systems = systems
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def address(self, resource_id: str) -> str:
        """Return the address of the column of a link; raises NeverAccepted or TryLater."""
        resource = self._read(resource_id)
        item = resource.own_item or resource.line_item
        if item and not resource.item_state:
            return item
        with self._locks[resource_id]:
            resource = self._read(resource_id)  # another thread may have found it meanwhile
            item = resource.own_item or resource.line_item
            if resource.item_state == GONE:
                raise NeverAccepted(DELETED)
            if item and not resource.item_state:
                return item
            dead = item if resource.item_state == MAKE else ""
            new = self._found(resource, dead) or self._made(resource)
            self._write(resource_id, own_item=new, item_state="")
            return new

    def replace(self, resource_id: str, dead: str) -> str:
        """Return another column than one that does not exist any more; raises NeverAccepted if there is none."""
        with self._locks[resource_id]:
            resource = self._read(resource_id)
            item = resource.own_item or resource.line_item
            if item != dead and not resource.item_state:
                return item  # another thread has found it
            other = self._found(resource, dead)
            if other:
                self._write(resource_id, own_item=other, item_state="")
                return other
            self._write(resource_id, item_state=GONE)
            raise NeverAccepted(DELETED)

    def services_of(self, resource_id: str) -> tuple[PlatformServices, frozenset[str]]:
        """Return the services of the course system of a link, and the scopes that this server has there."""
        resource = self._read(resource_id)
        return self._systems.services_of(self._platform(resource)), frozenset(resource.scopes.split())

    def _read(self, resource_id: str) -> LtiResource:
        with self._service.database.reading() as session:
            resource = session.get(LtiResource, resource_id)
        if resource is None:
            raise NeverAccepted(NO_COLUMN)  # the connection was removed meanwhile
        return resource

    def _platform(self, resource: LtiResource) -> LtiPlatform:
        with self._service.database.reading() as session:
            return session.get_one(LtiContext, resource.context_id).platform

    def _write(self, resource_id: str, **values: str) -> None:
        with self._service.database.writing() as session:
            session.execute(update(LtiResource).where(LtiResource.id == resource_id).values(values))

    def _found(self, resource: LtiResource, dead: str) -> str:
        """Return the address of a column that belongs to the link, or was made for its exercise, "" without one."""
        scopes = {*resource.scopes.split()}
        is_owner = grades.LINE_ITEM_SCOPE in scopes
        if not resource.line_items or not (is_owner or grades.READ_SCOPE in scopes):
            return ""
        services = self._systems.services_of(self._platform(resource))
        with self._service.database.reading() as session:
            name = session.get_one(Exercise, resource.exercise_id).name
        with outcomes(NO_COLUMN):
            for filters in ({"resource_link": resource.resource_link}, {"resource_id": name}):
                items = grades.line_items(services, resource.line_items, is_owner=is_owner, **filters)
                items = [item for item in items if item.resource_link in ("", resource.resource_link)]
                address = next((item.address for item in items if item.address != dead), "")
                if address:
                    return address
        return ""

    def _made(self, resource: LtiResource) -> str:
        """Return the address of a new column; raises NeverAccepted if this server may not make one."""
        if not resource.line_items or grades.LINE_ITEM_SCOPE not in resource.scopes.split():
            raise NeverAccepted(NO_COLUMN)
        services = self._systems.services_of(self._platform(resource))
        with self._service.database.reading() as session:
            exercise = session.get_one(Exercise, resource.exercise_id)
            title = overview.title_of(self._service, exercise)
            most = assignments.assignment_of(self._service, exercise.version).content.max_score
        fields: dict[str, Any] = {"label": title, "most": most, "resource_id": exercise.name}
        with outcomes(NO_COLUMN):
            try:
                link = resource.resource_link
                return grades.new_line_item(services, resource.line_items, **fields, resource_link=link).address
            except ServiceRefused as refusal:
                if refusal.status not in (400, 404, 412, 422) or refusal.is_token:
                    raise
            # The link may have been deleted with its column; then the column belongs to the course alone.
            return grades.new_line_item(services, resource.line_items, **fields).address
