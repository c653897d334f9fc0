"""Places in the zip that Moodle reads under "Upload multiple feedback files in a zip".

Moodle finds a person by the name of a folder, ``Full Name_4711_assignsubmission_file_``, as in the archive of all submissions:
``mod/assign/feedback/file/importziplib.php`` splits it at underscores and looks up the number in second place. A file without
a folder has this beginning in front of its name. All other files of the folder become feedback files.

A group's folder has the number of the group. Newer releases give its files to each member, and earlier ones know only the
numbers of persons. So a group gets its own folder, and one for each member whose number the grading worksheet gives. A
number that means somebody else in the other release is left out.
"""

from __future__ import annotations

from ..batch.layouts import MOODLE
from ..batch.recipients import Recipient, Recipients

LAYOUT = "moodle"
TARGET = "moodle-feedback.zip"
UPLOAD = 'In Moodle, open the submissions of the assignment and choose "Upload multiple feedback files in a zip".'
NO_PLACE = "their folder has no number, or one that belongs to somebody else"


def stems(person: Recipient, recipients: Recipients, title: str) -> list[str]:
    """Return the paths of a person's page in the zip, without an ending; ``title`` is the name of the page."""
    own = _own(person.graded_path(), title)
    if recipients.layout != LAYOUT or not person.identity.isdigit():  # the id is not a number of Moodle
        return [own] if own else []
    numbers_of_people = [other.identity for other in recipients.people]
    if not person.group:
        return [own or _of_number(person, title)] if numbers_of_people.count(person.identity) <= 1 else []
    numbers_of_groups = {other.group_id for other in recipients.people if other.group}
    places = [own] if own and person.group_id not in numbers_of_people else []
    return places if person.identity in numbers_of_groups else [*places, _of_number(person, title)]


def _of_number(person: Recipient, title: str) -> str:
    """Return the place of a person without an own folder: a member of a group, or marked without a submission."""
    name = " ".join(person.name.replace("_", " ").replace("/", " ").split())
    return f"{name}_{person.identity}_assignsubmission_file_/{title}"


def _own(path: str, title: str) -> str:
    """Return the place next to a file of the archive, in the same folder or with the same beginning; "" without a number."""
    match = MOODLE.fullmatch(path)
    if match is None:
        return ""
    name = match["name"].replace("_", " ")  # Moodle expects the number after the first underscore
    entry = f"{name}{path[match.end('name') : match.end('kind')]}"
    folder, slash, _ = f"{name}{path[match.end('name') :]}".partition("/")
    return f"{folder}/{title}" if slash else f"{entry}_{title}"
