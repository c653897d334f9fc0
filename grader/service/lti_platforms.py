"""The course systems of a server, as administrators register them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ..lti import addresses, claims, outgoing, platform_keys
from ..lti.outgoing import Unreachable
from ..lti.refusals import LaunchRefused
from ..support.i18n import _
from ..support.text import clean
from . import audit, users
from .access import Caller
from .errors import Conflict, Unreadable, missing
from .lti_tables import LtiContext, LtiDeployment, LtiPlatform
from .tables import Audit

MOST_DEPLOYMENTS = 200
FIELDS = ("title", "issuer", "client_id", "login_url", "token_url", "token_audience", "keys_url", "address")


@dataclass(frozen=True, kw_only=True)
class PlatformSettings:
    """The choices of an administrator for a course system; the columns of the table have the same names."""

    title: str
    issuer: str
    client_id: str
    login_url: str
    token_url: str
    keys_url: str
    token_audience: str = ""
    address: str = ""


def of_form(fields: Mapping[str, str]) -> PlatformSettings:
    """Return the settings that a form has; raises Unreadable for the first mistake."""
    values = {name: fields.get(name, "").strip() for name in FIELDS}
    values["title"] = users.line(values["title"]) or addresses.origin_of(values["issuer"])
    names = {"login_url": _("Login address"), "token_url": _("Token address"), "keys_url": _("Address of the keys")}
    for field, name in names.items():
        _require_address(values[field], name)
    if values["address"]:
        _require_address(values["address"], _("Address for people"))
    for field, name in {"issuer": _("Issuer"), "client_id": _("Client ID")}.items():
        if not claims.is_id(values[field]):
            raise Unreadable(_("The field '{name}' is empty or too long.").format(name=name))
    if values["token_audience"] and not claims.is_id(values["token_audience"]):
        raise Unreadable(_("The field '{name}' is empty or too long.").format(name=_("Audience of tokens")))
    return PlatformSettings(**values)


def deployments_of(text: str) -> list[str]:
    """Return the deployments in a text with one in each line; raises Unreadable for one that cannot be an id."""
    lines = [*dict.fromkeys(line.strip() for line in text.splitlines() if line.strip())]
    for line in lines:
        if not claims.is_id(line):
            raise Unreadable(_("The deployment '{text}' is too long.").format(text=clean(line, 60)))
    if len(lines) > MOST_DEPLOYMENTS:
        raise Unreadable(_("There are too many deployments."))
    return lines


def every(session: Session) -> Sequence[LtiPlatform]:
    """Return all course systems by title, with their deployments."""
    return session.scalars(select(LtiPlatform).order_by(LtiPlatform.title, LtiPlatform.id)).all()


def is_any(session: Session) -> bool:
    """Return whether there is a course system."""
    return session.scalar(select(LtiPlatform.id).limit(1)) is not None


def one(session: Session, platform_id: str) -> LtiPlatform:
    """Return a course system; raises NotFound."""
    platform = session.get(LtiPlatform, platform_id)
    if platform is None:
        raise missing()
    return platform


def add(session: Session, who: str, settings: PlatformSettings, deployments: Sequence[str]) -> LtiPlatform:
    """Return a new course system, which ``who`` has added; raises Conflict if it exists, or if its issuer has other keys here already."""
    same_issuer = session.scalars(select(LtiPlatform).where(LtiPlatform.issuer == settings.issuer)).all()
    if any(other.client_id == settings.client_id for other in same_issuer):
        raise Conflict(_("This course system is registered already, with the same client ID."))
    if any(other.keys_url != settings.keys_url for other in same_issuer):
        raise Conflict(
            _(
                "A course system with this issuer is registered already, and its keys are at another address. Accounts are found "
                "by the issuer, so both must have the same keys."
            )
        )
    platform = LtiPlatform(**asdict(settings))
    session.add(platform)
    session.flush()
    _set_deployments(platform, deployments)
    session.add(Audit(who=who, what="course system added", about=f"{platform.issuer} {platform.client_id}"))
    return platform


def change(
    session: Session, caller: Caller, platform: LtiPlatform, settings: PlatformSettings, deployments: Sequence[str]
) -> None:
    """Change a course system of the session. Its issuer stays; all that have the same issuer get the same address of keys.

    Raises Conflict for another issuer, or if another one has the client id.
    """
    if settings.issuer != platform.issuer:
        raise Conflict(_("The issuer cannot be changed, because accounts are found by it: add another course system."))
    others = session.scalars(
        select(LtiPlatform).where(LtiPlatform.issuer == platform.issuer, LtiPlatform.id != platform.id)
    )
    for other in others:
        if other.client_id == settings.client_id:
            raise Conflict(_("This course system is registered already, with the same client ID."))
        other.keys_url = settings.keys_url
    for name, value in asdict(settings).items():
        setattr(platform, name, value)
    _set_deployments(platform, deployments)
    audit.write(session, caller, "course system changed", f"{platform.issuer} {platform.client_id}")


def remove(session: Session, caller: Caller, platform: LtiPlatform) -> None:
    """Remove a course system of the session with its connections. Accounts, courses and work stay."""
    audit.write(session, caller, "course system removed", f"{platform.issuer} {platform.client_id}")
    session.delete(platform)


def connections(session: Session, platform: LtiPlatform) -> Sequence[LtiContext]:
    """Return the connected courses of a course system, with the courses here."""
    statement = select(LtiContext).where(LtiContext.platform_id == platform.id).options(joinedload(LtiContext.course))
    return session.scalars(statement.order_by(LtiContext.title, LtiContext.id)).all()


def of_login(session: Session, issuer: str, client_id: str) -> LtiPlatform:
    """Return the course system that starts a launch, which may leave out the client id; raises LaunchRefused."""
    statement = select(LtiPlatform).where(LtiPlatform.issuer == issuer)
    if client_id:
        statement = statement.where(LtiPlatform.client_id == client_id)
    platforms = session.scalars(statement).all()
    if not platforms:
        raise LaunchRefused("issuer", "No course system with this issuer and client id is registered.")
    if len(platforms) > 1:
        raise LaunchRefused("client", "The issuer has several client ids, and the request names none.")
    return platforms[0]


def frame_origins(session: Session) -> tuple[str, ...]:
    """Return the origins of the pages that may show pages of this server in a frame."""
    origins = {
        addresses.origin_of(text)
        for platform in every(session)
        for text in (platform.address, platform.issuer, platform.login_url)
    }
    return tuple(sorted(origins - {""}))


def problem_with_keys(platform: LtiPlatform) -> str:
    """Return a sentence if the keys of a course system cannot be read now, else ""."""
    try:
        platform_keys.keys_of(outgoing.read_json(platform.keys_url))
    except Unreachable as error:
        return str(error)
    return ""


def _set_deployments(platform: LtiPlatform, deployments: Sequence[str]) -> None:
    present = {row.deployment: row for row in platform.deployments}
    platform.deployments = [
        present.get(name) or LtiDeployment(platform_id=platform.id, deployment=name) for name in deployments
    ]


def _require_address(address: str, name: str) -> None:
    if not addresses.is_possible(address):
        sentence = _("The field '{name}' must be an address that begins with https://.")
        raise Unreadable(sentence.format(name=name))
