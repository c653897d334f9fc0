"""Downloads datasets from the same addresses as Keras, into the Keras cache, so that both use one copy."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import queue
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import cache, sources

CONNECT_SECONDS = 8.0  # including name resolution and handshake
SILENCE_SECONDS = 20.0  # between two pieces of a file
AGAIN_SECONDS = 600.0  # after a failure, no download is tried for this time
PIECE = 1 << 16
KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"


class DownloadFailed(Exception):
    """A dataset could not be downloaded; the text says why."""


@dataclass(frozen=True)
class RemoteFile:
    """A file to download: its address, its path in the Keras cache, its checksum."""

    address: str
    path: str
    algorithm: str
    checksum: str


def _fashion(file: str, md5: str) -> RemoteFile:
    return RemoteFile(f"{KERAS}/{file}", f"fashion-mnist/{file}", "md5", md5)


REMOTES: dict[str, tuple[RemoteFile, ...]] = {
    "mnist": (
        RemoteFile(
            f"{KERAS}/mnist.npz",
            "mnist.npz",
            "sha256",
            "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
        ),
    ),
    "fashion_mnist": (  # Keras does not check these files; the authors of the dataset publish these checksums
        _fashion("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        _fashion("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
        _fashion("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
        _fashion("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
    ),
    "cifar10": (
        RemoteFile(
            "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
            sources.CIFAR_ARCHIVE,
            "sha256",
            "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
        ),
    ),
}


def failed_recently(name: str) -> bool:
    """Return whether downloading ``name`` failed recently; then gradings do not wait for a missing network again."""
    for folder in cache.folders():
        with contextlib.suppress(OSError):
            return abs(time.time() - (folder / f"{name}.failed").stat().st_mtime) < AGAIN_SECONDS
    return False


def fetch(name: str) -> None:
    """Download the missing files of ``name`` into the Keras cache, with a progress bar on a terminal.

    Raises DownloadFailed.
    """
    try:
        for remote in REMOTES[name]:
            path = sources.keras_folder() / remote.path
            if not _is_complete(path, remote):
                _fetch(remote, path)
    except (DownloadFailed, OSError, http.client.HTTPException) as error:
        _record_failure(name)
        raise DownloadFailed(str(error) or type(error).__name__) from error


def _record_failure(name: str) -> None:
    for folder in cache.folders():
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.failed").write_bytes(b"")
            return


def _is_complete(path: Path, remote: RemoteFile) -> bool:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, lambda: _hash(remote)).hexdigest() == remote.checksum
    except OSError:
        return False


def _hash(remote: RemoteFile) -> Any:
    return hashlib.new(remote.algorithm, usedforsecurity=False)


def _fetch(remote: RemoteFile, path: Path) -> None:
    """Download to a temporary file next to ``path`` and rename it: ``path`` is complete and verified, or missing."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    path.parent.mkdir(parents=True, exist_ok=True)
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    part = tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False)  # noqa: SIM115, below
    try:
        digest, received = _hash(remote), 0
        with (
            part,
            _open(remote.address) as response,
            Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress,
        ):
            length = int(response.headers.get("Content-Length") or 0)
            task = progress.add_task(path.name, total=length or None)
            while piece := response.read(PIECE):
                part.write(piece)
                digest.update(piece)
                received += len(piece)
                progress.update(task, advance=len(piece))
        if received < length:
            raise DownloadFailed(f"the connection broke off after {received} of {length} bytes of {remote.address}")
        if digest.hexdigest() != remote.checksum:
            raise DownloadFailed(f"the file from {remote.address} has a wrong {remote.algorithm} checksum")
        os.chmod(part.name, 0o644)
        os.replace(part.name, path)  # the file is closed: Windows neither moves nor removes an open file
    except BaseException:
        os.unlink(part.name)
        raise


def _open(address: str) -> Any:
    """Return the response. A thread waits for it, since no time limit applies to a name server that does not answer."""
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def connect() -> None:
        try:
            answers.put(urllib.request.urlopen(address, timeout=SILENCE_SECONDS))
        except Exception as error:
            answers.put(error)

    threading.Thread(target=connect, daemon=True).start()
    try:
        answer = answers.get(timeout=CONNECT_SECONDS)
    except queue.Empty:
        raise DownloadFailed(f"{address} did not answer within {CONNECT_SECONDS:.0f} seconds") from None
    if isinstance(answer, Exception):
        raise DownloadFailed(f"{address} cannot be reached ({getattr(answer, 'reason', None) or answer})") from answer
    return answer
