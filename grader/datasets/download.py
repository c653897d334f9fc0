"""Fetches data sets from where Keras fetches them, into the Keras cache, so that both use one copy."""

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

CONNECT_SECONDS = 8.0  # name resolution and handshake included
SILENCE_SECONDS = 20.0  # between two pieces of a file
AGAIN_SECONDS = 600.0  # after a failure, gradings do without for so long
PIECE = 1 << 16
KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"


class Failed(Exception):
    """A data set could not be fetched; the text says why."""


@dataclass(frozen=True)
class Remote:
    """A file to fetch: its address, its place in the Keras cache, its checksum."""

    address: str
    place: str
    algorithm: str
    checksum: str


def _fashion(file: str, md5: str) -> Remote:
    return Remote(f"{KERAS}/{file}", f"fashion-mnist/{file}", "md5", md5)


REMOTES: dict[str, tuple[Remote, ...]] = {
    "mnist": (
        Remote(
            f"{KERAS}/mnist.npz",
            "mnist.npz",
            "sha256",
            "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
        ),
    ),
    "fashion_mnist": (  # Keras checks none of these; the checksums are those that the data set's authors publish
        _fashion("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        _fashion("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
        _fashion("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
        _fashion("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
    ),
    "cifar10": (
        Remote(
            "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
            sources.CIFAR_ARCHIVE,
            "sha256",
            "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
        ),
    ),
}


def failed_lately(name: str) -> bool:
    """Whether fetching ``name`` failed a short time ago, so that not each grading waits for a missing network."""
    for folder in cache.folders():
        with contextlib.suppress(OSError):
            return abs(time.time() - (folder / f"{name}.failed").stat().st_mtime) < AGAIN_SECONDS
    return False


def fetch(name: str) -> None:
    """Bring what is missing of ``name`` into the Keras cache, with a progress bar on a terminal; raises Failed."""
    try:
        for remote in REMOTES[name]:
            path = sources.keras_folder() / remote.place
            if not _is(path, remote):
                _fetch(remote, path)
    except (Failed, OSError, http.client.HTTPException) as error:
        _remember(name)
        raise Failed(str(error) or type(error).__name__) from error


def _remember(name: str) -> None:
    for folder in cache.folders():
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.failed").write_bytes(b"")
            return


def _is(path: Path, remote: Remote) -> bool:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, lambda: _hash(remote)).hexdigest() == remote.checksum
    except OSError:
        return False


def _hash(remote: Remote) -> Any:
    return hashlib.new(remote.algorithm, usedforsecurity=False)


def _fetch(remote: Remote, path: Path) -> None:
    """Write beside ``path`` first: the file is there whole and proven, or not at all."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    path.parent.mkdir(parents=True, exist_ok=True)
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    part = tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False)  # noqa: SIM115, below
    try:
        digest, arrived = _hash(remote), 0
        with (
            part,
            _open(remote.address) as response,
            Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress,
        ):
            announced = int(response.headers.get("Content-Length") or 0)
            shown = progress.add_task(path.name, total=announced or None)
            while piece := response.read(PIECE):
                part.write(piece)
                digest.update(piece)
                arrived += len(piece)
                progress.update(shown, advance=len(piece))
        if arrived < announced:
            raise Failed(f"the connection broke off after {arrived} of {announced} bytes of {remote.address}")
        if digest.hexdigest() != remote.checksum:
            raise Failed(f"what {remote.address} sent has another {remote.algorithm} checksum than it should have")
        os.chmod(part.name, 0o644)
        os.replace(part.name, path)  # it is closed by now: Windows neither moves nor removes an open file
    except BaseException:
        os.unlink(part.name)
        raise


def _open(address: str) -> Any:
    """The response. A thread waits for it, because no time limit reaches a name server that does not answer."""
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
        raise Failed(f"{address} did not answer within {CONNECT_SECONDS:.0f} seconds") from None
    if isinstance(answer, Exception):
        raise Failed(f"{address} cannot be reached ({getattr(answer, 'reason', None) or answer})") from answer
    return answer
