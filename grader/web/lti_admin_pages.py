"""The pages of administrators about course systems that are connected by LTI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from ..lti import tool
from ..service import lti_platforms, one_time
from ..service.errors import Refusal
from ..service.lti_tables import LtiPlatform
from ..service.service import Service
from . import lti_register_pages, pages
from .admin_pages import Admin
from .forms import FieldsOf
from .requests import ServiceOf, full_address

router = APIRouter(include_in_schema=False)
ADDRESS = "/admin/lti"
ONE = ADDRESS + "/{platform_id}"


@router.get(ADDRESS)
def all_platforms(request: Request, service: ServiceOf, caller: Admin) -> Response:
    """List the course systems, the addresses that they need, and a form for a new one."""
    return _list(request, service)


@router.post(ADDRESS)
def add(request: Request, service: ServiceOf, caller: Admin, fields: FieldsOf) -> Response:
    """Register a course system."""
    try:
        settings = lti_platforms.of_form(fields.texts)
        deployments = lti_platforms.deployments_of(fields["deployments"])
        with service.database.writing() as session:
            platform = lti_platforms.add(session, caller.name, settings, deployments)
    except Refusal as refusal:
        return _list(request, service, refusal=refusal, values=fields.texts)
    return RedirectResponse(f"{ADDRESS}/{platform.id}?saved=1", 303)


@router.post(f"{ADDRESS}/registration-link")
def registration_link(request: Request, service: ServiceOf, caller: Admin) -> Response:
    """Show a link with which a course system registers itself once."""
    with service.database.writing() as session:
        secret = one_time.remember(
            session, lti_register_pages.LINK, {"by": caller.name}, lti_register_pages.LINK_MINUTES
        )
    return _list(request, service, link=full_address(request, f"/lti/register/{secret}"))


@router.get(ONE)
def one_platform(
    request: Request, service: ServiceOf, caller: Admin, platform_id: str, saved: bool = False
) -> Response:
    """Show a course system."""
    return _page(request, service, platform_id, saved=saved)


@router.post(ONE)
def change(request: Request, service: ServiceOf, caller: Admin, platform_id: str, fields: FieldsOf) -> Response:
    """Change a course system."""
    try:
        fields.require(*lti_platforms.FIELDS, "deployments")
        settings = lti_platforms.of_form(fields.texts)
        deployments = lti_platforms.deployments_of(fields["deployments"])
        with service.database.writing() as session:
            platform = lti_platforms.one(session, platform_id)
            lti_platforms.change(session, caller, platform, settings, deployments)
    except Refusal as refusal:
        return _page(request, service, platform_id, refusal=refusal, values=fields.texts)
    return RedirectResponse(f"{ADDRESS}/{platform_id}?saved=1", 303)


@router.post(f"{ONE}/test")
def try_keys(request: Request, service: ServiceOf, caller: Admin, platform_id: str) -> Response:
    """Say whether the keys of a course system can be read."""
    with service.database.reading() as session:
        platform = lti_platforms.one(session, platform_id)
    return _page(request, service, platform_id, keys=lti_platforms.problem_with_keys(platform))


@router.post(f"{ONE}/remove")
def remove(service: ServiceOf, caller: Admin, platform_id: str) -> Response:
    """Remove a course system."""
    with service.database.writing() as session:
        lti_platforms.remove(session, caller, lti_platforms.one(session, platform_id))
    return RedirectResponse(ADDRESS, 303)


def _list(
    request: Request,
    service: Service,
    refusal: Refusal | None = None,
    values: Mapping[str, str] | None = None,
    link: str = "",
) -> Response:
    with service.database.reading() as session:
        platforms = lti_platforms.every(session)
    empty = dict.fromkeys((*lti_platforms.FIELDS, "deployments"), "")
    own = {name: full_address(request, path) for name, path in _own_paths().items()}
    parts = {"platforms": platforms, "values": {**empty, **(values or {})}, "link": link, "own": own}
    return pages.form(request, "admin_lti.html.j2", refusal, **parts)


def _own_paths() -> dict[str, str]:
    return {
        "login": tool.LOGIN,
        "launch": tool.LAUNCH,
        "choose": tool.CHOOSE,
        "key_set": tool.KEYS,
        "canvas": "/lti/canvas.json",
    }


def _page(
    request: Request,
    service: Service,
    platform_id: str,
    refusal: Refusal | None = None,
    values: Mapping[str, str] | None = None,
    **parts: Any,
) -> Response:
    with service.database.reading() as session:
        platform = lti_platforms.one(session, platform_id)
        connections = lti_platforms.connections(session, platform)
    values = {**_values(platform), **(values or {})}
    parts = {"saved": False, "keys": None, **parts, "connections": connections}
    return pages.form(request, "admin_lti_platform.html.j2", refusal, platform=platform, values=values, **parts)


def _values(platform: LtiPlatform) -> dict[str, str]:
    values = {name: getattr(platform, name) for name in lti_platforms.FIELDS}
    return {**values, "deployments": "\n".join(row.deployment for row in platform.deployments)}
