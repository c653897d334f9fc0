"""The pages of administrators about the users of the server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from ..service import administration, erasure, identities, invitations, users
from ..service.access import Caller
from ..service.errors import Conflict, Refusal
from ..service.service import Service
from ..service.tables import User
from ..support.errors import UsageError
from ..support.i18n import _
from . import pages, way_names
from .admin_pages import Admin
from .forms import FieldsOf
from .requests import ServiceOf, full_address

router = APIRouter(include_in_schema=False)
Change = Callable[[Session, Caller, User], None]


@router.get("/admin/users")
def all_users(request: Request, service: ServiceOf, caller: Admin, q: str = "", after: str = "") -> Response:
    """List the users, and show a form for a new one."""
    return _list(request, service, q, after)


@router.post("/admin/users")
def new_user(request: Request, service: ServiceOf, caller: Admin, fields: FieldsOf) -> Response:
    """Make a user, and show the link with which the user chooses a password."""
    try:
        with service.database.writing() as session:
            row = users.new(session, fields["name"], fields["full_name"], fields["email"])
            secret = invitations.invite(session, caller, row)
    except Refusal as refusal:
        return _list(request, service, refusal=refusal, values=fields.texts)
    return _user_page(request, service, row.id, link=f"/invite/{secret}")


@router.get("/admin/users/{user_id}")
def one_user(request: Request, service: ServiceOf, caller: Admin, user_id: str) -> Response:
    """Show a user."""
    return _user_page(request, service, user_id)


@router.post("/admin/users/{user_id}/link")
def new_link(request: Request, service: ServiceOf, caller: Admin, user_id: str) -> Response:
    """Show a link with which the user chooses a password."""
    with service.database.writing() as session:
        row = administration.user(session, user_id).user
        if invitations.can_sign_in(session, row):
            path = f"/reset/{invitations.reset(session, caller, row)}"
        else:
            path = f"/invite/{invitations.invite(session, caller, row)}"
    administration.note(service, caller, "link", row.name)
    return _user_page(request, service, user_id, link=path)


@router.post("/admin/users/{user_id}/role")
def change_role(request: Request, service: ServiceOf, caller: Admin, user_id: str, fields: FieldsOf) -> Response:
    """Make the user an administrator, or no longer."""
    fields.require("admin")
    is_admin = fields["admin"] == "1"
    return _changed(request, service, caller, user_id, partial(administration.set_admin, is_admin=is_admin))


@router.post("/admin/users/{user_id}/disable")
def disable(request: Request, service: ServiceOf, caller: Admin, user_id: str, fields: FieldsOf) -> Response:
    """Disable the account, or enable it again."""
    fields.require("disabled")
    is_disabled = fields["disabled"] == "1"
    return _changed(request, service, caller, user_id, partial(administration.disable, is_disabled=is_disabled))


@router.post("/admin/users/{user_id}/sign-out")
def sign_out(request: Request, service: ServiceOf, caller: Admin, user_id: str) -> Response:
    """End all sign-ins of the user, and delete all tokens."""
    return _changed(request, service, caller, user_id, administration.sign_out)


@router.post("/admin/users/{user_id}/erase")
def erase(request: Request, service: ServiceOf, caller: Admin, user_id: str, fields: FieldsOf) -> Response:
    """Erase the user, after the login name has been typed."""
    with service.database.reading() as session:
        row = administration.user(session, user_id).user
    if fields["name"] != row.name:
        return _user_page(
            request, service, user_id, refusal=Conflict(_("This is not the login name: nothing was erased."))
        )
    try:
        name = erasure.erase(service, user_id)
    except UsageError as error:
        return _user_page(request, service, user_id, refusal=Conflict(str(error)))
    administration.note(service, caller, "erase", name)
    return RedirectResponse("/admin/users", 303)


def _changed(request: Request, service: Service, caller: Caller, user_id: str, change: Change) -> Response:
    try:
        with service.database.writing() as session:
            change(session, caller, administration.user(session, user_id).user)
    except Conflict as refusal:
        return _user_page(request, service, user_id, refusal=refusal)
    return RedirectResponse(f"/admin/users/{user_id}", 303)


def _list(
    request: Request,
    service: Service,
    q: str = "",
    after: str = "",
    refusal: Refusal | None = None,
    values: Mapping[str, str] | None = None,
) -> Response:
    service.last_uses.write(service.database)
    with service.database.reading() as session:
        rows = administration.users(session, q, after)
        logins = identities.of_users(session, [row.user.id for row in rows])
    form = {"name": "", "full_name": "", "email": "", **(values or {})}
    sign_ins = way_names.of_people(request, [row.user for row in rows], logins)
    values_of_page = {
        "rows": rows,
        "sign_ins": sign_ins,
        "q": q,
        "is_full": len(rows) == administration.AT_ONCE,
        "values": form,
    }
    return pages.form(request, "admin_users.html.j2", refusal, **values_of_page)


def _user_page(
    request: Request, service: Service, user_id: str, link: str = "", refusal: Refusal | None = None
) -> Response:
    service.last_uses.write(service.database)
    with service.database.reading() as session:
        row = administration.user(session, user_id)
        logins = identities.of_users(session, [user_id])
    sign_ins = way_names.of_people(request, [row.user], logins)[user_id]
    address = full_address(request, link) if link else ""
    return pages.form(request, "admin_user.html.j2", refusal, row=row, user=row.user, link=address, sign_ins=sign_ins)
