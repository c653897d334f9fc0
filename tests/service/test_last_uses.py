"""The last use of browsers and tokens is written later, all together, and is not lost if the database cannot be written."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

from grader.service import accounts
from grader.service.errors import NoSpace
from grader.service.identifiers import digest_of
from grader.service.last_uses import LastUses
from grader.service.moments import now
from grader.service.tables import Login, Token, User

DAY = timedelta(days=1)


def signed_in(service):
    with service.database.writing() as session:
        user = session.query(User).filter_by(name="ada").one()
        cookie, token = accounts.sign_in(session, user), accounts.new_token(session, user, ["read"])
        session.flush()
        session.query(Login).update({"seen": now() - DAY})
    return digest_of(cookie), digest_of(token)


def last(service):
    with service.database.reading() as session:
        return session.query(Login).one().seen, session.query(Token).one().last_used


def test_uses_are_written_together(service):
    cookie, token = signed_in(service)
    uses = LastUses()
    uses.note_browser(cookie)
    uses.note_token(token)
    uses.note_token("a token that has been deleted meanwhile")
    assert last(service)[1] is None
    uses.write(service.database)
    seen, used = last(service)
    assert max(now() - seen, now() - used) < timedelta(minutes=1)


def test_full_disk_delays_them(service):
    cookie, _token = signed_in(service)
    uses = LastUses()
    uses.note_browser(cookie)

    class FullDatabase:
        @contextmanager
        def writing(self):
            raise NoSpace
            yield

    uses.write(FullDatabase())
    assert now() - last(service)[0] > DAY / 2
    uses.write(service.database)
    assert now() - last(service)[0] < DAY / 2
