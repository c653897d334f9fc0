"""The services of the course system for tests: access tokens, columns for marks, scores and members, and failures on demand.

It follows the specifications: a score with the time of an earlier one, or the same time, is refused. It keeps every score that it
has accepted, so that a test can say whether one was lost or came twice.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections import Counter, deque
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import count

from joserfc import jwt
from joserfc.jwk import KeySet

from tests.lti.platform import CLIENT, CONTEXT, RESET, Reply, document

SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/"
LINE_ITEM, SCORE, RESULT = f"{SCOPE}lineitem", f"{SCOPE}score", f"{SCOPE}result.readonly"
MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
TYPES = {
    "item": "application/vnd.ims.lis.v2.lineitem+json",
    "items": "application/vnd.ims.lis.v2.lineitemcontainer+json",
    "score": "application/vnd.ims.lis.v1.score+json",
    "results": "application/vnd.ims.lis.v2.resultcontainer+json",
    "members": "application/vnd.ims.lti-nrps.v2.membershipcontainer+json",
}
FAILURES = ("500", "503", "429", "reset", "html", "expired", "recorded reset", "recorded 500", "recorded slow", "slow")
"""Failures of a request for a score; those that begin with "recorded" come after the score has been kept."""


class PlatformServices:
    """The services of a running :class:`tests.lti.platform.Platform`; ``key_set()`` returns the public keys of the tool."""

    def __init__(self, platform, key_set, page_size=100):
        self.platform, self.key_set, self.page_size = platform, key_set, page_size
        self.scopes = {LINE_ITEM, SCORE, RESULT, MEMBERS}
        self.tokens = {}  # {token: its scopes}
        self.token_requests = []
        self.items = {}  # {path: column}
        self.accepted = []  # (path, score), in the order of their arrival
        self.refused = []  # the same of scores with an earlier time
        self.members = []
        self.students = None  # the user ids that may have scores; None: everybody
        self.failures = deque()  # of FAILURES, or a status; of the next requests for a score
        self.links = {"link-1", "link-2", "link"}  # those of the course: a new column cannot belong to another one
        self.is_down = False
        self.slow_seconds = 1.0
        self.release = threading.Event()  # ends a slow answer early
        self.shows_results = True
        self.lock = threading.Lock()
        self._numbers = count(1)
        self.context = f"{platform.address}/courses/1"
        platform.route("POST", "/token", self._token)
        platform.route("GET", "/courses/1/line_items", self._list_items)
        platform.route("POST", "/courses/1/line_items", self._make_item)
        platform.route("GET", "/courses/1/members", self._list_members)

    @property
    def line_items(self):
        """The address of the columns."""
        return f"{self.context}/line_items"

    @property
    def members_url(self):
        """The address of the members."""
        return f"{self.context}/members"

    def endpoint(self, line_item=""):
        """Return the claim about the columns in a message."""
        return {"scope": sorted(self.scopes - {MEMBERS}), "lineitems": self.line_items} | (
            {"lineitem": line_item} if line_item else {}
        )

    def add_item(self, label="A column", most=100, **fields):
        """Make a column, and return its address."""
        with self.lock:
            path = f"/courses/1/line_items/{next(self._numbers)}"
            address = f"{self.platform.address}{path}?type_id=2"  # as Moodle has it
            self.items[path] = {"id": address, "label": label, "scoreMaximum": most, **fields}
        self.platform.route("POST", f"{path}/scores", lambda request: self._score(request, path))
        self.platform.route("GET", f"{path}/results", lambda request: self._results(request, path))
        return address

    def delete_item(self, address):
        """Delete a column, as an instructor does."""
        path = address.removeprefix(self.platform.address).partition("?")[0]
        with self.lock:
            del self.items[path]

    def add_members(self, count, role="Learner", **fields):
        """Add people to the course."""
        for number in range(count):
            person = {
                "user_id": f"{role.lower()}-{number}",
                "roles": [f"http://purl.imsglobal.org/vocab/lis/v2/membership#{role}"],
            }
            self.members.append({"status": "Active", "name": f"{role} {number}", **person, **fields})

    def scores(self, user_id):
        """Return the scores that were accepted for a user, in their order."""
        with self.lock:
            return [score for _path, score in self.accepted if score["userId"] == user_id]

    def points(self):
        """Return {user id: points, None without any} as the gradebook shows them."""
        with self.lock:
            return {score["userId"]: score.get("scoreGiven") for _path, score in self.accepted}

    def counts(self):
        """Return how often each state of each user was accepted: {(user id, everything but the time): count}."""
        with self.lock:
            states = [{**score, "timestamp": ""} for _path, score in self.accepted]
        return Counter(json.dumps(state, sort_keys=True) for state in states)

    def _token(self, request):
        if self.is_down:
            return Reply("down", 503)
        self.token_requests.append(request.fields)
        fields = request.fields
        claims = jwt.decode(
            fields["client_assertion"], KeySet.import_key_set(self.key_set()), algorithms=["RS256"]
        ).claims
        settings = self.platform.settings()
        is_right = (
            fields["grant_type"] == "client_credentials"
            and fields["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            and claims["iss"] == claims["sub"] == CLIENT
            and claims["aud"] == (settings["token_audience"] or settings["token_url"])
            and claims["iat"] - 5 <= time.time() < claims["exp"] <= claims["iat"] + 3600
            and claims["jti"]
        )
        if not is_right:
            return document({"error": "invalid_client"}, 400)
        scopes = self.scopes & {*fields["scope"].split()}
        if not scopes:
            return document({"error": "invalid_scope"}, 400)
        token = secrets.token_urlsafe(24)
        self.tokens[token] = scopes
        return document(
            {"access_token": token, "token_type": "Bearer", "expires_in": 3600, "scope": " ".join(sorted(scopes))}
        )

    def _problem(self, request, *scopes):
        """Return the answer to a request without a valid token, None if it is valid."""
        if self.is_down:
            return Reply("<!doctype html><title>Maintenance</title>", 503)
        kind, _space, token = request.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or token not in self.tokens:
            return document({"errors": {"type": "unauthorized"}}, 401)
        if not self.tokens[token] & {*scopes}:
            return document({"errors": {"type": "forbidden"}}, 403)
        return None

    def _list_items(self, request):
        problem = self._problem(request, LINE_ITEM, f"{LINE_ITEM}.readonly")
        if problem is not None:
            return problem
        wanted = {
            "resourceId": request.fields.get("resource_id"),
            "resourceLinkId": request.fields.get("resource_link_id"),
        }
        with self.lock:
            items = [
                item
                for item in self.items.values()
                if all(value is None or item.get(name) == value for name, value in wanted.items())
            ]
        return self._page(request, items, TYPES["items"], lambda part: part)

    def _make_item(self, request):
        problem = self._problem(request, LINE_ITEM)
        if problem is not None:
            return problem
        if request.headers["content-type"] != TYPES["item"]:
            return Reply("", 415)
        fields = json.loads(request.body)
        if not fields.get("label") or not fields.get("scoreMaximum", 0) > 0:
            return document({"errors": "label and scoreMaximum are required"}, 422)
        if fields.get("resourceLinkId", "link") not in self.links:
            return document({"errors": "The link does not exist."}, 412)
        address = self.add_item(fields.pop("label"), fields.pop("scoreMaximum"), **fields)
        path = address.removeprefix(self.platform.address).partition("?")[0]
        return Reply(self.items[path], 201, TYPES["item"])

    def _score(self, request, path):
        failure = self.failures.popleft() if self.failures and not self.is_down else ""
        if failure == "expired":
            self.tokens.clear()
        problem = self._problem(request, SCORE)
        if problem is not None:
            return problem
        simple = {
            "500": Reply("broken", 500),
            "503": Reply("busy", 503, headers={"retry-after": "1"}),
            "429": Reply(
                "slower",
                429,
                headers={"retry-after": format_datetime(datetime.now().astimezone() + timedelta(seconds=1))},
            ),
            "reset": RESET,
            "html": Reply("<!doctype html><title>Sign in</title>"),
        }
        if failure in simple:
            return simple[failure]
        if failure.isdigit():
            return document({"error": {"message": "It is refused on demand."}}, int(failure))
        if failure == "slow":
            self.release.wait(self.slow_seconds)
            return Reply("late", 504)
        answer = self._keep(request, path)
        if failure == "recorded reset":
            return RESET
        if failure == "recorded 500":
            return Reply("broken", 500)
        if failure == "recorded slow":
            self.release.wait(self.slow_seconds)
        return answer

    def _keep(self, request, path):
        if request.headers["content-type"] != TYPES["score"]:
            return Reply("", 415)
        if request.fields.get("type_id") != "2":
            return document({"error": "the query of the column is missing"}, 400)
        score = json.loads(request.body)
        moment = datetime.fromisoformat(score["timestamp"])
        is_right = (
            "." in score["timestamp"]
            and moment.tzinfo is not None
            and score["activityProgress"] in ("Initialized", "Started", "InProgress", "Submitted", "Completed")
            and score["gradingProgress"] in ("FullyGraded", "Pending", "PendingManual", "Failed", "NotReady")
            and ("scoreGiven" not in score or (score["scoreGiven"] >= 0 and score["scoreMaximum"] > 0))
        )
        if not is_right:
            return document({"error": "the score is not as it must be"}, 400)
        if self.students is not None and score["userId"] not in self.students:
            return document({"errors": {"message": "User not found in course or is not a student"}}, 422)
        with self.lock:
            if path not in self.items:
                return document({"errors": {"message": "The specified resource does not exist."}}, 404)
            earlier = [
                datetime.fromisoformat(each["timestamp"])
                for place, each in self.accepted
                if (place, each["userId"]) == (path, score["userId"])
            ]
            if earlier and max(earlier) >= moment:
                self.refused.append((path, score))
                return document({"error": "Refusing score with an earlier timestamp"}, 409)
            self.accepted.append((path, score))
        return Reply("", 200, "application/json")

    def _results(self, request, path):
        problem = self._problem(request, RESULT)
        if problem is not None:
            return problem
        if not self.shows_results:
            return Reply("", 404)
        user = request.fields.get("user_id")
        with self.lock:
            newest = {score["userId"]: score for place, score in self.accepted if place == path}
        results = [
            {"id": f"{self.items[path]['id']}/results/{name}", "userId": name, "comment": score.get("comment", "")}
            | (
                {
                    "resultScore": score["scoreGiven"] / score["scoreMaximum"] * self.items[path]["scoreMaximum"],
                    "resultMaximum": self.items[path]["scoreMaximum"],
                }
                if "scoreGiven" in score
                else {}
            )
            for name, score in newest.items()
            if user in (None, name)
        ]
        return self._page(request, results, TYPES["results"], lambda part: part)

    def _list_members(self, request):
        problem = self._problem(request, MEMBERS)
        if problem is not None:
            return problem
        content = {"id": self.members_url, "context": {"id": CONTEXT, "title": "Deep Learning 2026"}}
        return self._page(request, self.members, TYPES["members"], lambda part: {**content, "members": part})

    def _page(self, request, entries, media_type, wrap):
        """Return a page of a list, with the links to the others; its media type must have been asked for."""
        if request.headers.get("accept") != media_type:
            return Reply("", 406)
        start = int(request.fields.get("page", 0)) * self.page_size
        links = [f'<{self.platform.address}{request.path}?page=0>; rel="first"']
        if start + self.page_size < len(entries):
            fields = "".join(f"&{name}={value}" for name, value in request.fields.items() if name != "page")
            number = start // self.page_size + 1
            links.append(f'<{self.platform.address}{request.path}?page={number}{fields}>; rel="next"')
        return Reply(wrap(entries[start : start + self.page_size]), 200, media_type, {"link": ", ".join(links)})
