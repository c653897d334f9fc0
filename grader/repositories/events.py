"""Reads webhooks whose sender is known: the repository, and the change there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from .connection import moment_of
from .model import RemoteRepository

BRANCHES = "refs/heads/"
NO_COMMIT = re.compile("0{40}|0{64}")
BOT_OF_GITLAB = re.compile(r"(project|group)_\d+_bot(_\w+)?|ghost|support-bot|alert-bot|service_account_\w+")
PUBLIC_ONLY = 0  # the level of GitLab for private projects; those above can be read by others
Sha = Annotated[str, Field(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")]
Name = Annotated[str, Field(min_length=1, max_length=500)]


def _whole_name(name: str) -> str:
    """Return the name of a repository with those of its groups; raises ValueError for one that would lead to another address."""
    if any(part in ("", ".", "..") for part in name.split("/")):
        raise ValueError("it is not the name of a repository.")
    return name


WholeName = Annotated[Name, AfterValidator(_whole_name)]
Number = Annotated[int, Field(gt=0, lt=1 << 62)]


class NotAnEvent(Exception):
    """A webhook does not have the documented form; the message says where, without its content."""


@dataclass(frozen=True)
class BranchPush:
    """A branch has a new commit. ``moment`` is the time of the push by the clock of the host, None if it does not say it."""

    repository: RemoteRepository
    branch: str
    sha: str
    moment: datetime | None
    is_bot: bool


@dataclass(frozen=True)
class RepositoryChange:
    """A repository has another name or another owner, or other people can read it."""

    repository: RemoteRepository


@dataclass(frozen=True)
class RepositoryRemoval:
    """A repository was deleted."""

    repository: RemoteRepository


@dataclass(frozen=True)
class RepeatRequest:
    """Somebody wants to have a commit graded again."""

    repository: RemoteRepository
    sha: str


@dataclass(frozen=True)
class NoConsequence:
    """An event without consequences; ``reason`` is the answer to the host."""

    reason: str


HookEvent = BranchPush | RepositoryChange | RepositoryRemoval | RepeatRequest | NoConsequence


class _Account(BaseModel, strict=True):
    id: Number
    type: str = ""


class _Repository(BaseModel, strict=True):
    id: Number
    full_name: WholeName
    owner: _Account
    private: bool
    default_branch: str = ""
    pushed_at: int | str | None = None

    def plain(self) -> RemoteRepository:
        return RemoteRepository(str(self.id), self.full_name, str(self.owner.id), self.default_branch, self.private)


class _OfRepository(BaseModel, strict=True):
    repository: _Repository
    action: str = ""


class _Push(_OfRepository, strict=True):
    ref: Name
    after: Sha
    deleted: bool = False
    sender: _Account | None = None


class _CheckRun(BaseModel, strict=True):
    head_sha: Sha


class _CheckRunEvent(_OfRepository, strict=True):
    check_run: _CheckRun


class _Project(BaseModel, strict=True):
    id: Number
    path_with_namespace: WholeName
    default_branch: str | None = ""
    visibility_level: int

    def plain(self) -> RemoteRepository:
        is_private = self.visibility_level <= PUBLIC_ONLY
        return RemoteRepository(str(self.id), self.path_with_namespace, "", self.default_branch or "", is_private)


class _GitLabPush(BaseModel, strict=True):
    ref: Name
    after: Sha
    project: _Project
    user_username: str = ""


class _ProjectEvent(BaseModel, strict=True):
    event_name: str
    project_id: Number
    path_with_namespace: WholeName
    project_visibility: str = ""

    def plain(self) -> RemoteRepository:
        is_private = self.project_visibility in ("private", "visibilitylevel|private")
        return RemoteRepository(str(self.project_id), self.path_with_namespace, "", "", is_private)


def of_github(name: str, content: object) -> HookEvent:
    """Return what a webhook of GitHub says, by its ``X-GitHub-Event``; raises NotAnEvent."""
    if not isinstance(content, Mapping):
        raise NotAnEvent("it is not an object")
    try:
        if name == "push":
            return _of_push(_Push.model_validate(content))
        if name == "check_run" and content.get("action") == "rerequested":
            run = _CheckRunEvent.model_validate(content)
            return RepeatRequest(run.repository.plain(), run.check_run.head_sha)
        if name == "repository":
            change = _OfRepository.model_validate(content)
            if change.action in ("renamed", "publicized", "privatized", "edited", "transferred"):
                return RepositoryChange(change.repository.plain())
            if change.action == "deleted":
                return RepositoryRemoval(change.repository.plain())
    except ValidationError as error:
        raise NotAnEvent(_place_of(error)) from None
    return NoConsequence("The webhook works." if name == "ping" else "This event has no consequences.")


def _of_push(push: _Push) -> HookEvent:
    if not push.ref.startswith(BRANCHES):
        return NoConsequence("Only branches count.")
    if push.deleted or NO_COMMIT.fullmatch(push.after):
        return NoConsequence("The branch was deleted.")
    is_bot = push.sender is not None and push.sender.type == "Bot"
    moment = moment_of(push.repository.pushed_at)
    return BranchPush(push.repository.plain(), push.ref.removeprefix(BRANCHES), push.after, moment, is_bot)


def of_gitlab(name: str, content: object) -> HookEvent:
    """Return what a webhook of GitLab says, by its ``X-Gitlab-Event``; raises NotAnEvent."""
    if not isinstance(content, Mapping):
        raise NotAnEvent("it is not an object")
    try:
        if name == "Push Hook":
            push = _GitLabPush.model_validate(content)
            if not push.ref.startswith(BRANCHES):
                return NoConsequence("Only branches count.")
            if NO_COMMIT.fullmatch(push.after):
                return NoConsequence("The branch was deleted.")
            is_bot = BOT_OF_GITLAB.fullmatch(push.user_username) is not None
            return BranchPush(push.project.plain(), push.ref.removeprefix(BRANCHES), push.after, None, is_bot)
        if name in ("Project Hook", "System Hook") and str(content.get("event_name", "")).startswith("project_"):
            event = _ProjectEvent.model_validate(content)
            if event.event_name in ("project_rename", "project_update", "project_transfer"):
                return RepositoryChange(event.plain())
            if event.event_name == "project_destroy":
                return RepositoryRemoval(event.plain())
    except ValidationError as error:
        raise NotAnEvent(_place_of(error)) from None
    return NoConsequence("This event has no consequences.")


def _place_of(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['type']}"
