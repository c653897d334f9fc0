"""Calls the functions of Moodle's web services, protocol REST (https://docs.moodle.org/dev/Web_services).

Every function is a POST to ``webservice/rest/server.php``. The token is in its body, so that no log has it. Moodle answers
errors with status 200 and an object with ``exception``, ``errorcode`` and ``message``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..support.text import clean
from .connection import CourseConnection
from .failures import BrokenDownload, CourseSystemFailure, RequestRefused, TokenRefused

REST = "webservice/rest/server.php"
SITE_INFO = "core_webservice_get_site_info"
MODULE = "core_course_get_course_module"
TOKEN_ERRORS = ("invalidtoken", "invalidtimedtoken", "missingtoken", "servicenotavailable", "usernotfullysetup")
NEW_TOKEN = (
    "Moodle does not accept the token: it is wrong, has expired, or was deleted. Make a new one under Preferences, Security keys, "
    "or ask the administrator, and run the same command again."
)
LONGEST_ERROR = 10_000  # bytes


class MoodleCalls:
    """The functions that a token may call."""

    def __init__(self, connection: CourseConnection, token: str) -> None:
        self._connection = connection
        self._token = token

    def call(self, function: str, form: Mapping[str, str], reads: bool = True, is_about_one: bool | None = None) -> Any:
        """Return the answer of a function; only one that ``reads`` is called again after a broken connection.

        A refusal ``is_about_one`` student, as by default for functions that write, or ends everything.

        Raises TokenRefused, RequestRefused or CourseSystemFailure.
        """
        body = {"wstoken": self._token, "wsfunction": function, "moodlewsrestformat": "json", **form}
        answer = self._connection.answer("POST", REST, body, reads)
        if answer.status_code in (403, 404):
            raise CourseSystemFailure(
                f"There are no web services of Moodle at {self._connection.server.url}: check the address. Perhaps an administrator "
                "has to enable web services and the REST protocol."
            )
        if not answer.is_success and not reads:
            raise RequestRefused(
                f"Moodle failed ({answer.status_code}), so it is not known whether this arrived: run the same command again"
            )
        if not answer.is_success:
            raise CourseSystemFailure(f"Moodle failed ({answer.status_code}): run the same command again later.")
        document = self._connection.document(answer)
        if isinstance(document, Mapping) and "exception" in document:
            error = _error(function, document)
            ends_everything = reads if is_about_one is None else not is_about_one
            if ends_everything and isinstance(error, RequestRefused):
                raise CourseSystemFailure(f"{error}.")
            raise error
        return document

    def refuse_missing(self, names: Sequence[str]) -> None:
        """Raise CourseSystemFailure if the token may not call one of these functions: ``core_webservice_get_site_info`` lists them."""
        answer = self.call(SITE_INFO, {})
        allowed = {function.get("name") for function in answer.get("functions", [])}
        missing = [name for name in names if name not in allowed]
        if missing:
            raise CourseSystemFailure(
                f"The token may not call {', '.join(missing)}: an administrator adds this under Site administration, Server, Web "
                "services, External services, Functions, to the service of the token."
            )
        if answer.get("downloadfiles") == 0:
            raise CourseSystemFailure(
                "The token may not download files: an administrator allows it under Site administration, Server, Web services, "
                "External services, Edit, Can download files."
            )


def refuse_error(content: bytes) -> None:
    """Raise the error that Moodle has sent instead of a file, if it is one."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return
    if isinstance(document, Mapping) and "errorcode" in document:
        error = _error("", document)
        raise error if isinstance(error, TokenRefused) else BrokenDownload(str(error))


def _error(function: str, document: Mapping[str, Any]) -> CourseSystemFailure:
    code, message = str(document.get("errorcode", "")), clean(document.get("message", ""))
    if code in TOKEN_ERRORS or (code == "accessexception" and function == SITE_INFO):
        return TokenRefused(NEW_TOKEN)
    if code == "accessexception":
        return CourseSystemFailure(
            f"The token may not call {function}: an administrator adds it under Site administration, Server, Web services, "
            "External services, Functions, to the service of the token."
        )
    if code == "invalidrecord" and function == MODULE:
        return CourseSystemFailure("Moodle has no activity with this number: check the address of the assignment.")
    return RequestRefused(f"Moodle refuses it ({message or clean(code)})")
