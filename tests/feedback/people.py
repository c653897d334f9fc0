"""People and pages of a class for the tests of feedback."""

from __future__ import annotations

from typing import Any

from grader.batch.recipients import HandedInFile, Recipient, Recipients
from grader.feedback.letters import Letter


def person(name: str = "Erika Mustermann", identity: str = "4711", path: str = "", **other: Any) -> Recipient:
    """Return a person who handed in the file at ``path``."""
    files = [HandedInFile(path=path, name=path.rpartition("/")[2])] if path else []
    return Recipient(**{"name": name, "identity": identity, "page": name.replace(" ", "_"), "files": files, **other})


def letter(recipient: Recipient, result: str = "100 points", **other: Any) -> Letter:
    """Return the letter with the page of a person."""
    page = f"<p>{recipient.name}: {result}</p>".encode()
    return Letter(
        **{"recipient": recipient, "files": {".html": page}, "result": result, "is_provisional": False, **other}
    )


def people(*persons: Recipient, layout: str = "moodle") -> Recipients:
    """Return a class."""
    return Recipients(layout=layout, assignment="ex", people=[*persons])
