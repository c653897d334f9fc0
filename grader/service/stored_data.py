"""What a server stores about people, why, for how long, and how it is erased: for the page about privacy and the documentation."""

from __future__ import annotations

from dataclasses import dataclass

from ..support.i18n import lazy
from .accounts import LOGIN_DAYS
from .retention import AUDIT_DAYS, JOB_DAYS


@dataclass(frozen=True)
class StoredData:
    """One kind of data. The sentences can be translated, and ``kept`` may have the field {days}. ``tables`` are those of the database."""

    content: str
    purpose: str
    kept: str
    erased: str
    tables: tuple[str, ...]
    days: int = 0


WITH_PERSON = lazy("with the person")
BY_ITSELF = lazy("by itself, or with the person")

STORED: tuple[StoredData, ...] = (
    StoredData(
        lazy("Account: login name, name, e-mail address if somebody entered it, hash of the password, language"),
        lazy("to sign in, and to name the person in the gradebook"),
        lazy("until it is erased"),
        WITH_PERSON,
        ("user",),
    ),
    StoredData(
        lazy("Browsers that are signed in, tokens for programs, links for a password: only their hashes, with dates"),
        lazy("to recognise the person"),
        lazy("until they expire: a sign-in after {days} days at most"),
        BY_ITSELF,
        ("login", "token", "link"),
        LOGIN_DAYS,
    ),
    StoredData(
        lazy("Logins of other systems: the system, the number or name of the person there, dates"),
        lazy("to find the account when the person signs in there"),
        lazy("until the person removes it, or the account is erased"),
        WITH_PERSON,
        ("identity",),
    ),
    StoredData(
        lazy(
            "A sign-in at another system that has begun: random numbers, and the page to return to; while somebody connects a "
            "course or chooses an exercise for a course system, the name and the role that it has sent"
        ),
        lazy("to refuse forged sign-ins"),
        lazy("until it ends, at most an hour"),
        BY_ITSELF,
        ("one_time",),
    ),
    StoredData(
        lazy(
            "Courses of the person: role, section, extensions with a note, and whether the leaderboard shows the name"
        ),
        lazy("to decide what the person may do, and until when"),
        lazy("until the account is erased, or the person leaves the course"),
        WITH_PERSON,
        ("membership", "extension"),
    ),
    StoredData(
        lazy("Work: the files that were handed in, the time of arrival, the report, the executed notebook"),
        lazy("to grade it, and to show the report"),
        lazy(
            "as long as the settings of the course say; self-checks and graded attempts have their own number of days"
        ),
        WITH_PERSON,
        ("submission", "upload", "result"),
    ),
    StoredData(
        lazy("Marks and comments of the staff, and results of grading again"),
        lazy("for the gradebook"),
        lazy("as long as the work"),
        WITH_PERSON,
        ("mark", "regrade", "regrade_item"),
    ),
    StoredData(
        lazy("What was sent to a course system or a repository: when, and whether it arrived"),
        lazy("to send points once, and to show whether they arrived"),
        lazy("as long as the work"),
        WITH_PERSON,
        ("delivery",),
    ),
    StoredData(
        lazy(
            "Classroom repositories: the name of the repository, the number and name of the account at GitHub or GitLab, and for each push the commit and its time"
        ),
        lazy("to grade what is pushed, for the right person, and to show the result at the commit"),
        lazy(
            "until the connection with the repositories is removed, or no push has come for as long as the course keeps graded attempts"
        ),
        WITH_PERSON,
        ("roster_account", "class_repository", "repository_student", "repository_push", "push_submission"),
    ),
    StoredData(
        lazy("Jobs of the staff, such as the validation of an exercise, with the name of the person who started them"),
        lazy("to show their output"),
        lazy("{days} days"),
        lazy("the name is replaced"),
        ("job",),
        JOB_DAYS,
    ),
    StoredData(
        lazy("The audit: changes of marks, roles, courses and exercises, and administrators who looked at work"),
        lazy("to explain a mark, and to find misuse"),
        lazy("{days} days"),
        lazy("the name is replaced"),
        ("audit",),
        AUDIT_DAYS,
    ),
)
NOT_PERSONAL = (
    *("setting", "course", "version", "exercise", "seed", "worker", "cluster_machine", "delivery_pause"),
    *("lti_platform", "lti_deployment", "lti_context", "lti_resource", "lti_key"),
    *("hook_delivery", "repository_source"),
)
"""Tables without data of people."""
