"""GitHub, github.com and GitHub Enterprise, by its REST API (https://docs.github.com/en/rest, version 2022-11-28)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlsplit

from .app_tokens import App, AppTokens
from .connection import HostConnection, has_next, moment_of, nonsense, not_there
from .model import AnswerOutcome, HostAccount, NotPermitted, NotThere, PushAnswer, PushTime, Remark, RemoteRepository

HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
ARCHIVE_BYTES = 20 << 20
AT_ONCE = 50
"""Annotations in one request."""
LONGEST_TEXT = 65_000
LONGEST_DESCRIPTION = 140
CONCLUSIONS = {AnswerOutcome.PASSED: "success", AnswerOutcome.FAILED: "failure", AnswerOutcome.NEUTRAL: "neutral"}
STATES = {
    AnswerOutcome.PASSED: "success",
    AnswerOutcome.FAILED: "failure",
    AnswerOutcome.WAITING: "pending",
    AnswerOutcome.NEUTRAL: "pending",  # "error" would look like a failure of the student
}


def api_of(address: str) -> str:
    """Return the address of the interface for the address that people know."""
    parts = urlsplit(address)
    if parts.hostname == "github.com":
        return "https://api.github.com"
    if (parts.hostname or "").endswith(".ghe.com"):
        return f"https://api.{parts.hostname}"
    return f"{address.rstrip('/')}/api/v3"


class GitHub:
    """An organisation on GitHub, with a token or an App. ``number`` is that of the organisation, "" while it is unknown."""

    def __init__(self, address: str, organisation: str, number: str, credentials: str | App) -> None:
        self._organisation, self._number = organisation, number
        self._name = urlsplit(address).hostname or "GitHub"
        self._is_app = isinstance(credentials, App)
        api = api_of(address)
        if isinstance(credentials, App):
            tokens = AppTokens(credentials, api, self._name, HEADERS, organisation, number)
            self._connection = HostConnection(api, self._name, lambda: _with_token(tokens.token()))
        else:
            self._connection = HostConnection(api, self._name, lambda: _with_token(credentials))

    def organisation(self) -> HostAccount:
        """Return the organisation; it is found by its number after it was renamed."""
        with suppress(NotThere):
            account = _account(self._connection.record(self._connection.get(f"/orgs/{quote(self._organisation, '')}")))
            if self._number in ("", account.number):
                return account
        if not self._number:
            raise not_there(self._name)
        return _account(self._connection.record(self._connection.get(f"/user/{self._number}")))

    def repositories(self, organisation: str, etag: str) -> tuple[Sequence[RemoteRepository] | None, str]:
        """Return all repositories, those with the newest push first, and the version of the list; None if that is ``etag``."""
        path = f"/orgs/{quote(organisation, '')}/repos"
        params: dict[str, str | int] = {"type": "all", "sort": "pushed", "direction": "desc", "per_page": 100}
        reply = self._connection.get(path, params, etag)
        if reply.status == 304:
            return None, etag
        version = reply.headers.get("etag", "")
        entries = self._connection.entries(reply)
        page = 1
        while has_next(reply) and page < 100:
            page += 1
            reply = self._connection.get(path, {**params, "page": page})
            entries += self._connection.entries(reply)
        return [_repository(entry) for entry in entries], version

    def repository(self, repository: RemoteRepository) -> RemoteRepository:
        """Return a repository as it is now, also after it was renamed; raises NotThere."""
        now = _repository(self._connection.record(self._connection.get(_path(repository))))
        if now.number != repository.number:
            raise not_there(self._name)
        return now

    def head(self, repository: RemoteRepository, branch: str) -> str | None:
        """Return the newest commit of a branch, None without one."""
        try:
            reply = self._connection.get(f"{_path(repository)}/branches/{quote(branch, '')}")
        except NotThere:
            return None
        return str(self._connection.record(reply)["commit"]["sha"])

    def push_time(self, repository: RemoteRepository, branch: str, sha: str) -> PushTime | None:
        """Return when GitHub received a commit: by the activity of the branch, else the newest push to the repository."""
        with suppress(NotThere, NotPermitted):
            path, ref = f"{_path(repository)}/activity", f"refs/heads/{branch}"
            entries = self._connection.entries(self._connection.get(path, {"ref": ref, "per_page": 100}))
            times = [(moment_of(each.get("timestamp")), each) for each in entries if each.get("after") == sha]
            pairs = [(moment, each) for moment, each in times if moment is not None]
            if pairs:
                moment, entry = min(pairs, key=lambda pair: pair[0])
                return PushTime(moment, (entry.get("actor") or {}).get("type") == "Bot")
        pushed = moment_of(self._connection.record(self._connection.get(_path(repository))).get("pushed_at"))
        return None if pushed is None else PushTime(pushed)

    def archive(self, repository: RemoteRepository, sha: str) -> bytes:
        """Return the files of a commit as a zip file, all in one folder."""
        return self._connection.download(f"{_path(repository)}/zipball/{quote(sha, '')}", ARCHIVE_BYTES, [self._name])

    def writers(self, repository: RemoteRepository) -> Sequence[HostAccount]:
        """Return the collaborators of this repository who may push, without the owners of the organisation."""
        entries = self._connection.pages(f"{_path(repository)}/collaborators", affiliation="direct")
        return [_account(entry) for entry in entries if (entry.get("permissions") or {}).get("push") is True]

    def account(self, name: str) -> HostAccount | None:
        """Return the account that has a name now, None without one."""
        try:
            return _account(self._connection.record(self._connection.get(f"/users/{quote(name, '')}")))
        except NotThere:
            return None

    def answer(self, repository: RemoteRepository, sha: str, answer: PushAnswer, earlier: str) -> str:
        """Show a check run with an App, a commit status with a token: GitHub lets only Apps write check runs."""
        if not self._is_app:
            return self._status(repository, sha, answer)
        path = f"{_path(repository)}/check-runs"
        if answer.outcome == AnswerOutcome.WAITING:
            if earlier:
                return earlier
            reply = self._connection.send("POST", path, body=_run(sha, answer) | {"status": "in_progress"})
            return str(int(self._connection.record(reply)["id"]))
        batches = [answer.remarks[start : start + AT_ONCE] for start in range(0, len(answer.remarks), AT_ONCE)] or [()]
        body = _run(sha, answer) | {"status": "completed", "conclusion": CONCLUSIONS[answer.outcome]}
        number = earlier
        if number:
            try:
                self._connection.send("PATCH", f"{path}/{number}", body=body | {"output": _output(answer, batches[0])})
            except NotThere:
                number = ""
        if not number:
            reply = self._connection.send("POST", path, body=body | {"output": _output(answer, batches[0])})
            number = str(int(self._connection.record(reply)["id"]))
        for batch in batches[1:]:
            self._connection.send("PATCH", f"{path}/{number}", body={"output": _output(answer, batch)})
        return ""

    def _status(self, repository: RemoteRepository, sha: str, answer: PushAnswer) -> str:
        body = {
            "state": STATES[answer.outcome],
            "context": answer.name,
            "description": answer.title[:LONGEST_DESCRIPTION],
        }
        if answer.address:
            body["target_url"] = answer.address
        self._connection.send("POST", f"{_path(repository)}/statuses/{sha}", body=body)
        return ""


def _with_token(token: str) -> Mapping[str, str]:
    return {**HEADERS, "Authorization": f"Bearer {token}"}


def _path(repository: RemoteRepository) -> str:
    return f"/repos/{quote(repository.name)}"


def _account(record: Mapping[str, Any]) -> HostAccount:
    number, name = record.get("id"), record.get("login")
    if not isinstance(number, int) or not isinstance(name, str):
        raise nonsense("GitHub")
    return HostAccount(str(number), name)


def _repository(record: Mapping[str, Any]) -> RemoteRepository:
    try:
        return RemoteRepository(
            str(int(record["id"])),
            str(record["full_name"]),
            str(int(record["owner"]["id"])),
            str(record.get("default_branch") or ""),
            record["private"] is True,
            str(record.get("pushed_at") or ""),
        )
    except (KeyError, TypeError, ValueError):
        raise nonsense("GitHub") from None


def _run(sha: str, answer: PushAnswer) -> dict[str, Any]:
    run: dict[str, Any] = {"name": answer.name, "head_sha": sha, "external_id": answer.key}
    return run | ({"details_url": answer.address} if answer.address else {})


def _output(answer: PushAnswer, remarks: Sequence[Remark]) -> dict[str, Any]:
    annotations = [
        {
            "path": remark.path,
            "start_line": remark.line,
            "end_line": remark.line,
            "annotation_level": "warning" if remark.is_warning else "failure",
            "title": remark.title[:255],
            "message": remark.message[:LONGEST_TEXT],
        }
        for remark in remarks
    ]
    output: dict[str, Any] = {"title": answer.title, "summary": cut(answer.summary or answer.title)}
    return output | ({"annotations": annotations} if annotations else {})


def cut(text: str, most: int = LONGEST_TEXT) -> str:
    """Return the first lines of a text that fit into ``most`` bytes."""
    if len(text.encode()) <= most:
        return text
    start = text.encode()[: most - 10].decode(errors="ignore")
    return re.sub(r"\n[^\n]*\Z", "", start) + "\n\n..."
