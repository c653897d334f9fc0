"""An exercise that is connected with repositories of a host of the tests, and what such a host sends."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import zlib
from datetime import UTC, datetime

from grader.service import assignments, pushes, repository_sources
from grader.service.background import delivery_runner
from grader.service.identifiers import new_id
from grader.service.repository_settings import RepositoryHost
from grader.service.repository_sources import SourceSettings
from grader.service.repository_tables import (
    ClassRepository,
    PushSubmission,
    RepositoryPush,
    RepositorySource,
    RosterAccount,
)
from grader.service.repository_work import RepositoryWork
from grader.service.setting_secrets import SecretSource
from grader.service.tables import Exercise, Kind, Result, State, Submission, User
from grader.version import __version__
from tests.repositories.hosts import APP
from tests.service.kept_results import report_with

ORGANISATION = "deep-course"
ADDRESS = "https://grader.example.org"
ANSWER = {
    "single_neuron.py": b"import numpy as np\n\ndef sigmoid(z):\n    return 1 / (1 + np.exp(-z))\n",
    "README.md": b"# Task\n",
}


def configure(service, host, kind, folder, is_app=False, courses=("demo",), **values):
    """Let the configuration of a service name a host, and let some courses use the organisation."""
    secret = folder / "secret"
    secret.write_text(host.app_key if is_app else host.token)
    source = SecretSource(file=str(secret))
    credentials = {"app": int(APP), "private_key": source} if is_app else {"token": source}
    organisations = {ORGANISATION: [*courses]}
    settings = RepositoryHost(
        name=kind, kind=kind, address=host.address, organisations=organisations, **credentials, **values
    )
    service.configuration = dataclasses.replace(service.configuration, address=ADDRESS, repositories=(settings,))
    service.hosts.clear()


def connect(service, caller, kind=Kind.CHECK, host="github", **values):
    """Connect the exercise, and return the connection."""
    settings = SourceSettings(
        **({"beginning": "single-neuron-", "branch": "", "pattern": "", "shows_report": True} | values), kind=kind
    )
    with service.database.reading() as session:
        exercise = session.query(Exercise).filter_by(name="single-neuron").one()
        _course, _version = exercise.course, exercise.version
    return repository_sources.add(service, caller("iris"), exercise, host, ORGANISATION, settings)


def know(service, name, number, host="github"):
    """Store an account as the roster of the course says it belongs to a student."""
    with service.database.writing() as session:
        user = session.query(User).filter_by(name=name).one()
        course_id = session.query(Exercise).filter_by(name="single-neuron").one().course_id
        session.add(
            RosterAccount(course_id=course_id, host=host, account=str(number), name=f"{name}-codes", user_id=user.id)
        )


def work(service):
    """Do what the threads of a server would do now: look for pushes, hand them in, and tell the hosts."""
    worker = RepositoryWork(service)
    worker.look_for_pushes()
    worker.handle_pushes()
    return delivery_runner(service).run_due()


def grade(service, share=0.6, ids=None):
    """Give all submissions that wait a result, as a grader would."""
    with service.database.writing() as session:
        for row in session.query(Submission).filter(Submission.state == State.QUEUED):
            if ids is not None and row.id not in ids:
                continue
            report = report_with(share, row.file_name, row.sha256, assignments.assignment_of(service, row.version))
            row.result_key, row.state = new_id(), State.GRADED
            session.add(
                Result(
                    key=row.result_key,
                    report=zlib.compress(report.to_json().encode()),
                    score=report.score,
                    max_score=report.max_score,
                    passed=report.passed,
                    ending="graded",
                    seconds=0.1,
                    grader=__version__,
                )
            )


def all_pushes(service):
    """Return the pushes with their submissions, [(push, submissions)], the oldest first."""
    with service.database.reading() as session:
        rows = session.query(RepositoryPush).order_by(RepositoryPush.seen, RepositoryPush.id)
        return [(row, pushes.submissions_of(session, row.id)) for row in rows]


def rows(service, table):
    with service.database.reading() as session:
        return session.query(table).all()


def push_event(host, repo, sha, *, branch="main", moment=None, sender="User", **values):
    """Return the webhook of GitHub about a push."""
    moment = moment or datetime.now(UTC)
    return {
        "ref": f"refs/heads/{branch}",
        "before": "0" * 40,
        "after": sha,
        "deleted": False,
        "repository": {
            "id": repo.id,
            "name": repo.name,
            "full_name": host.full_name(repo),
            "private": repo.private,
            "owner": {"id": repo.owner, "login": host.organisations[repo.owner], "type": "Organization"},
            "default_branch": repo.default_branch,
            "pushed_at": int(moment.timestamp()),
        },
        "pusher": {"name": "somebody", "email": "somebody@example.org"},
        "sender": {"id": 11, "login": "somebody", "type": sender},
        **values,
    }


def gitlab_push_event(host, repo, sha, branch="main", user="somebody"):
    """Return the webhook of GitLab about a push."""
    return {
        "object_kind": "push",
        "event_name": "push",
        "ref": f"refs/heads/{branch}",
        "before": "0" * 40,
        "after": sha,
        "user_username": user,
        "project_id": repo.id,
        "project": {
            "id": repo.id,
            "path_with_namespace": host.full_name(repo),
            "default_branch": repo.default_branch,
            "visibility_level": 0 if repo.private else 20,
        },
        "commits": [],
    }


def signed(secret, event, name="push", delivery=None):
    """Return the bytes and the headers of a webhook, as GitHub signs it."""
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/044aadd",
        "X-GitHub-Event": name,
        "X-GitHub-Delivery": delivery or new_id(),
        "X-Hub-Signature-256": f"sha256={signature}",
    }
    return body, headers


__all__ = ["ClassRepository", "PushSubmission", "RepositorySource"]
