"""Places in a folder for each person, with the name of the person's page: for systems without an import, or for a shared drive."""

from __future__ import annotations

from ..batch.recipients import Recipient, Recipients

TARGET = "feedback/"
UPLOAD = "Give each student the folder with their name."
NO_PLACE = ""  # there is always one


def stems(person: Recipient, recipients: Recipients, title: str) -> list[str]:
    """Return the path of a person's page in the output folder, without an ending; ``title`` is the name of the page."""
    return [f"{TARGET}{person.page}/{title}"]
