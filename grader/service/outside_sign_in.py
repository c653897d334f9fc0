"""Signs in people whom another system has proved: the same for every system, after its own protocol has ended."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from ..support.i18n import _
from . import accounts, group_roles, identities
from .errors import NotAllowed
from .identities import OutsidePerson
from .login_settings import LoginSettings
from .outside_tables import Identity
from .tables import User


def identity_of(
    session: Session, login: LoginSettings, person: OutsidePerson, groups: Collection[str] | None
) -> Identity:
    """Return the identity of a person whom a system has just proved, with the account and the roles of the groups.

    The account is made if the person is new. Groups that are None are not known now, and change nothing. Raises NotAllowed for
    a disabled account, and for somebody new if the settings make no accounts.
    """
    if not login.new_accounts and identities.find(session, person) is None:
        sentence = _(
            "You have no account here yet: ask your instructor for an invitation, and sign in with {title} then."
        )
        raise NotAllowed(sentence.format(title=login.title))
    identity = identities.account_of(session, person)
    if identity.user.disabled is not None:
        raise NotAllowed(_("This account is disabled: ask the administrator of this server."))
    if groups is not None:
        group_roles.apply(session, identity, login.rules, groups)
    return identity


def sign_in(
    session: Session,
    login: LoginSettings,
    person: OutsidePerson,
    groups: Collection[str] | None,
    old_cookie: str = "",
) -> tuple[User, str]:
    """Return the user of such a person, and the secret of a new cookie, whose sign-in ends after some hours.

    An old cookie becomes invalid. Raises NotAllowed as :func:`identity_of`.
    """
    user = identity_of(session, login, person, groups).user
    if old_cookie:
        accounts.sign_out(session, old_cookie)
    return user, accounts.sign_in(session, user, via=person.provider, hours=login.end_hours)
