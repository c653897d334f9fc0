"""Requests to other systems have limits of time and size, and follow no redirect. The server here is a real one."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from grader.logins.web_client import MOST_BYTES, NoUsableAnswer, WebClient


class Handler(BaseHTTPRequestHandler):
    """Answers by the path of the address."""

    def do_GET(self):
        self.send_response(302 if self.path == "/redirect" else 200)
        if self.path == "/redirect":
            self.send_header("Location", "/json")
        self.end_headers()
        if self.path == "/json":
            self.wfile.write(b'{"a": 1}')
        try:
            for _ in range({"/large": 40, "/slow": 100}.get(self.path, 0)):
                self.wfile.write(b" " * (MOST_BYTES // 20 if self.path == "/large" else 1))
                time.sleep(0.1 if self.path == "/slow" else 0)
        except OSError:
            pass  # the client has had enough

    def log_message(self, *_arguments):
        pass


@pytest.fixture(scope="module")
def address():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.quick
def test_document_is_read(address):
    assert WebClient().document(f"{address}/json") == {"a": 1}


@pytest.mark.parametrize(
    ("path", "seconds", "reason"),
    [
        ("/large", 60, "more than 1 MB"),
        ("/slow", 0.3, "0.3 seconds"),  # altogether, although something arrives all the time
        ("/redirect", 60, "status 302"),
        ("/empty", 60, "not JSON, but nothing"),
    ],
)
def test_answers_have_limits(address, path, seconds, reason):
    with pytest.raises(NoUsableAnswer, match=reason):
        WebClient(seconds).document(f"{address}{path}")


@pytest.mark.parametrize("address", ["http://[", "ftp://x/", "https://user name/"])
def test_address_that_does_not_work_has_a_reason(address):
    with pytest.raises(NoUsableAnswer, match="the connection failed"):
        WebClient().document(address)
