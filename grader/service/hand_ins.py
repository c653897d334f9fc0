"""An upload that has arrived: its user and its files. It is counted and packed once, however often its transaction starts again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ..submission import digest
from ..support.zips import zipped
from . import admission, fresh_uploads, space
from .access import Caller
from .blobs import name_of
from .service import Service
from .tables import Kind


@dataclass(frozen=True)
class PackedUpload:
    """The files of an upload as one content: a single file as it is, several ones as a zip file. ``sha256`` is the digest of the files."""

    file_name: str
    file_count: int
    size: int
    sha256: str
    content: bytes
    blob: str


@dataclass
class HandIn:
    """An upload for an exercise. ``who`` returns its user, or raises a Refusal; ``received`` is the time of its last byte."""

    who: Callable[[Session], Caller]
    course: str
    exercise: str
    kind: Kind
    files: Mapping[str, bytes]
    received: datetime
    via: str
    idempotency_key: str | None = None
    _caller: Caller | None = None
    _packed: PackedUpload | None = None

    def is_slow(self, service: Service) -> bool:
        """Return whether packing or storing it takes so long that no transaction may wait for it."""
        return service.blobs.is_remote or sum(map(len, self.files.values())) > fresh_uploads.MOST_BYTES

    def caller_in(self, session: Session, service: Service) -> Caller:
        """Return the user, whose upload is counted the first time; raises a Refusal for nobody, and for too many uploads."""
        if self._caller is None:
            caller = self.who(session)
            service.rates.count_upload(caller.user_id)
            self._caller = caller
        return self._caller

    def packed(self, service: Service) -> PackedUpload:
        """Return the packed files; raises a Refusal for wrong files, and if the disk has no space for them."""
        if self._packed is None:
            admission.refuse_wrong_files(self.files, service.configuration.limits)
            upload = _pack(self.files)
            space.refuse_if_low(service, len(upload.content))
            self._packed = upload
        return self._packed


def _pack(files: Mapping[str, bytes]) -> PackedUpload:
    content = next(iter(files.values())) if len(files) == 1 else zipped(files)
    size = sum(map(len, files.values()))
    return PackedUpload(next(iter(files)), len(files), size, digest(dict(files)), content, name_of(content))
