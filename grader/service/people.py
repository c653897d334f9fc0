"""The people of a course: adding them from a list, their roles and sections, their links, and the link of the course."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from ..support.i18n import _
from . import accounts, audit, invitations, users
from .access import Caller
from .errors import Conflict, Unreadable, missing
from .moments import now
from .outside_tables import Identity
from .people_table import PeopleTable, PersonLine
from .tables import Course, Link, Membership, Role, User

JOIN_DAYS = 180


@dataclass
class ImportOutcome:
    """The result of an import: new accounts, accounts of this server that joined, people who were members, and lines left out."""

    created: list[User] = field(default_factory=list)
    joined: list[User] = field(default_factory=list)
    present: list[User] = field(default_factory=list)
    problems: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Invitation:
    """A person who cannot sign in yet, with the secret of a link to choose how."""

    user: User
    secret: str


def members_of(session: Session, course: Course) -> list[Membership]:
    """Return the members of a course with their accounts: instructors first, then by section and name."""
    rows = session.scalars(select(Membership).where(Membership.course_id == course.id))
    members = [(membership, membership.user) for membership in rows]
    members.sort(key=lambda pair: (-pair[0].role, pair[0].section, pair[1].shown_name.casefold(), pair[1].name))
    return [membership for membership, _user in members]


def member(session: Session, course: Course, user_id: str) -> Membership:
    """Return a member of a course; raises NotFound."""
    membership = session.get(Membership, (course.id, user_id))
    if membership is None:
        raise missing()
    _user = membership.user  # for after the transaction
    return membership


def add(session: Session, caller: Caller, course: Course, table: PeopleTable, role: Role) -> ImportOutcome:
    """Add the people of a list to a course.

    An account is found by its login name, or by the e-mail address of a member. Others get a new account. Members keep their
    role; a section in the list replaces theirs.
    """
    outcome = ImportOutcome(problems=dict(table.problems))
    accounts_by_name: dict[str, list[User]] = {}
    for account in session.scalars(select(User)):
        accounts_by_name.setdefault(account.name.lower(), []).append(account)
    members_by_email: dict[str, list[User]] = {}
    for present in members_of(session, course):
        if present.user.email:
            members_by_email.setdefault(present.user.email.lower(), []).append(present.user)
    ids: set[str] = set()
    for line in table.people:
        user = _existing(line, accounts_by_name, members_by_email)
        if user is None:
            user = User(name=line.login, full_name=line.full_name, email=line.email)
            session.add(user)
            session.flush()
            accounts_by_name.setdefault(user.name.lower(), []).append(user)
            outcome.created.append(user)
        elif user.id not in ids:
            membership = session.get(Membership, (course.id, user.id))
            (outcome.joined if membership is None else outcome.present).append(user)
        if user.id not in ids:
            _join(session, course, user, role, line.section)
            ids.add(user.id)
    audit.write(session, caller, "people added", f"{course.slug} {len(outcome.created) + len(outcome.joined)}")
    return outcome


def change(session: Session, caller: Caller, course: Course, membership: Membership, role: Role, section: str) -> None:
    """Change role and section of a member of the session; raises Conflict for the last instructor, Unreadable for a long name."""
    if role < Role.INSTRUCTOR:
        _keep_an_instructor(session, caller, membership)
    if membership.role != role:
        membership.source = ""
        audit.write(session, caller, "role", f"{course.slug} {membership.user.name} {Role(role).name.lower()}")
    membership.role, membership.section = role, users.line(section)


def remove(session: Session, caller: Caller, course: Course, membership: Membership) -> None:
    """Remove a member, whose submissions stay. Raises Conflict for the last instructor."""
    _keep_an_instructor(session, caller, membership)
    audit.write(session, caller, "person removed", f"{course.slug} {membership.user.name}")
    session.delete(membership)


def role_named(text: str) -> Role:
    """Return the role with this number; raises Unreadable."""
    if text in {str(int(role)) for role in Role}:
        return Role(int(text))
    raise Unreadable(_("Choose a role."))


def invitations_for(
    session: Session, caller: Caller, course: Course, only: Sequence[str] | None = None
) -> list[Invitation]:
    """Return a new link for each member who cannot sign in yet, and for whom the caller may make one.

    ``only`` are the ids of users. Earlier links of these people end.
    """
    links = []
    members = members_of(session, course)
    waiting = {membership.user_id for membership in without_way(session, course, members)}
    for membership in members:
        user = membership.user
        if user.id not in waiting or user.disabled or (only is not None and user.id not in only):
            continue
        if invitations.may_link(session, caller, user):
            session.execute(delete(Link).where(Link.user_id == user.id, Link.purpose == "invite"))
            links.append(Invitation(user, invitations.invite(session, caller, user)))
    return links


def without_way(session: Session, course: Course, members: Sequence[Membership]) -> list[Membership]:
    """Return the members of a course who cannot sign in yet: they have neither a password nor a login of another system."""
    own = select(Membership.user_id).where(Membership.course_id == course.id)
    others = set(session.scalars(select(Identity.user_id).where(Identity.user_id.in_(own))))
    return [each for each in members if not each.user.password and each.user_id not in others]


def has_join_link(session: Session, course: Course) -> bool:
    """Return whether a link of the course is valid."""
    statement = select(func.count()).where(
        Link.course_id == course.id, Link.purpose == "join", or_(Link.expires.is_(None), Link.expires > now())
    )
    return bool(session.scalar(statement))


def new_join_link(session: Session, caller: Caller, course: Course) -> str:
    """Return the secret of a new link of the course; the earlier one ends. Raises Conflict if nobody can join by it."""
    if course.registration == "closed":
        raise Conflict(_("Only people whom you add can join this course: change that in its settings first."))
    end_join_link(session, caller, course)
    return accounts.new_link(session, "join", course_id=course.id, uses=None, days=JOIN_DAYS)


def end_join_link(session: Session, caller: Caller, course: Course) -> None:
    """Make the link of the course invalid."""
    session.execute(delete(Link).where(Link.course_id == course.id, Link.purpose == "join"))
    audit.write(session, caller, "link of the course", course.slug)


def _existing(line: PersonLine, by_name: dict[str, list[User]], by_email: dict[str, list[User]]) -> User | None:
    """Return the account of a person, or None."""
    similar = by_name.get(line.login.lower(), [])
    exact = [user for user in similar if user.name == line.login]
    if exact or len(similar) == 1:
        return (exact or similar)[0]
    same_email = by_email.get(line.email.lower(), []) if line.email else []
    return same_email[0] if len(same_email) == 1 else None


def _join(session: Session, course: Course, user: User, role: Role, section: str) -> None:
    membership = session.get(Membership, (course.id, user.id))
    if membership is None:
        session.add(Membership(course_id=course.id, user_id=user.id, role=role, section=section))
    else:
        if membership.role <= role:  # a list of students must not make an instructor of a group permanent
            membership.source = ""
        membership.section = section or membership.section


def _keep_an_instructor(session: Session, caller: Caller, membership: Membership) -> None:
    """Raise Conflict if a member is the last instructor of the course; an admin may still remove that one."""
    if membership.role < Role.INSTRUCTOR or caller.is_admin:
        return
    statement = select(func.count()).where(
        Membership.course_id == membership.course_id, Membership.role >= Role.INSTRUCTOR
    )
    if session.scalar(statement) == 1:
        raise Conflict(_("The course needs an instructor: give somebody else this role first."))
