"""The two halves of a sign-in with another system, and logins that people add to an account or remove from it.

The two halves of a sign-in may reach different servers, so what belongs to both is in the database. It is bound to the browser
that began: its cookie has a secret, of which the database has the hash.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ..support.i18n import _
from . import accounts, audit, group_roles, identities, invitations, one_time, outside_sign_in
from .access import Caller
from .errors import Conflict, NotFound, missing
from .identifiers import digest_of, is_secret_of
from .identities import OutsidePerson
from .login_settings import LoginSettings
from .moments import now
from .outside_tables import Identity
from .tables import Extension, Link, Login, Mark, Membership, Submission, Token, User

MINUTES = 30
"""How long people may take at the other system, and to confirm that a login is added."""
SAME_TIME = timedelta(minutes=MINUTES)
Groups = frozenset[str] | None
"""The groups of a person at the other system, None if it has not sent them."""
SIGN_IN, CONFIRMATION = "outside sign-in", "outside login"


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A sign-in that has begun. ``adds_to`` is the account to which the login is added, "" for a sign-in.

    ``link`` is the hash of the invitation that allows this, "" for somebody who is signed in. ``browser`` is the hash of the
    secret of the browser.
    """

    way: str
    next: str
    nonce: str
    verifier: str
    browser: str
    adds_to: str = ""
    link: str = ""


@dataclass(frozen=True)
class SignedIn:
    """Somebody who is signed in now: the secret of the cookie, and whether the account is new."""

    user: User
    cookie: str
    is_new: bool


@dataclass(frozen=True)
class LoginWish:
    """A login that a person adds to an account, and still belongs to the empty account ``leaves``, "" for none."""

    begun: Begun
    person: OutsidePerson
    groups: Groups
    leaves: str = ""


def begin(session: Session, begun: Begun) -> str:
    """Return the state of a sign-in, under which it is remembered."""
    return one_time.remember(session, SIGN_IN, asdict(begun), MINUTES)


def resume(session: Session, state: str, way: str, browser: str) -> Begun | None:
    """Return what was begun under a state with this way and in this browser, which has the secret ``browser``; None otherwise."""
    data = one_time.take(session, SIGN_IN, state)
    if data is None:
        return None
    begun = Begun(**data)
    return begun if is_secret_of(begun.browser, browser) and begun.way == way else None


def sign_in(
    session: Session, settings: LoginSettings, person: OutsidePerson, groups: Groups, old_cookie: str
) -> SignedIn:
    """Sign in a person, with a new account for somebody new; raises NotAllowed as :func:`outside_sign_in.identity_of`."""
    is_new = identities.find(session, person) is None
    if not is_new and _came_just_now(session, person, old_cookie):
        user = outside_sign_in.identity_of(session, settings, person, groups).user
        return SignedIn(user, old_cookie, False)
    user, cookie = outside_sign_in.sign_in(session, settings, person, groups, old_cookie=old_cookie)
    return SignedIn(user, cookie, is_new)


def invited(session: Session, secret: str) -> tuple[User, str]:
    """Return the account of an invitation that is still valid, and the hash of the invitation; raises NotFound."""
    link = invitations.link(session, secret, "invite")
    return session.get_one(User, link.user_id), link.digest


def ask(session: Session, begun: Begun, person: OutsidePerson, groups: Groups) -> tuple[User, str, str]:
    """Return the account to which a login shall be added, the secret with which the person confirms it, and the account that it leaves.

    Raises Conflict if the login belongs to another account that somebody has used, and NotFound.
    """
    user = _account(session, begun)
    leaves = _left_account(session, user, person)
    data = {
        "begun": asdict(begun),
        "person": asdict(person),
        "groups": None if groups is None else sorted(groups),
        "leaves": "" if leaves is None else leaves.id,
    }
    secret = one_time.remember(session, CONFIRMATION, data, MINUTES)
    return user, secret, "" if leaves is None else leaves.name


def wish_of(session: Session, secret: str, browser: str) -> LoginWish:
    """Return what a person of this browser confirms; raises Conflict if it is too old, or was confirmed already."""
    data = one_time.take(session, CONFIRMATION, secret)
    begun = Begun(**data["begun"]) if data is not None else None
    if data is None or begun is None or not is_secret_of(begun.browser, browser):
        raise Conflict(_("This page is too old, or was used already: begin again."))
    groups = None if data["groups"] is None else frozenset(data["groups"])
    return LoginWish(begun, OutsidePerson(**data["person"]), groups, data["leaves"])


def add(session: Session, caller: Caller, settings: LoginSettings, wish: LoginWish) -> None:
    """Add a login to the account of the user, with the roles of its groups; raises Conflict and NotFound."""
    if caller.user_id != wish.begun.adds_to or wish.begun.link:
        raise missing()
    user = _account(session, wish.begun)
    identity = _link(session, user, wish)
    if wish.groups is not None:
        group_roles.apply(session, identity, settings.rules, wish.groups)
    audit.write(session, caller, "login added", f"{wish.person.provider} {user.name}")


def accept(session: Session, wish: LoginWish, settings: LoginSettings, old_cookie: str) -> SignedIn:
    """Use up an invitation by adding a login to its account, and sign in; raises Conflict and NotFound."""
    if not wish.begun.link:
        raise missing()
    user = _account(session, wish.begun)
    _link(session, user, wish)
    for link in session.scalars(select(Link).where(Link.user_id == user.id)):
        link.uses_left, link.used = 0, now()
    audit.write(session, accounts.caller_of(user), "login added", f"{wish.person.provider} {user.name}")
    return sign_in(session, settings, wish.person, wish.groups, old_cookie)


def remove(session: Session, caller: Caller, provider: str, issuer: str, subject: str, cookie: str) -> None:
    """Remove a login of the user, and the roles that its groups have given; sign out the other browsers that came by its system.

    Raises NotFound and Conflict.
    """
    user = session.get_one(User, caller.user_id)
    identity = session.get(Identity, (provider, issuer, subject))
    if identity is not None and identity.user_id == user.id:
        group_roles.apply(session, identity, (), ())
    identities.unlink(session, user, provider, issuer, subject)
    session.execute(
        delete(Login).where(Login.user_id == user.id, Login.via == provider, Login.digest != digest_of(cookie))
    )
    audit.write(session, caller, "login removed", f"{provider} {user.name}")


def _account(session: Session, begun: Begun) -> User:
    """Return the account to which a login may be added, if its invitation is still valid; raises NotFound."""
    user = session.get(User, begun.adds_to)
    if user is None or user.disabled is not None:
        raise missing()
    if begun.link and not invitations.is_still_valid(session, begun.link, user):
        raise NotFound(_("This link has been used or is too old: ask for a new one."))
    return user


def _link(session: Session, user: User, wish: LoginWish) -> Identity:
    left = _left_account(session, user, wish.person)
    if left is not None:
        if left.id != wish.leaves:  # the page that the person confirmed has not named it
            raise Conflict(_("This page is too old, or was used already: begin again."))
        session.delete(left)
        session.flush()
        session.expire_all()
    return identities.link(session, user, wish.person)


def _left_account(session: Session, user: User, person: OutsidePerson) -> User | None:
    """Return the account to which a login belongs until now, if nobody has used it; raises Conflict if somebody has.

    Many people sign in before they open their invitation. Their new account is empty, so it makes room.
    """
    identity = identities.find(session, person)
    if identity is None or identity.user_id == user.id:
        return None
    other = identity.user
    if _is_used(session, identity):
        sentence = _(
            "This login belongs to the account {name} here, which has been used. Sign in with it, and ask your instructor to add "
            "{name} to the course. Or remove the login there on the page of the account, and begin again."
        )
        raise Conflict(sentence.format(name=other.name))
    return other


def _is_used(session: Session, identity: Identity) -> bool:
    """Return whether there is more in an account than this login, and the roles of its groups."""
    user = identity.user
    others = (
        select(Membership.user_id).where(
            Membership.user_id == user.id, Membership.source != group_roles.source_of(identity)
        ),
        select(Submission.id).where(Submission.user_id == user.id),
        select(Token.id).where(Token.user_id == user.id),
        select(Mark.id).where(Mark.user_id == user.id),
        select(Extension.user_id).where(Extension.user_id == user.id),
    )
    is_plain = not user.password and user.disabled is None and (not user.is_admin or identity.makes_admin)
    return (
        not is_plain
        or len(identities.of_user(session, user.id)) > 1
        or any(session.scalar(statement.limit(1)) is not None for statement in others)
    )


def _came_just_now(session: Session, person: OutsidePerson, cookie: str) -> bool:
    """Return whether the cookie is of the same person's sign-in with the same system, some minutes ago.

    Then a second window of the browser has signed in, and the forms that the first one has loaded should stay valid.
    """
    login = session.get(Login, digest_of(cookie)) if cookie else None
    identity = identities.find(session, person)
    if login is None or identity is None or login.expires <= now():
        return False
    return login.user_id == identity.user_id and login.via == person.provider and login.created > now() - SAME_TIME
