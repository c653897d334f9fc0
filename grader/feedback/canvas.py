"""Places in the zip that Canvas reads under "Upload Submissions", the counterpart of "Download Submissions".

Canvas finds the person and the file by the beginning of a name, ``mustermannerika_4711_99123_``, and ignores every file
whose number is not that of a file handed in (``infer_comment_context_from_filename`` in ``app/models/abstract_assignment.rb`` of
instructure/canvas-lms). It attaches each file to a comment, for a group to those of all members. There it has the name of the
file that was handed in, whatever follows the numbers (``generate_comments_from_files``).
"""

from __future__ import annotations

from ..batch.layouts import ANONYMOUS, CANVAS
from ..batch.recipients import Recipient, Recipients

TARGET = "canvas-feedback.zip"
UPLOAD = (
    'In the Canvas gradebook, choose "Upload Submissions" in the menu of the assignment. Canvas shows the page under the '
    "name of the submitted file: tell your students to open it in a browser."
)
NO_PLACE = "they handed in text or a link, and Canvas takes a file only for a file"


def stems(person: Recipient, recipients: Recipients, title: str) -> list[str]:
    """Return the path of a person's page in the zip, without an ending: the name of the submitted file."""
    paths = [person.graded_path(), *(file.path for file in person.files)]
    matches = (ANONYMOUS.fullmatch(path) or CANVAS.fullmatch(path) for path in paths)
    match = next((match for match in matches if match is not None and match["file_id"]), None)
    if match is None:
        return []
    name, dot, _ending = match["file"].rpartition(".")
    return [f"{match.string[match.end('before') : match.start('file')]}{name if dot else match['file']}"]
