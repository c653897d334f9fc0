"""Where the blobs of a server are: in a folder, or in an object store that several machines share."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Protocol

from .blobs import Blobs
from .configuration import Configuration
from .object_blobs import ObjectBlobs


class BlobStore(Protocol):
    """Blobs by their content; :class:`grader.service.blobs.Blobs` describes the methods."""

    is_remote: bool
    """Whether storing a blob takes a request to another machine, for which no transaction may wait."""

    def put(self, content: bytes, is_vital: bool = True) -> str: ...
    def force(self) -> None: ...
    def get(self, name: str) -> bytes: ...
    def is_damaged(self, name: str) -> bool: ...
    def delete_old(self, name: str, seconds: float) -> bool: ...
    def delete_parts(self, seconds: float, needed: Collection[str] = ()) -> None: ...
    def names(self) -> Iterator[str]: ...
    def check(self) -> None: ...


def blob_store(configuration: Configuration) -> BlobStore:
    """Return the blobs of a server, which may be new. Raises UsageError for a wrong address, and without the packages."""
    if "://" in configuration.blobs:
        return ObjectBlobs(configuration.blobs)
    return Blobs(configuration.blob_dir)
