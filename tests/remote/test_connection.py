"""Every failure of a connection is one sentence, and the token goes nowhere else."""

from __future__ import annotations

import datetime
import http.server
import ssl
import subprocess
import threading
from contextlib import contextmanager

import pytest

from grader.remote.address import server_address
from grader.remote.connection import Connection
from grader.remote.errors import Interrupted, NoAnswer, ServerRefusal
from grader.support.errors import UsageError

TOKEN = "grd_this-is-the-token"


@contextmanager
def answering(status=200, headers=(), body=b"", certificate=None):
    """Run a server that gives one answer to everything; yields its port and the headers of all requests."""
    requests = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            requests.append(dict(self.headers))
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_address[1], requests
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def asked(url):
    with Connection(server_address(url), TOKEN) as connection:
        return connection.json("GET", "/exercises")


def refused(url, kind):
    with pytest.raises(kind) as error:
        asked(url)
    assert TOKEN not in str(error.value)
    return str(error.value)


@pytest.mark.quick
def test_token_is_sent_to_the_server():
    with answering(body=b"[]") as (port, requests):
        assert asked(f"http://127.0.0.1:{port}") == []
    assert requests[0]["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(status):
    with answering(body=b"[]") as (other, requests):
        location = f"http://localhost:{other}/api/v1/exercises"
        with answering(status, [("Location", location)]) as (port, _):
            sentence = refused(f"http://127.0.0.1:{port}", UsageError)
        assert requests == []
    assert sentence == (
        f"http://127.0.0.1:{port} leads to {location}: give that server with --to if you trust it. The token was not sent to it."
    )


def test_server_that_does_not_run():
    sentence = "No server answers at http://127.0.0.1:1: check the address, and whether the server runs."
    assert refused("http://127.0.0.1:1", Interrupted) == sentence


def test_unknown_host():
    assert refused("http://no-such-host.invalid", NoAnswer).startswith("The host no-such-host.invalid is not known")


@pytest.mark.parametrize("body", [b"<html>", b"", b"\xff"])
def test_something_else_answers(body):
    with answering(body=body) as (port, _):
        assert "There is no grading server at" in refused(f"http://127.0.0.1:{port}", UsageError)


def test_page_that_is_missing_is_no_grading_server():
    with answering(404, [("Content-Type", "text/html")], b"<html>") as (port, _):
        assert "There is no grading server at" in refused(f"http://127.0.0.1:{port}/c/demo", UsageError)


def test_unknown_token():
    with answering(401) as (port, _):
        sentence = refused(f"http://127.0.0.1:{port}", ServerRefusal)
    assert sentence == f"The server does not know this token: make a new one at http://127.0.0.1:{port}/me/tokens."


@pytest.mark.parametrize(("status", "code"), [(403, 2), (409, 2), (413, 2), (422, 2), (429, 3), (500, 3), (507, 3)])
def test_sentence_of_the_server_is_shown(status, code):
    problem = [("Content-Type", "application/problem+json")]
    with (
        answering(status, problem, b'{"detail": "It is\\u001b[31m so."}') as (port, _),
        pytest.raises(ServerRefusal, match=r"It is\?\[31m so\.") as error,
    ):
        asked(f"http://127.0.0.1:{port}")
    assert (error.value.exit_code, error.value.status) == (code, status)


@pytest.mark.parametrize("status", [502, 503, 504])
def test_server_that_restarts_may_answer_later(status):
    with answering(status, [], b"<html>") as (port, _):
        assert "cannot answer now" in refused(f"http://127.0.0.1:{port}", Interrupted)


def test_other_failures_of_the_server():
    with answering(500, [], b"<html>") as (port, _):
        assert "failed (500). This says nothing about the submission" in refused(
            f"http://127.0.0.1:{port}", ServerRefusal
        )
    with answering(413, [], b"<html>") as (port, _):
        assert "larger than the server accepts" in refused(f"http://127.0.0.1:{port}", ServerRefusal)


def test_http_where_https_was_asked_for():
    with answering() as (port, _):
        sentence = refused(f"https://127.0.0.1:{port}", NoAnswer)
    assert sentence == f"https://127.0.0.1:{port} does not speak HTTPS: check the address; it may begin with http://."


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """A function that returns a certificate which no authority has signed, with its key."""
    folder = tmp_path_factory.mktemp("certificates")

    def made(name="IP:127.0.0.1", days=2):
        path = folder / f"{name.replace(':', '-')}{days}.pem"
        start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=5)
        end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test", "-addext"]
        command += [f"subjectAltName={name}", "-keyout", str(path), "-out", f"{path}.crt"]
        dates = ["-not_before", f"{start:%Y%m%d%H%M%SZ}", "-not_after", f"{end:%Y%m%d%H%M%SZ}"]
        if subprocess.run(command + dates, capture_output=True).returncode:
            subprocess.run([*command, "-days", "2"], check=True, capture_output=True)
        path.write_bytes(path.read_bytes() + (folder / f"{path.name}.crt").read_bytes())
        return path

    return made


def test_certificate_of_an_unknown_authority(certificates):
    with answering(certificate=certificates()) as (port, requests):
        sentence = refused(f"https://127.0.0.1:{port}", NoAnswer)
    assert sentence.startswith("The certificate of 127.0.0.1 is not trusted here (self")
    assert "SSL_CERT_FILE" in sentence
    assert requests == []


def test_certificate_can_be_trusted(certificates, monkeypatch):
    certificate = certificates()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with answering(body=b"[]", certificate=certificate) as (port, _):
        assert asked(f"https://127.0.0.1:{port}") == []


def test_certificate_of_another_host(certificates, monkeypatch):
    certificate = certificates("DNS:example.org")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with answering(certificate=certificate) as (port, requests):
        assert "is not for 127.0.0.1: check the address" in refused(f"https://127.0.0.1:{port}", NoAnswer)
    assert requests == []


@pytest.mark.parametrize("token", ["", "  ", "a b", "tökén", "a\nb", "\x00"])
def test_text_that_is_no_token_is_refused_and_not_repeated(token):
    with pytest.raises(UsageError, match="The token") as error:
        Connection(server_address("http://127.0.0.1:1"), token)
    assert not token.strip() or token not in str(error.value)


def test_proxy_is_not_asked_for_this_machine(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with answering(body=b"[]") as (port, _):
        assert asked(f"http://127.0.0.1:{port}") == []


def test_proxy_that_does_not_answer_is_a_sentence(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert refused("http://example.org", NoAnswer).endswith(".")
