"""Signs users in with their password."""

from __future__ import annotations

from ..support.i18n import _
from . import accounts, passwords, users
from .errors import NotSignedIn
from .service import Service
from .tables import User


def with_password(service: Service, name: str, password: str, address: str, old_cookie: str = "") -> tuple[User, str]:
    """Return the user with this login name and password, and the secret of a new cookie; an old cookie becomes invalid.

    ``address`` is where the request comes from. Raises TooMany, and NotSignedIn with one sentence for every reason, after
    the same time.
    """
    service.rates.count_sign_in(name, address)
    with service.database.reading() as session:
        user = users.find(session, name)
    is_right = passwords.is_right(password, "" if user is None else user.password)
    if user is None or not is_right or user.disabled is not None:
        raise NotSignedIn(_("The login name or the password is wrong."))
    service.rates.forget_sign_ins(name, address)
    new_hash = passwords.hash_of(password) if passwords.is_outdated(user.password) else user.password
    with service.database.writing() as session:
        stored = session.get_one(User, user.id)
        if stored.password != user.password or stored.disabled is not None:  # changed meanwhile
            raise NotSignedIn(_("The login name or the password is wrong."))
        stored.password = new_hash
        accounts.sign_out(session, old_cookie)
        return stored, accounts.sign_in(session, stored)
