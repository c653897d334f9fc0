"""Servers with the documented interfaces of GitHub and GitLab, as far as classroom repositories need them. They are strict:

a request with a wrong path, method, header or body gets the status that the documentation names, and is noted in ``violations``.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import threading
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jwt
from joserfc.jwk import RSAKey

ORGANISATION, OTHER = 4200, 6600
TOKEN = "test-token-of-the-server"
APP = "31415"
INSTALLATION = 77
MOST_ANNOTATIONS = 50


@cache
def new_key():
    """Return the private key of the App as PEM, as GitHub makes it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    kinds = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    return key.private_bytes(*kinds).decode()


@dataclass
class Repo:
    """A repository: ``branches`` are {name: newest commit}, ``commits`` {sha: files}, ``pushes`` (sha, branch, time, type of actor)."""

    id: int
    name: str
    owner: int = ORGANISATION
    private: bool = True
    default_branch: str = "main"
    branches: dict = field(default_factory=dict)
    commits: dict = field(default_factory=dict)
    pushes: list = field(default_factory=list)
    writers: dict = field(default_factory=dict)  # {number: name}
    readers: dict = field(default_factory=dict)
    diff: str = ""

    @property
    def pushed_at(self):
        return max((moment for _sha, _branch, moment, _type in self.pushes), default=datetime(2026, 1, 1, tzinfo=UTC))


class Reply(Exception):
    """Ends a request with a status."""

    def __init__(self, status, content=None, headers=()):
        super().__init__(status)
        self.status, self.content, self.headers = status, content, dict(headers)


class FakeHost:
    """What both hosts have. ``answers`` are the requests that write; ``trouble`` are replies for the next requests, whatever they are."""

    def __init__(self):
        self.organisations = {ORGANISATION: "deep-course", OTHER: "other-course"}
        self.repos = {}
        self.users = {}
        self.requests, self.answers, self.violations, self.trouble = [], [], [], []
        self.token = TOKEN
        self.address = self.downloads = ""
        self.statuses, self.runs, self.comments = [], {}, []
        self._numbers = iter(range(9000, 99999))

    def add(self, name, owner=ORGANISATION, **values):
        repo = Repo(next(self._numbers), name, owner, **values)
        self.repos[repo.id] = repo
        return repo

    def push(self, repo, files, moment=None, branch="main", actor="User"):
        """Make a commit of files and push it; return its sha."""
        sha = hashlib.sha1(f"{repo.id} {sorted(files.items())} {len(repo.pushes)}".encode()).hexdigest()
        repo.commits[sha], repo.branches[branch] = files, sha
        repo.pushes.append((sha, branch, moment or datetime.now(UTC), actor))
        return sha

    def full_name(self, repo):
        return f"{self.organisations[repo.owner]}/{repo.name}"

    def violation(self, text, status=400):
        self.violations.append(text)
        raise Reply(status, {"message": text})

    def zip_of(self, repo, sha):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for name, content in repo.commits[sha].items():
                archive.writestr(f"{self.full_name(repo).replace('/', '-')}-{sha[:7]}/{name}", content)
        return stream.getvalue()

    def pages(self, entries, query):
        """Return one page of a list, with the header that links the next one."""
        size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
        if size > 100:
            self.violation("per_page is at most 100", 422)
        part = entries[(page - 1) * size : page * size]
        rest = [("Link", f'<{self.address}/next?page={page + 1}>; rel="next"')] if len(entries) > page * size else []
        raise Reply(200, part, rest)

    def handle(self, method, path, query, headers, body):
        raise NotImplementedError


class FakeGitHub(FakeHost):
    """GitHub Enterprise at ``/api/v3``. ``app_key`` is the private key of its App; tokens of installations begin with ``ghs_``."""

    def __init__(self):
        super().__init__()
        self.app_key = new_key()
        self.renamed = {}  # {old full name: number}

    def handle(self, method, path, query, headers, body):
        if path.startswith("/codeload/"):
            if "authorization" in headers:
                self.violation("the token was sent to the server of downloads")
            number, sha = path.removeprefix("/codeload/").split("/")
            raise Reply(200, self.zip_of(self.repos[int(number)], sha))
        if not path.startswith("/api/v3/"):
            self.violation(f"no interface at {path}", 404)
        path = path.removeprefix("/api/v3")
        if (
            headers.get("accept") != "application/vnd.github+json"
            or headers.get("x-github-api-version") != "2022-11-28"
        ):
            self.violation("Accept or X-GitHub-Api-Version is wrong")
        if not headers.get("user-agent"):
            self.violation("User-Agent is missing", 403)
        secret = headers.get("authorization", "").removeprefix("Bearer ")
        if path.startswith("/app/") or path.endswith("/installation"):
            self._app(method, path, secret)
        is_app = secret.startswith("ghs_")
        if secret != self.token and not is_app:
            raise Reply(401, {"message": "Bad credentials"})
        for pattern, function in self.ROUTES:
            match = re.fullmatch(pattern, f"{method} {path}")
            if match:
                parts = [unquote(part) for part in match.groups()]
                return function(self, *parts, query=query, headers=headers, body=body, is_app=is_app)
        return self.violation(f"unknown: {method} {path}", 404)

    def _app(self, method, path, secret):
        try:
            claims = jwt.decode(secret, RSAKey.import_key(self.app_key), algorithms=["RS256"]).claims
        except Exception:
            raise Reply(401, {"message": "A JSON web token could not be decoded"}) from None
        moment = datetime.now(UTC).timestamp()
        if claims["iss"] != APP or not claims["iat"] <= moment < claims["exp"] <= claims["iat"] + 660:
            raise Reply(401, {"message": "wrong claims"})
        if method == "POST" and path == f"/app/installations/{INSTALLATION}/access_tokens":
            raise Reply(201, {"token": f"ghs_{next(self._numbers)}", "expires_at": "2100-01-01T00:00:00Z"})
        if method == "GET" and path == "/app/installations":
            name = self.organisations[ORGANISATION]
            self.pages([{"id": INSTALLATION, "account": {"login": name, "id": ORGANISATION}}], {"per_page": 100})
        if method == "GET" and path == f"/orgs/{self.organisations[ORGANISATION]}/installation":
            raise Reply(200, {"id": INSTALLATION, "account": {"id": ORGANISATION}})
        raise Reply(404, {"message": "Not Found"})

    def _repo(self, name, is_app=False):
        for repo in self.repos.values():
            if self.full_name(repo).lower() == name.lower() and not (is_app and repo.owner != ORGANISATION):
                return repo
        if name in self.renamed:
            location = f"{self.address}/api/v3/repos/{self.full_name(self.repos[self.renamed[name]])}"
            raise Reply(301, {"message": "Moved Permanently"}, {"Location": location})
        raise Reply(404, {"message": "Not Found"})

    def _described(self, repo):
        return {
            "id": repo.id,
            "full_name": self.full_name(repo),
            "name": repo.name,
            "private": repo.private,
            "owner": {"id": repo.owner, "login": self.organisations[repo.owner]},
            "default_branch": repo.default_branch,
            "pushed_at": repo.pushed_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def _org(self, name, **_rest):
        for number, login in self.organisations.items():
            if login.lower() == name.lower():
                raise Reply(200, {"id": number, "login": login, "type": "Organization"})
        raise Reply(404, {"message": "Not Found"})

    def _account_with(self, number, **_rest):
        if int(number) in self.organisations:
            raise Reply(200, {"id": int(number), "login": self.organisations[int(number)]})
        raise Reply(404, {"message": "Not Found"})

    def _repos_of(self, name, query, headers, is_app, **_rest):
        owner = next((number for number, login in self.organisations.items() if login.lower() == name.lower()), None)
        if owner is None:
            raise Reply(404, {"message": "Not Found"})
        repos = sorted(
            (repo for repo in self.repos.values() if repo.owner == owner), key=lambda repo: repo.pushed_at, reverse=True
        )
        entries = [self._described(repo) for repo in repos]
        etag = f'W/"{hashlib.sha1(json.dumps(entries).encode()).hexdigest()}"'
        if headers.get("if-none-match") == etag:
            raise Reply(304)
        try:
            self.pages(entries, query)
        except Reply as reply:
            reply.headers["ETag"] = etag
            raise

    def _show(self, name, is_app, **_rest):
        raise Reply(200, self._described(self._repo(name, is_app)))

    def _branch(self, name, branch, is_app, **_rest):
        repo = self._repo(name, is_app)
        if branch not in repo.branches:
            raise Reply(404, {"message": "Branch not found"})
        raise Reply(200, {"name": branch, "commit": {"sha": repo.branches[branch]}})

    def _activity(self, name, query, is_app, **_rest):
        repo = self._repo(name, is_app)
        entries = [
            {
                "after": sha,
                "ref": f"refs/heads/{branch}",
                "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "activity_type": "push",
                "actor": {"id": 1, "login": "someone", "type": actor},
            }
            for sha, branch, moment, actor in reversed(repo.pushes)
            if query.get("ref") in (None, f"refs/heads/{branch}")
        ]
        self.pages(entries, query)

    def _zipball(self, name, sha, is_app, **_rest):
        repo = self._repo(name, is_app)
        if sha not in repo.commits:
            raise Reply(404, {"message": "Not Found"})
        raise Reply(302, None, {"Location": f"{self.downloads}/codeload/{repo.id}/{sha}"})

    def _collaborators(self, name, query, is_app, **_rest):
        repo = self._repo(name, is_app)
        if query.get("affiliation") != "direct":
            self.violation(
                "affiliation must be direct: all members of the organisation are no students of the repository"
            )
        people = [(repo.writers, True), (repo.readers, False)]
        entries = [
            {"id": number, "login": login, "type": "User", "permissions": {"pull": True, "push": may_push}}
            for accounts, may_push in people
            for number, login in accounts.items()
        ]
        self.pages(entries, query)

    def _user(self, name, **_rest):
        for number, login in self.users.items():
            if login.lower() == name.lower():
                raise Reply(200, {"id": number, "login": login})
        raise Reply(404, {"message": "Not Found"})

    def _new_run(self, name, body, is_app, **_rest):
        repo = self._repo(name, is_app)
        if not is_app:
            raise Reply(403, {"message": "You must authenticate via a GitHub App."})
        if body.get("head_sha") not in repo.commits or not body.get("name"):
            self.violation("No commit found for SHA", 422)
        self._check_run(body)
        number = next(self._numbers)
        self.runs[number] = {"repo": repo.id, "annotations": [], **body}
        self._keep_output(number, body)
        raise Reply(201, {"id": number})

    def _change_run(self, name, number, body, is_app, **_rest):
        self._repo(name, is_app)
        if not is_app:
            raise Reply(403, {"message": "You must authenticate via a GitHub App."})
        if int(number) not in self.runs:
            raise Reply(404, {"message": "Not Found"})
        self._check_run(body)
        self.runs[int(number)].update(body)
        self._keep_output(int(number), body)
        raise Reply(200, {"id": int(number)})

    def _check_run(self, body):
        states = ("queued", "in_progress", "completed", None)
        conclusions = ("success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required", None)
        if body.get("status") not in states or body.get("conclusion") not in conclusions:
            self.violation("status or conclusion", 422)
        if body.get("status") == "completed" and not body.get("conclusion"):
            self.violation("a completed check run needs a conclusion", 422)
        output = body.get("output")
        if output is None:
            return
        if not output.get("title") or not output.get("summary") or len(output["summary"].encode()) > 65_535:
            self.violation("output needs a title and a summary of at most 65535 bytes", 422)
        annotations = output.get("annotations", [])
        if len(annotations) > MOST_ANNOTATIONS:
            self.violation("more than 50 annotations", 422)
        for each in annotations:
            needed = {"path", "start_line", "end_line", "annotation_level", "message"}
            if not needed <= each.keys() or each["annotation_level"] not in ("notice", "warning", "failure"):
                self.violation("annotation", 422)

    def _keep_output(self, number, body):
        self.runs[number]["annotations"] += body.get("output", {}).get("annotations", [])

    def _status(self, name, sha, body, is_app, **_rest):
        repo = self._repo(name, is_app)
        if sha not in repo.commits:
            self.violation("No commit found for SHA", 422)
        if (
            body.get("state") not in ("error", "failure", "pending", "success")
            or len(body.get("description", "")) > 140
        ):
            self.violation("state or description", 422)
        self.statuses.append({"repo": repo.id, "sha": sha, **body})
        raise Reply(201, {"id": next(self._numbers)})

    ROUTES = [
        (r"GET /orgs/([^/]+)", _org),
        (r"GET /user/(\d+)", _account_with),
        (r"GET /orgs/([^/]+)/repos", _repos_of),
        (r"GET /users/([^/]+)", _user),
        (r"GET /repos/([^/]+/[^/]+)", _show),
        (r"GET /repos/([^/]+/[^/]+)/branches/([^/]+)", _branch),
        (r"GET /repos/([^/]+/[^/]+)/activity", _activity),
        (r"GET /repos/([^/]+/[^/]+)/zipball/([^/]+)", _zipball),
        (r"GET /repos/([^/]+/[^/]+)/collaborators", _collaborators),
        (r"POST /repos/([^/]+/[^/]+)/check-runs", _new_run),
        (r"PATCH /repos/([^/]+/[^/]+)/check-runs/(\d+)", _change_run),
        (r"POST /repos/([^/]+/[^/]+)/statuses/([^/]+)", _status),
    ]


class FakeGitLab(FakeHost):
    """GitLab at ``/api/v4``."""

    def handle(self, method, path, query, headers, body):
        if not path.startswith("/api/v4/"):
            self.violation(f"no interface at {path}", 404)
        if headers.get("authorization") != f"Bearer {self.token}":
            raise Reply(401, {"message": "401 Unauthorized"})
        for pattern, function in self.ROUTES:
            match = re.fullmatch(pattern, f"{method} {path.removeprefix('/api/v4')}")
            if match:
                parts = [unquote(part) for part in match.groups()]
                return function(self, *parts, query=query, headers=headers, body=body)
        return self.violation(f"unknown: {method} {path}", 404)

    def _group_number(self, name):
        for number, path in self.organisations.items():
            if name in (str(number), path):
                return number
        raise Reply(404, {"message": "404 Group Not Found"})

    def _group(self, name, **_rest):
        number = self._group_number(name)
        raise Reply(200, {"id": number, "full_path": self.organisations[number]})

    def _project(self, number):
        if int(number) not in self.repos:
            raise Reply(404, {"message": "404 Project Not Found"})
        return self.repos[int(number)]

    def _described(self, repo):
        return {
            "id": repo.id,
            "path_with_namespace": self.full_name(repo),
            "default_branch": repo.default_branch,
            "visibility": "private" if repo.private else "public",
        }

    def _projects(self, name, query, **_rest):
        owner = self._group_number(name)
        self.pages([self._described(repo) for repo in self.repos.values() if repo.owner == owner], query)

    def _show(self, number, **_rest):
        raise Reply(200, self._described(self._project(number)))

    def _branch(self, number, branch, **_rest):
        repo = self._project(number)
        if branch not in repo.branches:
            raise Reply(404, {"message": "404 Branch Not Found"})
        raise Reply(200, {"name": branch, "commit": {"id": repo.branches[branch]}})

    def _events(self, number, query, **_rest):
        if query.get("action") != "pushed":
            self.violation("only pushes are needed")
        entries = [
            {
                "created_at": moment.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                "author_username": "project_1_bot" if actor == "Bot" else "someone",
                "push_data": {"commit_to": sha, "ref": branch, "ref_type": "branch", "action": "pushed"},
            }
            for sha, branch, moment, actor in reversed(self._project(number).pushes)
        ]
        self.pages(entries, query)

    def _archive(self, number, query, **_rest):
        repo = self._project(number)
        if query.get("sha") not in repo.commits:
            raise Reply(404, {"message": "404 File Not Found"})
        raise Reply(200, self.zip_of(repo, query["sha"]))

    def _members(self, number, query, **_rest):
        repo = self._project(number)
        entries = [{"id": each, "username": name, "access_level": 30} for each, name in repo.writers.items()]
        entries += [{"id": each, "username": name, "access_level": 20} for each, name in repo.readers.items()]
        self.pages(entries, query)

    def _users(self, query, **_rest):
        raise Reply(200, [{"id": k, "username": v} for k, v in self.users.items() if v == query.get("username")])

    def _status(self, number, sha, body, **_rest):
        repo = self._project(number)
        if sha not in repo.commits:
            self.violation("404 Commit Not Found", 404)
        if body.get("state") not in ("pending", "running", "success", "failed", "canceled"):
            self.violation("state does not have a valid value")
        earlier = [each for each in self.statuses if each["sha"] == sha and each["name"] == body["name"]]
        if earlier and earlier[-1]["state"] == body["state"]:
            raise Reply(400, {"message": f"Cannot transition status via :run from :{body['state']}"})
        self.statuses.append({"repo": repo.id, "sha": sha, **body})
        raise Reply(201, {"id": next(self._numbers)})

    def _comments_of(self, number, sha, query, **_rest):
        entries = [{"note": each["note"], "path": each.get("path"), "line": each.get("line")} for each in self.comments]
        self.pages(entries, query)

    def _comment(self, number, sha, body, **_rest):
        self._project(number)
        if not body.get("note") or ("path" in body and (not body.get("line") or body.get("line_type") != "new")):
            self.violation("comment")
        self.comments.append({"sha": sha, **body})
        raise Reply(201, {"note": body["note"]})

    def _diff(self, number, sha, query, **_rest):
        repo = self._project(number)
        self.pages([{"new_path": name, "diff": repo.diff} for name in repo.commits[sha]], query)

    ROUTES = [
        (r"GET /groups/([^/]+)", _group),
        (r"GET /groups/([^/]+)/projects", _projects),
        (r"GET /projects/(\d+)", _show),
        (r"GET /projects/(\d+)/repository/branches/([^/]+)", _branch),
        (r"GET /projects/(\d+)/events", _events),
        (r"GET /projects/(\d+)/repository/archive\.zip", _archive),
        (r"GET /projects/(\d+)/members", _members),
        (r"GET /users", _users),
        (r"POST /projects/(\d+)/statuses/([^/]+)", _status),
        (r"GET /projects/(\d+)/repository/commits/([^/]+)/comments", _comments_of),
        (r"POST /projects/(\d+)/repository/commits/([^/]+)/comments", _comment),
        (r"GET /projects/(\d+)/repository/commits/([^/]+)/diff", _diff),
    ]


class _Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """Ignore a client that has closed its connection, as one does that ends a download."""


@contextmanager
def running(host):
    """Serve a host at two free ports of this machine: its interface, and its downloads."""
    servers = [_Server(("127.0.0.1", 0), _handler(host)) for _ in range(2)]
    host.address, host.downloads = (f"http://127.0.0.1:{server.server_port}" for server in servers)
    threads = [threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield host
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def _handler(host):
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16  # one packet for each answer: waiting for the second one takes 40 ms

        def _answer(self):
            parts = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            raw = self.rfile.read(int(headers.get("content-length", 0)))
            with lock:
                try:
                    body = json.loads(raw) if raw else {}
                    if raw and headers.get("content-type") != "application/json":
                        host.violation("the body must be JSON", 415)
                    host.requests.append(f"{self.command} {self.path}")
                    if host.trouble:
                        raise host.trouble.pop(0)
                    host.handle(self.command, parts.path, query, headers, body)
                    reply = Reply(500)
                except Reply as ending:
                    reply = ending
                except Exception:
                    reply = Reply(500)
            content = reply.content
            raw = content if isinstance(content, bytes) else b"" if content is None else json.dumps(content).encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _answer

        def log_message(self, *_arguments):
            pass

    return Handler
