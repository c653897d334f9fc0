"""Fixtures: an empty home without a network, small datasets, and a server with chosen behaviour."""

from __future__ import annotations

import functools
import hashlib
import http.server
import socket
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from grader import datasets
from grader.datasets import cache, download
from grader.datasets.sources import IMAGE_SHAPES
from tests.datasets import layouts


@pytest.fixture
def refused():
    """Return an address at which no server listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch, refused):
    """Return the Keras folder of an empty home; every download is refused."""
    monkeypatch.delenv("GRADER_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "*")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(cache, "_temporary_folder", functools.cache(lambda: tmp_path / "temporary"))
    remotes = {
        name: tuple(
            download.RemoteFile(f"{refused}/{remote.path}", remote.path, remote.algorithm, remote.checksum)
            for remote in files
        )
        for name, files in download.REMOTES.items()
    }
    monkeypatch.setattr(download, "REMOTES", remotes)
    (tmp_path / "keras" / "datasets").mkdir(parents=True)
    return tmp_path / "keras" / "datasets"


def small(name, training=20, test=10, seed=0):
    """Return arrays like those of the dataset ``name``, but few; all images differ."""
    draw = np.random.default_rng(seed)
    arrays = {}
    for part, count in (("train", training), ("test", test)):
        arrays[f"x_{part}"] = draw.integers(0, 256, (count, *IMAGE_SHAPES[name]), dtype=np.uint8)
        labels = (np.arange(count) % 10).astype(np.uint8)
        arrays[f"y_{part}"] = labels[:, None] if name == "cifar10" else labels
    return arrays


def equal(dataset, arrays):
    """Return whether the dataset contains exactly these arrays."""
    return all(
        np.array_equal(getattr(dataset, part), array) and getattr(dataset, part).dtype == np.uint8
        for part, array in arrays.items()
    )


@pytest.fixture
def server(monkeypatch):
    """Start a real server: it serves ``files``; ``cut`` breaks a download off, ``silent`` sends nothing; ``serve(name, ...)``."""
    state = SimpleNamespace(files={}, asked=[], cut=False, silent=False)
    done = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            state.asked.append(self.path)
            if state.silent:
                done.wait()
                return
            content = state.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if state.cut else content)

        def log_message(self, *_):
            pass

    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()

    def serve(name, files, checksum=None):
        """Serve ``files`` (path in the Keras cache: bytes) as the download of the dataset ``name``."""
        remotes = []
        for place, content in files.items():
            state.files[f"/{place}"] = content
            digest = checksum or hashlib.sha256(content).hexdigest()
            address = f"http://127.0.0.1:{running.server_port}/{place}"
            remotes.append(download.RemoteFile(address, place, "sha256", digest))
        monkeypatch.setitem(download.REMOTES, name, tuple(remotes))

    state.serve = serve
    yield state
    done.set()
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture(params=datasets.NAMES)
def arrays(request, tmp_path, monkeypatch):
    """Return small arrays; they are in the folder ``given``."""
    monkeypatch.setattr(datasets, "LENGTHS", dict.fromkeys(datasets.NAMES, (64, 22)))
    parts = small(request.param, training=30, test=21)
    layouts.write(tmp_path / "given", {f"{request.param}.npz": layouts.npz(parts)})
    return request.param, parts


def loaded(arrays, tmp_path):
    return datasets.load(arrays[0], tmp_path / "given")
