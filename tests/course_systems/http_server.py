"""A real HTTP server in a thread, whose answers a function makes: the base of the course systems of the tests."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Asked:
    """A request: the path without the question mark, the parameters behind it, the form in the body, and the headers."""

    method: str
    path: str
    query: list[tuple[str, str]]
    form: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""

    def all(self, name):
        return [value for key, value in self.query if key == name]

    def one(self, name, default=""):
        return next(iter(self.all(name)), default)


@dataclass
class Reply:
    """An answer; ``cut`` sends only so many bytes of the content, and then closes the connection."""

    status: int = 200
    content: object = ""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None

    def bytes(self):
        if isinstance(self.content, bytes):
            return self.content
        return self.content.encode() if isinstance(self.content, str) else json.dumps(self.content).encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        body = raw.decode(errors="replace")
        parts = urlsplit(self.path)
        form = dict(parse_qsl(body, keep_blank_values=True))
        query = parse_qsl(parts.query, keep_blank_values=True)
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.reply(Asked(self.command, parts.path, query, form, headers, raw))
        content = reply.bytes()
        self.send_response(reply.status)
        kind = "text/html" if isinstance(reply.content, str) else "application/json"
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content if reply.cut is None else content[: reply.cut])
        if reply.cut is not None:
            self.close_connection = True

    do_GET = do_POST = do_PUT = answer


class Server(ThreadingHTTPServer):
    daemon_threads = True
    reply = None

    def handle_error(self, *_):  # a client that goes away
        pass


@contextmanager
def serving(reply=None):
    """Yield a server; ``reply`` is a function of an :class:`Asked` that returns a :class:`Reply`, and may be set later."""
    server = Server(("127.0.0.1", 0), Handler)
    server.reply = reply
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
