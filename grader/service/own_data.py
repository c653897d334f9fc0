"""Everything that the server has about a user, as a zip file for this user: account, submissions, reports and marks."""

from __future__ import annotations

import json
import zipfile
from datetime import datetime
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ..report import html
from ..support import i18n
from ..support.errors import GraderError
from ..support.i18n import _
from ..support.zips import DATE
from . import identities, repository_data, submissions
from .access import Caller
from .outside_tables import Delivery
from .service import Service
from .student_reports import student_report
from .tables import Audit, Extension, Login, Mark, Membership, Role, Submission, Token, User


def write(service: Service, caller: Caller, file: IO[bytes]) -> None:
    """Write the zip file. It has no secrets, no data of other people, and no notes that staff wrote for staff."""
    service.last_uses.write(service.database)
    with service.database.reading() as session:
        account = _account(session, caller)
        statement = select(Submission).where(Submission.user_id == caller.user_id).order_by(Submission.received)
        statement = statement.options(joinedload(Submission.exercise), joinedload(Submission.version))
        works = [(row, row.exercise.course.slug, row.exercise.name) for row in session.scalars(statement)]
    with zipfile.ZipFile(file, "w") as archive:
        _add(archive, "account.json", _json(account))
        _add(archive, "submissions.json", _json([_described(*work) for work in works]))
        for submission, course, exercise in works:
            folder = f"submissions/{course}/{exercise}/{submission.id}"
            for name, content in _files(service, submission).items():
                _add(archive, f"{folder}/{name}", content)


def _account(session: Session, caller: Caller) -> dict[str, Any]:
    user = session.get_one(User, caller.user_id)
    own = {"user_id": user.id}
    return {
        "name": user.name,
        "full_name": user.full_name,
        "email": user.email,
        "language": user.language,
        "is_admin": user.is_admin,
        "created": user.created,
        "courses": [
            {
                "course": membership.course.slug,
                "title": membership.course.title,
                "role": Role(membership.role).name.lower(),
                "section": membership.section,
                "since": membership.created,
            }
            for membership in session.scalars(select(Membership).filter_by(**own))
        ],
        "browsers": [
            _columns(login, "created", "seen", "expires", "via")
            for login in session.scalars(select(Login).filter_by(**own))
        ],
        "identities": [
            _columns(identity, "provider", "issuer", "subject", "name", "created", "seen")
            for identity in identities.of_user(session, user.id)
        ],
        "deliveries": [
            _columns(delivery, "kind", "target", "exercise_id", "state", "created", "sent")
            for delivery in session.scalars(select(Delivery).filter_by(**own).order_by(Delivery.created, Delivery.id))
        ],
        "repositories": repository_data.of_user(session, user.id),
        "tokens": [
            _columns(token, "label", "start", "scopes", "created", "expires", "last_used")
            for token in session.scalars(select(Token).filter_by(**own))
        ],
        "extensions": [
            _columns(extension, "exercise_id", "due", "closes", "extra_attempts", "is_excused")
            for extension in session.scalars(select(Extension).filter_by(**own))
        ],
        "marks": [
            _columns(mark, "exercise_id", "check", "points", "comment", "at")
            for mark in session.scalars(select(Mark).filter_by(**own).order_by(Mark.at))
        ],
        "actions": [
            _columns(row, "at", "what", "about")
            for row in session.scalars(select(Audit).filter_by(who=user.name).order_by(Audit.id))
        ],
    }


def _described(submission: Submission, course: str, exercise: str) -> dict[str, Any]:
    names = (
        "id",
        "kind",
        "file_name",
        "file_count",
        "sha256",
        "size",
        "received",
        "state",
        "sentence",
        "finished",
        "via",
    )
    return {"course": course, "exercise": exercise, "exercise_id": submission.exercise_id} | _columns(
        submission, *names
    )


def _files(service: Service, submission: Submission) -> dict[str, bytes]:
    """Return the files that belong to a submission; those that have been deleted are left out."""
    contents: dict[str, bytes] = {}
    try:
        for name, content in submissions.files_of(service, submission).items():
            contents[f"files/{name.replace('/', '_').replace(chr(92), '_')}"] = content
    except FileNotFoundError:
        pass
    executed = submissions.notebook_of(service, submission)
    if executed:
        contents["executed.ipynb"] = executed
    try:
        own = student_report(service, submission)
    except GraderError:  # there is no report
        return contents
    contents["report.json"] = f"{own.report.to_json()}\n".encode()
    with i18n.use(submission.language if submission.language in i18n.LANGUAGES else i18n.ENGLISH):
        title, mark, hints = _(own.content.title), own.content.pass_mark, own.content.hints
        page = html.render(
            own.report, title, mark, submission.file_name, hints, own.notebook, note=own.note, files=own.files
        )
    contents["report.html"] = page.encode(errors="replace")
    return contents


def _columns(row: object, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _json(document: object) -> bytes:
    return f"{json.dumps(document, indent=2, ensure_ascii=False, default=_text)}\n".encode(errors="replace")


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, DATE), content, zipfile.ZIP_DEFLATED)
