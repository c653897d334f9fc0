"""The users of a server: their names, and new accounts."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ..support.i18n import _
from .errors import Conflict, Unreadable
from .tables import Login, User

LONGEST_NAME = 100
LONGEST_TEXT = 200
FORBIDDEN_FIRST = (".", "=", "+", "-", "@")  # a hidden file, or a formula of a spreadsheet
FORBIDDEN = "/\\*"  # a login name can be the name of a file, and "*" means every student in a file with marks
PROGRAM = re.compile(r"\(.*\)")
"""Such a name is that of a program in the audit, for example of a course system: its lines must belong to nobody."""
JOINERS = "\u200c\u200d"  # invisible, but some scripts need them


def login_name(text: str) -> str:
    """Return a login name in the form in which it is stored; raises Unreadable if it cannot be one."""
    name = line(text, LONGEST_NAME)
    for joiner in JOINERS:
        name = name.replace(joiner, "")
    if not name:
        raise Unreadable(_("The login name is missing."))
    if name.startswith(FORBIDDEN_FIRST) or any(character in FORBIDDEN for character in name):
        message = _(
            "The login name '{name}' is not possible: it must not begin with '.', '=', '+', '-' or '@', nor have '/', '\\' or '*'."
        )
        raise Unreadable(message.format(name=name))
    if PROGRAM.fullmatch(name):
        raise Unreadable(
            _("The login name '{name}' is not possible: in brackets it is that of a program.").format(name=name)
        )
    return name


def line(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return a text as one line: normalised, without control characters; raises Unreadable if it is too long."""
    normal = unicodedata.normalize("NFC", text.encode(errors="replace").decode())
    plain = " ".join("".join(" " if _is_invisible(character) else character for character in normal).split())
    if len(plain) > longest:
        raise Unreadable(_("A name may have at most {count} characters.").format(count=longest))
    return plain


def find(session: Session, text: str) -> User | None:
    """Return the user with a login name; capital letters count only if two names differ in nothing else."""
    try:
        name = login_name(text)
    except Unreadable:
        return None
    users = session.scalars(select(User).where(func.lower(User.name) == name.lower())).all()
    exact = session.scalar(select(User).where(User.name == name))
    return exact or (users[0] if len(users) == 1 else None)


def new(session: Session, name: str, full_name: str = "", email: str = "", password_hash: str = "") -> User:
    """Return a new user; raises Unreadable if the name is not possible, and Conflict if somebody has it."""
    name = login_name(name)
    if find(session, name) is not None:
        raise Conflict(_("The login name '{name}' exists already: choose another one.").format(name=name))
    user = User(name=name, full_name=line(full_name), email=line(email), password=password_hash)
    session.add(user)
    session.flush()
    return user


def set_password(session: Session, user: User, password_hash: str) -> None:
    """Change the password of a user, and sign the user out everywhere."""
    user.password = password_hash
    session.execute(delete(Login).where(Login.user_id == user.id))


def _is_invisible(character: str) -> bool:
    """Return whether a character is a control character, or changes the direction of the text around it."""
    return character not in JOINERS and unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
