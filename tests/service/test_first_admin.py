"""A server without an administrator who has a password prints a link at each start."""

from __future__ import annotations

from grader.service import accounts, first_admin
from grader.service.tables import Link, User


def test_each_start_makes_a_new_link_until_an_admin_has_a_password(service):
    first = first_admin.new_link(service.database)
    second = first_admin.new_link(service.database)
    with service.database.writing() as session:
        assert accounts.find_link(session, first, "admin") is None
        link = accounts.find_link(session, second, "admin")
        assert session.get(User, link.user_id).name == "root"
        session.get(User, link.user_id).password = "a hash"
    assert first_admin.new_link(service.database) is None


def test_first_admin_does_not_take_the_name_of_a_student(service):
    with service.database.writing() as session:
        session.query(User).filter_by(name="root").one().is_admin = False
        session.add(User(name="admin"))
    first_admin.new_link(service.database)
    with service.database.reading() as session:
        link = session.query(Link).one()
        user = session.get(User, link.user_id)
        assert (user.name, user.is_admin) == ("admin-2", True)
