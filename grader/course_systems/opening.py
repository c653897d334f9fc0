"""Opens the course system of an assignment: the right client with a connection, by the address that the instructor gives."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence

from .addresses import AssignmentAddress
from .canvas import Canvas
from .connection import CourseConnection, token_of
from .model import CourseSystem
from .moodle import TO_FETCH, TO_RETURN, Moodle


@contextlib.contextmanager
def opened(
    address: AssignmentAddress,
    token: str | None,
    returns: bool,
    tell: Callable[[str], None] = lambda line: None,
    environment: Mapping[str, str] = os.environ,
) -> Iterator[CourseSystem]:
    """Yield the assignment of a course system; ``returns`` says that marks are returned to it.

    ``token`` is that of an option, None to take it from the environment. ``tell`` gets a line before a long wait. Raises UsageError without a token.
    """
    secret = token_of(token, environment)
    functions: Sequence[str] = TO_RETURN if returns else TO_FETCH
    bearer = secret if address.system == "canvas" else ""
    with CourseConnection(address.server, bearer, tell=tell) as connection:
        if address.system == "canvas":
            yield Canvas(address, connection)
        else:
            yield Moodle(address, connection, secret, functions)
