"""GitLab, gitlab.com and own servers, by its REST API (https://docs.gitlab.com/api/rest/, version 4)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlsplit

from .connection import HostConnection, HostRefusal, has_next, moment_of, nonsense, not_there
from .events import BOT_OF_GITLAB
from .model import AnswerOutcome, HostAccount, NotPermitted, NotThere, PushAnswer, PushTime, RemoteRepository

ARCHIVE_BYTES = 20 << 20
DEVELOPER = 30  # the lowest access level that may push
MOST_REMARKS = 10
"""Comments at lines for one push: each of them may send mails."""
LONGEST_NOTE = 500_000
LONGEST_DESCRIPTION = 255
STATES = {
    AnswerOutcome.PASSED: "success",
    AnswerOutcome.FAILED: "failed",
    AnswerOutcome.WAITING: "running",
    AnswerOutcome.NEUTRAL: "canceled",  # GitLab has no other state without a judgement in all its versions
}
HUNK = re.compile(r"^@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@", re.MULTILINE)


class GitLab:
    """A group on GitLab, with a token. ``number`` is that of the group, "" while it is unknown."""

    def __init__(self, address: str, group: str, number: str, token: str) -> None:
        self._group, self._number = group, number
        self._name = urlsplit(address).hostname or "GitLab"
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._connection = HostConnection(f"{address.rstrip('/')}/api/v4", self._name, lambda: headers)

    def organisation(self) -> HostAccount:
        """Return the group, by its number once that is known."""
        path = f"/groups/{self._number or quote(self._group, '')}"
        record = self._connection.record(self._connection.get(path, {"with_projects": "false"}))
        return HostAccount(str(int(record["id"])), str(record["full_path"]))

    def repositories(self, organisation: str, etag: str) -> tuple[Sequence[RemoteRepository] | None, str]:
        """Return all projects of the group and its subgroups, the newest activity first.

        The list has no version: GitLab changes the time of an activity once an hour, so pushes would be missed.
        """
        path = f"/groups/{self._number or quote(organisation, '')}/projects"
        params: dict[str, str | int] = {"include_subgroups": "true", "archived": "false"}
        params |= {"order_by": "last_activity_at", "sort": "desc"}
        return [_project(entry, self._number) for entry in self._connection.pages(path, **params)], ""

    def repository(self, repository: RemoteRepository) -> RemoteRepository:
        """Return a project as it is now; raises NotThere also for one that is not in the group any more."""
        now = _project(self._connection.record(self._connection.get(_path(repository))), self._number)
        group = self.organisation().name
        if not now.name.startswith(f"{group}/"):
            raise not_there(self._name)
        return now

    def head(self, repository: RemoteRepository, branch: str) -> str | None:
        """Return the newest commit of a branch, None without one."""
        try:
            reply = self._connection.get(f"{_path(repository)}/repository/branches/{quote(branch, '')}")
        except NotThere:
            return None
        return str(self._connection.record(reply)["commit"]["id"])

    def push_time(self, repository: RemoteRepository, branch: str, sha: str) -> PushTime | None:
        """Return when GitLab received a commit, by the events of the project."""
        with suppress(NotThere, NotPermitted):
            path = f"{_path(repository)}/events"
            for page in range(1, 6):
                reply = self._connection.get(path, {"action": "pushed", "per_page": 100, "page": page})
                for entry in self._connection.entries(reply):
                    push = entry.get("push_data") or {}
                    moment = moment_of(entry.get("created_at"))
                    if push.get("commit_to") == sha and push.get("ref") == branch and moment is not None:
                        return PushTime(moment, BOT_OF_GITLAB.fullmatch(str(entry.get("author_username"))) is not None)
                if not has_next(reply):
                    break
        return None

    def archive(self, repository: RemoteRepository, sha: str) -> bytes:
        """Return the files of a commit as a zip file, all in one folder."""
        return self._connection.download(f"{_path(repository)}/repository/archive.zip", ARCHIVE_BYTES, (), sha=sha)

    def writers(self, repository: RemoteRepository) -> Sequence[HostAccount]:
        """Return the members of the project itself with the right to push, without the members of its groups."""
        entries = self._connection.pages(f"{_path(repository)}/members")
        return [
            HostAccount(str(int(entry["id"])), str(entry["username"]))
            for entry in entries
            if int(entry.get("access_level") or 0) >= DEVELOPER
        ]

    def account(self, name: str) -> HostAccount | None:
        """Return the account that has a name now, None without one."""
        for entry in self._connection.entries(self._connection.get("/users", {"username": name})):
            if str(entry.get("username", "")).lower() == name.lower():
                return HostAccount(str(int(entry["id"])), str(entry["username"]))
        return None

    def answer(self, repository: RemoteRepository, sha: str, answer: PushAnswer, earlier: str) -> str:
        """Set the status of a commit; when it is graded, write the summary and findings at changed lines as comments."""
        body: dict[str, Any] = {"state": STATES[answer.outcome], "name": answer.name}
        body |= {"description": answer.title[:LONGEST_DESCRIPTION]}
        if answer.address:
            body["target_url"] = answer.address
        try:
            self._connection.send("POST", f"{_path(repository)}/statuses/{sha}", body=body)
        except HostRefusal as refusal:
            if "Cannot transition status" not in refusal.reason:  # it has this state already
                raise
        if answer.summary:
            self._comment(repository, sha, answer)
        return ""

    def _comment(self, repository: RemoteRepository, sha: str, answer: PushAnswer) -> None:
        """Write the comments that are not there yet: an earlier try may have written some of them."""
        path = f"{_path(repository)}/repository/commits/{sha}"
        earlier = {
            (entry.get("note"), entry.get("path"), entry.get("line"))
            for entry in self._connection.pages(f"{path}/comments")
        }
        note = answer.summary[:LONGEST_NOTE]
        if (note, None, None) not in earlier:
            self._connection.send("POST", f"{path}/comments", body={"note": note})
        if not answer.remarks:
            return
        changed = {*_changed_lines(self._connection.pages(f"{path}/diff"))}
        remarks = [each for each in answer.remarks if (each.path, each.line) in changed][:MOST_REMARKS]
        for remark in remarks:
            note = f"**{remark.title}**\n\n{remark.message}"[:LONGEST_NOTE]
            if (note, remark.path, remark.line) not in earlier:
                body = {"note": note, "path": remark.path, "line": remark.line, "line_type": "new"}
                self._connection.send("POST", f"{path}/comments", body=body)


def _path(repository: RemoteRepository) -> str:
    return f"/projects/{repository.number}"


def _project(record: Mapping[str, Any], owner: str) -> RemoteRepository:
    try:
        is_private = record.get("visibility", "public") == "private"
        name = str(record["path_with_namespace"])
        return RemoteRepository(
            str(int(record["id"])), name, owner, str(record.get("default_branch") or ""), is_private
        )
    except (KeyError, TypeError, ValueError):
        raise nonsense("GitLab") from None


def _changed_lines(diffs: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, int]]:
    """Yield (path, line) of the lines that a commit has added; only there GitLab shows a comment."""
    for diff in diffs:
        line = 0
        for text in str(diff.get("diff", "")).split("\n"):
            hunk = HUNK.match(text)
            if hunk:
                line = int(hunk[1])
            elif text.startswith("+"):
                yield str(diff.get("new_path", "")), line
                line += 1
            elif not text.startswith(("-", "\\")):
                line += 1
