"""``%grade --remote``: hands in a notebook on a server from its kernel, and returns the report."""

from __future__ import annotations

import getpass
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from ..remote import exercises, handing_in, hub_server, reports, upload
from ..remote.address import ServerAddress, warning
from ..remote.connection import Connection
from ..remote.errors import ServerRefusal
from ..remote.exercises import RemoteExercise
from ..remote.handing_in import RemoteSubmission
from ..support import i18n, similar_names
from ..support.errors import GraderError, UsageError
from ..support.i18n import _
from . import exercise, source
from .checking import Checked, NotChecked

TOKENS: dict[str, str] = {}  # by address, as typed in this session


def check_remotely(
    url: str | None,
    assignment: str | None,
    submission: str | None,
    *,
    course: str | None = None,
    attempt: bool = False,
    lang: str | None = None,
    tell: Callable[[str], object] = print,
) -> Checked:
    """Hand in a file on the server at ``url`` and return its report; raises NotChecked.

    Without ``url`` it is the server of the JupyterHub in which the notebook runs.
    The defaults of ``assignment`` and ``submission`` are those of :func:`grader.notebook.checking.check`. The receipt is a
    sentence for ``tell``.
    """
    with i18n.use(i18n.choose_language(lang, os.environ)):
        try:
            address = hub_server.chosen(url, os.environ, "--remote")
            return _check(address, assignment, submission, course, attempt, tell)
        except NotChecked:
            raise
        except GraderError as error:
            raise NotChecked(str(error)) from None


def _check(
    address: ServerAddress,
    assignment: str | None,
    submission: str | None,
    course: str | None,
    attempt: bool,
    tell: Callable[[str], object],
) -> Checked:
    if submission is None and assignment is not None and exercise.is_file_name(assignment):
        assignment, submission = None, assignment
    if (unsafe := warning(address)) and not _is_of_hub(address):
        tell(unsafe)
    with tempfile.TemporaryDirectory(prefix="grader-cells-") as folder:
        file = source.choose(submission, source.running_shell(), Path(folder))
        with Connection(address, _token(address)) as connection:
            try:
                available = exercises.exercises(connection)
            except GraderError as error:
                if isinstance(error, ServerRefusal) and error.status == 401 and _is_of_hub(address):
                    raise UsageError(hub_server.refused(address)) from None
                TOKENS.pop(address.url, None)  # it may be a wrong one: ask again next time
                raise
            name = assignment if assignment is not None else _named_after(file.name, available)
            choice = exercises.choose(available, name, course)
            content = upload.read(file.path, choice.file_bytes)
            receipt = handing_in.hand_in(connection, choice, content, attempt)
            sentence = handing_in.sentence(receipt, choice, attempt)
            tell(sentence)
            final = _wait(connection, receipt)
            answer = reports.report_of(connection, final, file.label or file.path)
    if answer.report is None:
        raise NotChecked(
            _("A newer server made the report: update the grader, or read it at {page}.").format(
                page=f"{address.url}/s/{receipt.id}"
            )
        )
    about = (sentence, *file.about)
    return Checked(answer.report, about, choice.title, choice.pass_mark, choice.hints, i18n.current())


def _wait(connection: Connection, receipt: RemoteSubmission) -> RemoteSubmission:
    try:
        return handing_in.wait(connection, receipt, lambda _: None)
    except KeyboardInterrupt:
        page = handing_in.page(connection, receipt)
        raise NotChecked(
            _("Stopped waiting. The server grades it all the same: see {page}").format(page=page)
        ) from None


def _named_after(name: str | None, available: Sequence[RemoteExercise]) -> str:
    """Return the exercise of the server that a file is named after; raises UsageError if its name matches no exercise."""
    names = list(dict.fromkeys(each.name for each in available))
    match = similar_names.nearest(name, names) if name else None
    if match is not None or not names:
        return match or ""
    sentence = _("The name of the file matches no exercise: write the exercise after %grade, one of {names}.")
    raise UsageError(sentence.format(names=", ".join(names)))


def _is_of_hub(address: ServerAddress) -> bool:
    """Return whether the token comes from the hub."""
    return not os.environ.get("GRADER_TOKEN") and hub_server.token_for(address, os.environ) is not None


def _token(address: ServerAddress) -> str:
    """Return the token of the environment or of the hub, else the one that the student types; it never becomes part of the notebook."""
    token = os.environ.get("GRADER_TOKEN") or hub_server.token_for(address, os.environ) or TOKENS.get(address.url)
    if token is None:
        prompt = _("Token from {address}/me/tokens: ").format(address=address.url)
        try:
            token = getpass.getpass(prompt)
        except (EOFError, KeyboardInterrupt, RuntimeError, OSError):  # nobody can type here
            token = ""
        if not token.strip():
            message = _("A token is missing: make one at {address}/me/tokens, and set GRADER_TOKEN to it.")
            raise UsageError(message.format(address=address.url))
        TOKENS[address.url] = token
    return token
