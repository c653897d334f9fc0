"""The API: the leaderboards of a challenge."""

from __future__ import annotations

from pydantic import BaseModel

from ..service import access, boards
from .api_description import api_router
from .requests import Client, ServiceOf

router = api_router("boards")


class BoardEntryDocument(BaseModel):
    """A student on a leaderboard."""

    rank: int
    name: str
    """The name, or a pseudonym of a student who does not want to be named."""
    public: float
    """The accuracy on the public half of the held-out images."""
    private: float | None
    """That on the other half, null before the end of the challenge."""
    is_own: bool


class BoardDocument(BaseModel):
    """The leaderboard of one dataset, the best first."""

    data: str
    is_final: bool
    """Whether the challenge has ended, so that the private half decides."""
    entries: list[BoardEntryDocument]


@router.get("/courses/{course}/exercises/{exercise}/board")
def show_board(service: ServiceOf, caller: Client, course: str, exercise: str) -> list[BoardDocument]:
    """Return the leaderboards of a challenge, one for each dataset; for students only if the exercise shows them."""
    caller.require("read")
    with service.database.reading() as session:
        row, course_access = access.exercise(session, caller, course, exercise)
        return [
            BoardDocument.model_validate(board, from_attributes=True)
            for board in boards.boards(service, session, caller, row, course_access.is_staff)
        ]
