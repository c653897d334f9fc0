"""People are added from lists without taking anything from anybody, and a course keeps an instructor."""

from __future__ import annotations

from datetime import timedelta

import pytest

from grader.service import accounts, invitations, people, people_table
from grader.service.errors import Conflict
from grader.service.moments import now
from grader.service.tables import Course, Link, Membership, Role, User


@pytest.fixture
def added(service, caller):
    """A function that adds the people of a list as the instructor."""

    def add(text, role=Role.STUDENT, slug="demo"):
        with service.database.writing() as session:
            course = session.query(Course).filter_by(slug=slug).one()
            return people.add(session, caller("iris"), course, people_table.read(text.encode()), role)

    return add


def membership(service, login):
    with service.database.reading() as session:
        user = session.query(User).filter_by(name=login).one()
        course = session.query(Course).filter_by(slug="demo").one()
        return session.get(Membership, (course.id, user.id)), user


def test_new_people_get_accounts_without_a_password(service, added):
    outcome = added("login,name,section\nmüller,Jürgen Müller,A\nmueller,Jürgen Müller,B\n")
    assert [user.name for user in outcome.created] == ["müller", "mueller"]
    entry, user = membership(service, "müller")
    assert (entry.role, entry.section, user.full_name, user.password) == (Role.STUDENT, "A", "Jürgen Müller", "")


def test_same_list_again_changes_only_sections(service, added):
    text = "login,name,email,section\nada,Somebody Else,,A\nnew,New,n@x.org,\n"
    first, second = added(text), added(text.replace(",A", ",B"))
    assert ([user.name for user in first.created], len(first.present)) == (["new"], 1)
    assert (second.created, len(second.present)) == ([], 2)
    entry, user = membership(service, "ada")
    assert (entry.section, user.full_name) == ("B", "Ada")  # the name of an account is its owner's


def test_person_twice_in_a_list_is_one_person(added):
    assert len(added("login\nnew\nnew\nNEW\n").created) == 1


def test_higher_role_is_kept(service, added):
    added("login\ntom\niris\n")
    assert membership(service, "tom")[0].role == Role.TUTOR
    assert membership(service, "iris")[0].role == Role.INSTRUCTOR
    added("login\nben2\n", Role.TUTOR)
    assert membership(service, "ben2")[0].role == Role.TUTOR


def test_member_is_found_by_email_but_strangers_are_not(service, added):
    with service.database.writing() as session:
        session.query(User).filter_by(name="ada").one().email = "ada@x.org"
        session.add(User(name="stranger", email="other@x.org"))
    outcome = added("name,email\nAda,ADA@x.org\nOther,other@x.org\n")
    assert [user.name for user in outcome.present] == ["ada"]
    assert [user.name for user in outcome.created] == ["other@x.org"]  # an e-mail address in an account proves nothing


def test_invitations_are_for_people_without_a_password_and_replace_earlier_ones(service, caller, added):
    added("login\nnew\n")
    with service.database.writing() as session:
        course = session.query(Course).one()
        session.query(User).filter_by(name="ada").one().password = "hash"
        first = {each.user.name: each.secret for each in people.invitations_for(session, caller("iris"), course)}
        second = {each.user.name: each.secret for each in people.invitations_for(session, caller("iris"), course)}
        assert set(first) == {"new", "ben", "tom"}
        assert accounts.find_link(session, first["new"], "invite") is None
        assert invitations.link(session, second["new"], "invite").user_id is not None


def test_no_link_into_accounts_that_are_used_elsewhere(service, caller, added):
    added("login\nnew\n")
    with service.database.writing() as session:
        course, other = session.query(Course).one(), Course(slug="other", title="Other")
        session.add(other)
        session.flush()
        user = session.query(User).filter_by(name="new").one()
        session.add(Membership(course_id=other.id, user_id=user.id, role=Role.STUDENT))
        session.flush()
        names = [each.user.name for each in people.invitations_for(session, caller("iris"), course)]
        assert "new" not in names and "iris" not in names


def test_last_instructor_stays(service, caller):
    entry, _user = membership(service, "iris")
    with service.database.writing() as session:
        course = session.query(Course).one()
        row = session.get(Membership, (entry.course_id, entry.user_id))
        with pytest.raises(Conflict, match="needs an instructor"):
            people.remove(session, caller("iris"), course, row)
        with pytest.raises(Conflict, match="needs an instructor"):
            people.change(session, caller("iris"), course, row, Role.TUTOR, "")
        people.remove(session, caller("root"), course, row)


def test_new_link_of_a_course_ends_the_old_one(service, caller):
    with service.database.writing() as session:
        course = session.query(Course).one()
        old = people.new_join_link(session, caller("iris"), course)
        new = people.new_join_link(session, caller("iris"), course)
        assert accounts.find_link(session, old, "join") is None
        assert invitations.course_of_link(session, new).id == course.id
        session.query(Link).filter_by(purpose="join").one().expires = now() - timedelta(days=1)
        session.flush()
        assert not people.has_join_link(session, course)
        course.registration = "closed"
        with pytest.raises(Conflict):
            people.new_join_link(session, caller("iris"), course)
        people.end_join_link(session, caller("iris"), course)
        assert session.query(Link).filter_by(purpose="join").count() == 0
