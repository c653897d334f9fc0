"""The output of threads and child processes is limited, that of the main thread is not."""

from __future__ import annotations

import threading

import pytest

from grader.worker import background


@pytest.fixture
def pauses(monkeypatch):
    pauses = []
    monkeypatch.setattr(background, "_sleep", pauses.append)
    return pauses


def in_a_thread(function):
    results = []
    thread = threading.Thread(target=lambda: results.append(function()))
    thread.start()
    thread.join()
    return results[0]


def test_main_thread_is_not_limited(pauses):
    share = background.OutputShare(10)
    assert all(share.admits(1000) for _ in range(3))
    assert pauses == []


def test_thread_is_slowed_down_beyond_its_share(pauses):
    share = background.OutputShare(10)
    assert in_a_thread(lambda: [share.admits(6) for _ in range(3)]) == [True, False, False]
    assert pauses == [background.PAUSE] * 2


def test_stream_drops_text_beyond_the_share(pauses, tmp_path):
    with (tmp_path / "out").open("wb") as raw:
        stream = background._LimitedStream(raw, encoding="utf-8", line_buffering=True)
        stream.share = background.OutputShare(5)
        assert in_a_thread(lambda: [stream.write(text) for text in ("abc\n", "defg\n")]) == [4, 5]
        stream.write("main\n")
        stream.flush()
        assert (tmp_path / "out").read_text() == "abc\nmain\n"
