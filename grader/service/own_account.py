"""Changes that users make to their own account: name, password, browsers and tokens."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import delete, func, select

from ..support.i18n import _
from . import accounts, passwords, users
from .access import SCOPES, Caller
from .errors import Conflict, NotAllowed, Unreadable, missing
from .identifiers import digest_of
from .moments import now
from .service import Service
from .tables import Login, Membership, Role, Token, User

MOST_TOKENS = 50
MOST_DAYS = 730


def account(service: Service, caller: Caller) -> tuple[User, list[Login]]:
    """Return the account of a user, and the browsers in which the user is signed in."""
    with service.database.reading() as session:
        logins = select(Login).where(Login.user_id == caller.user_id, Login.expires > now())
        return session.get_one(User, caller.user_id), list(session.scalars(logins))


def change_name(service: Service, caller: Caller, full_name: str, email: str) -> None:
    """Change the name for people, and the e-mail address; raises Unreadable."""
    full_name, email = users.line(full_name), users.line(email)
    if email and (email.count("@") != 1 or " " in email):
        raise Unreadable(_("'{email}' is not an e-mail address.").format(email=email))
    with service.database.writing() as session:
        user = session.get_one(User, caller.user_id)
        user.full_name, user.email = full_name, email


def change_language(service: Service, caller: Caller, language: str) -> None:
    """Keep the language of a user for the next browser."""
    with service.database.writing() as session:
        session.get_one(User, caller.user_id).language = language


def change_password(service: Service, caller: Caller, old: str, new: str, address: str) -> str:
    """Change the password, sign out everywhere, and return the secret of a new cookie.

    Raises NotAllowed if the old password is wrong, Unreadable if the new one is easy to guess, and TooMany. A user without a
    password needs no old one.
    """
    user = require_password(service, caller, old, address)
    passwords.require_good(new, user.name)
    password_hash = passwords.hash_of(new)
    with service.database.writing() as session:
        stored = session.get_one(User, caller.user_id)
        if stored.password != user.password:
            raise Conflict(_("The password has been changed meanwhile: sign in again."))
        users.set_password(session, stored, password_hash)
        return accounts.sign_in(session, stored)


def require_password(service: Service, caller: Caller, password: str, address: str) -> User:
    """Return the user; raises NotAllowed if the password is wrong, and TooMany. A user without a password needs none."""
    with service.database.reading() as session:
        user = session.get_one(User, caller.user_id)
    if user.password:
        service.rates.count_sign_in(user.name, address)
        if not passwords.is_right(password, user.password):
            raise NotAllowed(_("The password is wrong."))
        service.rates.forget_sign_ins(user.name, address)
    return user


def sign_out_elsewhere(service: Service, caller: Caller, cookie: str) -> None:
    """Sign out all browsers but the one with this cookie."""
    with service.database.writing() as session:
        session.execute(delete(Login).where(Login.user_id == caller.user_id, Login.digest != digest_of(cookie)))


def tokens(service: Service, caller: Caller) -> list[Token]:
    """Return the tokens of a user, the newest first, with the time of their last use."""
    service.last_uses.write(service.database)
    with service.database.reading() as session:
        return list(
            session.scalars(select(Token).where(Token.user_id == caller.user_id).order_by(Token.created.desc()))
        )


def possible_scopes(service: Service, caller: Caller) -> tuple[str, ...]:
    """Return the scopes that are of use for a user: those for a class only for its staff."""
    with service.database.reading() as session:
        role = session.scalar(select(func.max(Membership.role)).where(Membership.user_id == caller.user_id))
    return SCOPES if caller.is_admin or (role or 0) >= Role.TUTOR else ("read", "submit")


def new_token(service: Service, caller: Caller, label: str, scopes: Iterable[str], days: str) -> str:
    """Return a new token, which can be shown only once; ``days`` is a number, "" for a token that does not expire.

    Raises Unreadable, and Conflict for too many tokens.
    """
    chosen = [scope for scope in possible_scopes(service, caller) if scope in set(scopes)]
    if not chosen:
        raise Unreadable(_("Choose at least one thing that the token may do."))
    expires = None
    days = days.strip()
    if days:
        if not (days.isascii() and days.isdecimal() and len(days) < 10 and 1 <= int(days) <= MOST_DAYS):
            raise Unreadable(_("The number of days must be between 1 and {most}.").format(most=MOST_DAYS))
        expires = now() + timedelta(days=int(days))
    with service.database.writing() as session:
        user = session.get_one(User, caller.user_id)
        if (session.scalar(select(func.count()).where(Token.user_id == user.id)) or 0) >= MOST_TOKENS:
            raise Conflict(_("You have {count} tokens: delete one that you do not need.").format(count=MOST_TOKENS))
        return accounts.new_token(session, user, chosen, users.line(label), expires)


def delete_token(service: Service, caller: Caller, token_id: str) -> None:
    """Delete one of the user's tokens; raises NotFound."""
    with service.database.writing() as session:
        token = session.get(Token, token_id)
        if token is None or token.user_id != caller.user_id:
            raise missing()
        session.delete(token)
