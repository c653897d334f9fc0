"""The reasons for which a message of a platform is refused, with one sentence for people and one for the log."""

from __future__ import annotations

from ..support.errors import GraderError
from ..support.i18n import _


class LaunchRefused(GraderError):
    """A message of a platform that cannot be trusted, or is not what this server needs.

    ``problem`` is a fixed word that docs/serve-lti.md explains. ``detail`` is for the log and has no secret.
    """

    def __init__(self, problem: str, detail: str) -> None:
        super().__init__(sentence(problem))
        self.problem = problem
        self.detail = detail


def sentence(problem: str) -> str:
    """Return what a person reads who opened the message."""
    sentences = {
        "state": _(
            "This was opened too long ago, or it was opened twice: go back to your course, and open the exercise again."
        ),
        "browser": _(
            "This was started in another browser, or your browser did not keep a cookie: go back to your course, and open the "
            "exercise again in a new window."
        ),
        "expired": _(
            "This was opened too long ago: go back to your course, and open the exercise again. If it happens each time, the "
            "clocks of your course system and of this server differ."
        ),
        "keys": _(
            "This server cannot read the keys of your course system now: try again in a few minutes. If it stays so, tell your "
            "instructor."
        ),
        "anonymous": _(
            "Your course system does not say who you are, so nobody can be signed in: sign in there, and open the exercise again."
        ),
        "role": _(
            "Your course system says that you are neither a student nor a teacher of this course, so you cannot open it here."
        ),
        "context": _("This can only be opened from a course: add it to a course first, and open it there."),
        "clock": _(
            "The clocks of your course system and of this server differ by more than a minute: tell your instructor that one "
            "of them must be set."
        ),
    }
    other = _(
        "Your course system and this server do not agree ({problem}), so nobody was signed in. Open the exercise in your course "
        "again. If it happens again, tell your instructor the word in brackets."
    )
    return sentences.get(problem) or other.format(problem=problem)
