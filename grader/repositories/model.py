"""The common terms of all hosts of repositories: repositories, accounts, pushes, and the answer to a push."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ..support.errors import GraderError


class HostProblem(GraderError):
    """A request to a host has failed. The message has the reason, and advice for the staff; it never has a secret."""

    exit_code = 3


class HostBusy(HostProblem):
    """The host cannot answer now, or wants fewer requests; the same request may succeed after ``seconds``."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class NotPermitted(HostProblem):
    """The credentials of the server are refused, or do not allow the request."""


class NotThere(HostProblem):
    """The host does not have it, or does not show it with these credentials."""


class AnswerTooLarge(HostProblem):
    """The answer is larger than the server reads."""


@dataclass(frozen=True)
class HostAccount:
    """An account or an organisation of a host. ``number`` never changes; ``name`` can be changed, and then somebody else can take it."""

    number: str
    name: str


@dataclass(frozen=True)
class RemoteRepository:
    """A repository as its host describes it. ``name`` is the full name, such as ``organisation/repository``.

    ``owner`` is the number of the organisation or group, "" if the host does not say it. ``is_private``: only members can read it.
    ``marker`` changes with each push, "" if the host has nothing like that.
    """

    number: str
    name: str
    owner: str
    default_branch: str
    is_private: bool
    marker: str = ""

    @property
    def short_name(self) -> str:
        """The name without the organisation."""
        return self.name.rpartition("/")[2]


@dataclass(frozen=True)
class PushTime:
    """When the host received a push, by its own clock, and whether a program has pushed."""

    moment: datetime
    is_bot: bool = False


class AnswerOutcome(StrEnum):
    """How an answer ends: not yet, passed, not passed, or without a judgement of the student's work."""

    WAITING = "waiting"
    PASSED = "passed"
    FAILED = "failed"
    NEUTRAL = "neutral"


@dataclass(frozen=True)
class Remark:
    """A finding at a line of a file of the repository. ``is_warning``: part of the points were given."""

    path: str
    line: int
    title: str
    message: str
    is_warning: bool = False


@dataclass(frozen=True)
class PushAnswer:
    """The answer that readers of a repository see at a commit. ``name`` is the same for all answers of an exercise."""

    name: str
    outcome: AnswerOutcome
    title: str
    address: str
    """The page of the report; "" without one."""
    summary: str = ""
    """Markdown."""
    remarks: Sequence[Remark] = ()
    key: str = ""
    """The id of the push."""


class Host(Protocol):
    """A host of repositories, with the credentials for one organisation or group. All methods raise HostProblem."""

    def organisation(self) -> HostAccount:
        """Return the organisation or group, also after it was renamed."""

    def repositories(self, organisation: str, etag: str) -> tuple[Sequence[RemoteRepository] | None, str]:
        """Return all repositories of the organisation, by its present name, and the version of the list; None if that is ``etag``."""

    def repository(self, repository: RemoteRepository) -> RemoteRepository:
        """Return a repository as it is now; raises NotThere."""

    def head(self, repository: RemoteRepository, branch: str) -> str | None:
        """Return the newest commit of a branch, None without one."""

    def push_time(self, repository: RemoteRepository, branch: str, sha: str) -> PushTime | None:
        """Return when the host received a commit on a branch, None if it does not know."""

    def archive(self, repository: RemoteRepository, sha: str) -> bytes:
        """Return the files of a commit as a zip file, all in one folder."""

    def writers(self, repository: RemoteRepository) -> Sequence[HostAccount]:
        """Return the accounts that were given the right to push to this repository itself."""

    def account(self, name: str) -> HostAccount | None:
        """Return the account that has a name now, None without one."""

    def answer(self, repository: RemoteRepository, sha: str, answer: PushAnswer, earlier: str) -> str:
        """Show an answer at a commit. Return the number of an unfinished answer, which is ``earlier`` when it ends; "" without one."""
