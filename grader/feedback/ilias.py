"""Places in the zip that ILIAS reads under "Multi Feedback" of an assignment.

The zip has one folder whose name begins with ``multi_feedback``, and in it one for each person, ``Lastname_Firstname_login_4711``.
ILIAS takes the number after the last underscore for the id of the user (``getMultiFeedbackFiles`` in
``Modules/Exercise/classes/class.ilExAssignment.php``), and shows feedback for one member of a team to the whole team.
"""

from __future__ import annotations

import re

from ..batch.layouts import ILIAS
from ..batch.recipients import Recipient, Recipients

TARGET = "ilias-feedback.zip"
UPLOAD = 'In ILIAS, open "Submissions and Grades" of the assignment, and upload the zip under "Multi-Feedback".'
NO_PLACE = "their folder has no user id of ILIAS"


def stems(person: Recipient, recipients: Recipients, title: str) -> list[str]:
    """Return the path of a person's page in the zip, without an ending; ``title`` is the name of the page."""
    if not person.number:
        return []
    matches = [match for file in person.files if (match := ILIAS.fullmatch(file.path))]
    folders = [match.string[match.end("before") : match.end("id")] for match in matches if match["id"] == person.number]
    name = re.sub(r"[^A-Za-z0-9]+", "_", person.name).strip("_")
    folder = folders[0] if folders else f"{name}_{person.identity}_{person.number}"
    return [f"multi_feedback_{title}/{folder}/{title}"]
