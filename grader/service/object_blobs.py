"""Blobs in an object store with the interface of S3, so that the servers of several machines share them.

An object is complete or does not exist, and it is durable when the store has answered. The credentials and the address of the store
come from the usual variables, such as ``AWS_ACCESS_KEY_ID`` and ``AWS_ENDPOINT_URL``.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from ..machine import distribution
from ..support.errors import UsageError
from ..support.i18n import lazy
from .blobs import name_of, place_of
from .errors import Refusal, Unavailable
from .logs import FIELDS

ADDRESS = re.compile(r"s3://([a-z0-9][a-z0-9.-]+)((?:/[\w.=-]+)*)/?")
DELETED = "deleted"
"""The folder of blobs that nothing seemed to need; see :meth:`ObjectBlobs.delete_old`."""
TIMES = {"connect_timeout": 5, "read_timeout": 30, "retries": {"max_attempts": 3, "mode": "standard"}}
CHECK_SECONDS = 10
"""For how long the answer of :meth:`ObjectBlobs.check` is used again: pages and probes ask often, and a silent store takes long."""
PROBE = "probe"  # the object that shows whether the store works; it stays, since several servers use it
UNAVAILABLE = lazy("The storage of files does not answer. Try again in a minute.")
log = logging.getLogger(__name__)


class ObjectBlobs:
    """Blobs below an address such as ``s3://bucket/prefix``. The connection is made when it is first used.

    A method whose request the store does not answer raises Unavailable: the same request may succeed later.
    """

    is_remote = True

    def __init__(self, address: str) -> None:
        """Raises UsageError for an address of another form, and without the packages."""
        match = ADDRESS.fullmatch(address)
        if match is None:
            raise UsageError(
                "--blobs takes a folder or an address such as s3://bucket/prefix; the credentials belong in "
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and the address of another store than Amazon's in AWS_ENDPOINT_URL."
            )
        try:
            import s3fs  # noqa: F401
        except ImportError as error:
            raise UsageError(f"--blobs s3://... needs more packages: run {distribution.command('s3')}.") from error
        self._root = match[1] + match[2]
        self._system: Any = None
        self._lock = threading.Lock()
        self._check_lock = threading.Lock()
        self._checked: float | None = None  # when the last check ended
        self._problem = ""  # what it found

    def put(self, content: bytes, is_vital: bool = True) -> str:
        """Store a blob and return its name, the SHA-256 of its content. One that exists is written again, so that it is new."""
        name = name_of(content)
        with self._requests() as system:
            system.pipe_file(self._path(name), content)
        return name

    def force(self) -> None:
        """Do nothing: every blob is durable."""

    def get(self, name: str) -> bytes:
        """Return the content of a blob; raises FileNotFoundError, also if it is damaged."""
        content = self._content(name)
        if name_of(content) != name:
            raise FileNotFoundError(name)
        return content

    def is_damaged(self, name: str) -> bool:
        """Return whether a blob has another content than its name says; raises FileNotFoundError without the blob."""
        return name_of(self._content(name)) != name

    def delete_old(self, name: str, seconds: float) -> bool:
        """Delete a blob that was stored more than ``seconds`` ago; False if it is newer or does not exist.

        It may be stored again at the same moment, and then this would delete the new one: no object store can look at the time
        and delete in one step. So a copy is kept until :meth:`delete_parts`, and :meth:`get` uses it.
        """
        path = self._path(name)
        try:
            with self._requests() as system:
                if system.info(path)["LastModified"] > datetime.now(UTC) - timedelta(seconds=seconds):
                    return False
                system.cp_file(path, self._deleted(name))
                system.rm_file(path)
        except FileNotFoundError:
            return False
        return True

    def delete_parts(self, seconds: float, needed: Collection[str] = ()) -> None:
        """Delete the copies of blobs that were deleted more than ``seconds`` ago; those that are ``needed`` are blobs again."""
        limit = datetime.now(UTC) - timedelta(seconds=seconds)
        with self._requests() as system:
            for path, about in system.find(f"{self._root}/{DELETED}", detail=True).items():
                name = path.rpartition("/")[2]
                if about["LastModified"] > limit:
                    continue
                if name in needed and not system.exists(self._path(name)):
                    system.cp_file(path, self._path(name))
                system.rm_file(path)

    def names(self) -> Iterator[str]:
        """Yield the names of all blobs."""
        with self._requests() as system:
            paths = system.find(self._root)
        for path in paths:
            folder, _, name = path.removeprefix(f"{self._root}/").partition("/")
            if name[:2] == folder:
                yield name

    def check(self) -> None:
        """Write and read an object; raises UsageError that says why this is not possible, without the credentials.

        The answer may be some seconds old. While one caller asks the store, the others get the last answer.
        """
        if self._check_lock.acquire(blocking=self._checked is None):
            try:
                if self._checked is None or time.monotonic() - self._checked > CHECK_SECONDS:
                    self._problem = self._trial()
                    self._checked = time.monotonic()
            finally:
                self._check_lock.release()
        if self._problem:
            raise UsageError(self._problem)

    def _trial(self) -> str:
        """Return why an object cannot be written and read, "" if it can."""
        path = f"{self._root}/{PROBE}"
        try:
            with self._requests() as system:
                system.pipe_file(path, b"grader")
                system.cat_file(path)
        except FileNotFoundError:
            bucket = self._root.partition("/")[0]
            return f"The files cannot be stored at s3://{self._root}: make the bucket {bucket} first."
        except Refusal as error:
            return f"The files cannot be stored at s3://{self._root}: {_reason(error.__cause__)}."
        return ""

    def _content(self, name: str) -> bytes:
        path = self._path(name)
        with self._requests() as system:
            try:
                content: bytes = system.cat_file(path)
            except FileNotFoundError:
                content = system.cat_file(self._deleted(name))
                system.pipe_file(path, content)
            return content

    @contextmanager
    def _requests(self) -> Iterator[Any]:
        """Yield the file system, whose requests raise FileNotFoundError or Unavailable."""
        with self._lock:
            if self._system is None:
                import s3fs

                self._system = s3fs.S3FileSystem(
                    config_kwargs=TIMES, use_listings_cache=False, skip_instance_cache=True
                )
        try:
            yield self._system
        except FileNotFoundError:
            raise
        except Exception as error:  # the client has its own errors for names, networks and credentials
            log.warning("the object store fails", extra={FIELDS: {"error": type(error).__name__}})
            raise Unavailable(UNAVAILABLE, retry_after=60) from error

    def _path(self, name: str) -> str:
        return f"{self._root}/{place_of(name)}"

    def _deleted(self, name: str) -> str:
        return f"{self._root}/{DELETED}/{name}"


def _reason(error: BaseException | None) -> str:
    """Return why a request failed. Messages of the client may contain addresses and credentials, so none of them is used."""
    name = type(error).__name__
    if isinstance(error, PermissionError) or "Credential" in name:
        return "the store refuses the credentials in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or they may not write there"
    return f"the store at AWS_ENDPOINT_URL does not answer as expected ({name})"
