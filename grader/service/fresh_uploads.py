"""Small uploads are on disk as soon as their row is: their content is committed with it, so that one forced write is enough for many.

The blob is written at the same time, but forced to the disk later, for all uploads of half a minute at once. After a power
failure it may be missing or incomplete; then it is written again from the database.
"""

from __future__ import annotations

import logging

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from .errors import Refusal
from .service import Service
from .tables import Upload, table_of

MOST_BYTES = 64 << 10  # a larger content is forced to the disk by itself, before its row is committed
AT_ONCE = 50  # files that are written again while nothing else can be stored
log = logging.getLogger(__name__)

_UPLOAD = table_of(Upload)
INSERT = insert(_UPLOAD)
IDS = select(_UPLOAD.c.submission_id)
CONTENTS = select(_UPLOAD.c.content).where(_UPLOAD.c.submission_id.in_(bindparam("ids", expanding=True)))


def is_small(service: Service, content: bytes) -> bool:
    """Return whether a content is committed with its row; in an object store it is durable before its row."""
    return len(content) <= MOST_BYTES and not service.blobs.is_remote


def keep(session: Session, service: Service, submission_id: str, content: bytes) -> None:
    """Store the content of a new submission, whose row is in the same transaction; raises OSError."""
    service.blobs.put(content, is_vital=False)
    session.execute(INSERT, {"submission_id": submission_id, "content": content})


def settle_if_possible(service: Service) -> None:
    """Do :func:`settle`, or nothing if the disk is full or the database is locked: then it is done the next time."""
    try:
        settle(service)
    except (OSError, Refusal):
        log.warning("small uploads are not forced to the disk yet", exc_info=True)


def settle(service: Service) -> int:
    """Force the blobs of all small uploads to the disk, and write those again that are incomplete; return their number.

    Raises OSError if that is not possible; then the database keeps the contents.
    """
    with service.database.reading() as session:
        ids = [*session.scalars(IDS)]
    if not ids:
        return 0
    for first in range(0, len(ids), AT_ONCE):
        # While this session could write, nobody is erased, so the file of somebody who has been erased never comes back.
        with service.database.writing(is_repeatable=True) as session:
            for content in session.scalars(CONTENTS, {"ids": ids[first : first + AT_ONCE]}):
                service.blobs.put(content, is_vital=False)
    service.blobs.force()
    with service.database.writing() as session:
        session.execute(delete(_UPLOAD).where(_UPLOAD.c.submission_id.in_(ids)))
    return len(ids)
