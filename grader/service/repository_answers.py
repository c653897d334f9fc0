"""The answers that the host of a repository shows at a commit: that it is being graded, and then the report as its student sees it.

Everybody who can read the repository can read it. So a repository that is not private gets no points and no findings, only that
the push was graded, and a link.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from ..report import formats, line_findings
from ..report.model import Report
from ..repositories.model import (
    AnswerOutcome,
    HostBusy,
    HostProblem,
    NotThere,
    PushAnswer,
    Remark,
    RemoteRepository,
)
from ..support import i18n
from ..support.i18n import _, lazy
from ..support.text import clean, number_of_points
from . import class_repositories, pushes, repository_hosts
from .delivery_sender import Envelope, NeverAccepted, TryLater
from .errors import NotFound
from .outside_tables import Delivery
from .repository_tables import ClassRepository, PushState, RepositoryPush, RepositorySource
from .served_class import with_path
from .service import Service
from .student_reports import student_report
from .tables import Kind, State, Submission, User

GITHUB_FINDINGS = 500
REMOVED = lazy(
    "The repository or this commit does not exist any more, or the credentials of this server do not allow to write an answer there."
)


class RepositoryAnswers:
    """Sends the answers of one kind of host, ``github`` or ``gitlab``; the place of a delivery is the id of a push."""

    def message(self, service: Service, session: Session, delivery: Delivery) -> Mapping[str, Any] | None:
        """Return what the host shows now, as values of JSON; None for a push without an answer."""
        push = session.get(RepositoryPush, delivery.place, options=[pushes.WITH_PARTS])
        if push is None or push.repository.removed is not None:
            return None
        submissions = pushes.submissions_of(session, push.id)
        own = [each for each in submissions if each.user_id == delivery.user_id]  # of several students one is shown
        user = session.get_one(User, delivery.user_id)
        language = user.language if user.language in i18n.LANGUAGES else i18n.ENGLISH
        with i18n.use(language):
            answer = _answer(service, push, own or submissions)
        return {
            "push": push.id,
            "requests": push.requests,
            "language": language,
            "name": answer.name,
            "outcome": str(answer.outcome),
            "title": answer.title,
            "address": answer.address,
            "summary": answer.summary,
            "remarks": [vars(remark) for remark in answer.remarks],
        }

    def send(self, service: Service, envelope: Envelope) -> None:
        """Show a message at its commit; raises TryLater or NeverAccepted."""
        message = envelope.message
        with service.database.reading() as session:
            push = session.get(RepositoryPush, str(message["push"]), options=[pushes.WITH_PARTS])
        if push is None:
            return
        repository, source = push.repository, push.repository.source
        answer = PushAnswer(
            name=message["name"],
            outcome=AnswerOutcome(message["outcome"]),
            title=message["title"],
            address=message["address"],
            summary=message["summary"],
            remarks=[Remark(**each) for each in message["remarks"]],
            key=push.id,
        )
        try:
            host = repository_hosts.client_of(service, source)
            present = host.repository(repository_hosts.remote(source, repository))
            with i18n.use(message["language"]):
                answer = visible_answer(answer, present, source.shows_report)
            earlier = push.answer
            if answer.outcome != AnswerOutcome.WAITING:
                _remember(service, push, "")  # a second try must not add the same findings to the same answer
            number = host.answer(present, push.sha, answer, earlier)
        except NotThere as error:
            with service.database.writing() as session:
                row = session.get(ClassRepository, repository.id)
                if row is not None and not _is_there(host, source, repository):
                    class_repositories.remove(session, row)
            raise NeverAccepted(REMOVED) from error
        except HostBusy as error:
            raise TryLater(str(error), seconds=error.seconds) from error
        except HostProblem as error:
            with service.database.writing() as session:
                pushes.note_problem(session.get_one(RepositorySource, source.id), str(error))
            raise TryLater(str(error), getattr(error, "reason", ""), is_of_system=False, is_refused=True) from error
        if number != earlier and answer.outcome == AnswerOutcome.WAITING:
            _remember(service, push, number)


def visible_answer(answer: PushAnswer, repository: RemoteRepository, shows_report: bool) -> PushAnswer:
    """Return an answer without points and findings, unless the repository is private and its instructor wants them there."""
    if repository.is_private and shows_report:
        return answer
    if answer.outcome == AnswerOutcome.WAITING or not answer.address:
        return PushAnswer(answer.name, answer.outcome, answer.title, answer.address, key=answer.key)
    title = _("Graded") if answer.outcome in (AnswerOutcome.PASSED, AnswerOutcome.FAILED) else _("Not graded")
    # "success" would say that it has passed, and "failure" that it has not.
    return PushAnswer(answer.name, AnswerOutcome.NEUTRAL, title, answer.address, key=answer.key)


def _answer(service: Service, push: RepositoryPush, submissions: list[Submission]) -> PushAnswer:
    exercise = push.repository.source.exercise
    name = f"grader / {exercise.name}"
    newest = submissions[0] if submissions else None
    address = f"{service.configuration.address}/s/{newest.id}" if newest is not None else ""
    if newest is None:
        return PushAnswer(name, AnswerOutcome.NEUTRAL, _("Not handed in"), "", _(push.sentence), key=push.id)
    if push.state == PushState.HANDED_IN and not class_repositories.is_finished(submissions):
        return PushAnswer(name, AnswerOutcome.WAITING, _("It is being graded."), address, key=push.id)
    if newest.state != State.GRADED:
        return PushAnswer(name, AnswerOutcome.NEUTRAL, _("Not graded"), address, _(newest.sentence), key=push.id)
    try:
        own = student_report(service, newest)
    except NotFound:
        return PushAnswer(name, AnswerOutcome.NEUTRAL, _("Not graded"), address, key=push.id)
    report = with_path(own.report, path_in_repository(push, newest))
    if report.score is None:
        outcome, title = AnswerOutcome.NEUTRAL, _("Not graded")
    else:
        outcome = AnswerOutcome.PASSED if report.passed else AnswerOutcome.FAILED
        points = {"score": number_of_points(report.score), "max_score": number_of_points(report.max_score)}
        sentence = (
            _("{score} of {max_score} points")
            if newest.kind == Kind.ATTEMPT
            else _("Self-check: {score} of {max_score} points")
        )
        title = sentence.format(**points)
    sentences = [
        _(push.sentence) if push.sentence != pushes.HANDED_IN else "",
        own.note,
        _("Report: {address}").format(address=address),
    ]
    lines = [*filter(None, sentences), formats.render("markdown", report, own.content)]
    return PushAnswer(name, outcome, title, address, "\n\n".join(lines), _remarks(report, own.content), push.id)


def _remarks(report: Report, content: Any) -> list[Remark]:
    visible = formats.with_hint_level(report.without_words_to_instructors(), content)
    findings = sorted(line_findings.findings(visible), key=lambda finding: -finding.points_lost)
    return [
        Remark(finding.file, finding.line, finding.title, finding.message, finding.level == "warning")
        for finding in findings[:GITHUB_FINDINGS]
        if finding.line is not None and finding.file
    ]


def path_in_repository(push: RepositoryPush, submission: Submission) -> str:
    """Return the path that findings are relative to: that of the file, or the folder of several files."""
    if submission.file_count == 1:
        return clean(push.path, 1000)
    folder = push.path.removesuffix(submission.file_name).rstrip("/")
    return clean(folder, 1000) or "."


def _remember(service: Service, push: RepositoryPush, number: str) -> None:
    with service.database.writing() as session:
        row = session.get(RepositoryPush, push.id)
        if row is not None:
            row.answer = number


def _is_there(host: Any, source: RepositorySource, repository: ClassRepository) -> bool:
    try:
        host.repository(repository_hosts.remote(source, repository))
    except NotThere:
        return False
    except HostProblem:
        pass
    return True
