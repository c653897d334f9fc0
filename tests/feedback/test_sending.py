"""Tests of sending: by a small SMTP server in a thread, or by connections that fail."""

from __future__ import annotations

import smtplib
import socketserver
import threading

import pytest

from grader.batch.store import Store
from grader.feedback import sending
from grader.feedback.mail import mail
from grader.feedback.sending import MailServer, send
from grader.support.errors import NotGradable, UsageError
from tests.feedback.people import letter, person


class Handler(socketserver.StreamRequestHandler):
    """Answers as a mail server does; refuses addresses that begin with ``nobody`` and ends at ``breaks``."""

    def handle(self):
        self._say("220 ready")
        while line := self.rfile.readline().decode().strip():
            command = line[:4].upper()
            if command == "RCPT" and "<breaks" in line:
                return
            if command == "RCPT" and "<nobody" in line:
                self._say("550 no such user")
            elif command == "DATA":
                self._say("354 go on")
                content = []
                while (text := self.rfile.readline()) != b".\r\n":
                    content.append(text)
                self.server.messages.append(b"".join(content))
                self._say("250 ok")
            else:
                self._say("221 bye" if command == "QUIT" else "250 ok")

    def _say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def smtp():
    """Run a mail server on this machine; its ``messages`` are those that it accepted."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.messages = []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def send_to(smtp, tmp_path):
    """Send mails to these addresses; return (number, problems, pauses, recorded addresses)."""

    def run(*addresses):
        server = MailServer("127.0.0.1", smtp.server_address[1], "tutor@example.org")
        mails = [mail(letter(person(a, a)), a, "tutor@example.org", "T", "f") for a in addresses]
        pauses = []
        with Store(tmp_path / "out") as store:
            try:
                count, problems = send(mails, server, store, 2.0, pauses.append)
            finally:
                run.recorded = sorted(address for _identity, address, _result in store.sent())
        return count, problems, pauses

    return run


def test_mails_are_sent_with_pauses_and_recorded(send_to, smtp):
    assert send_to("a@example.org", "b@example.org", "c@example.org") == (3, [], [2.0, 2.0])
    assert send_to.recorded == ["a@example.org", "b@example.org", "c@example.org"]
    assert len(smtp.messages) == 3
    assert b"\r\nDate: " in smtp.messages[0] and b"X-Unsent" not in smtp.messages[0]


def test_refused_mail_is_listed_and_the_others_are_sent(send_to, smtp):
    count, problems, _pauses = send_to("a@example.org", "nobody@example.org", "c@example.org")
    assert count == len(smtp.messages) == 2
    assert problems == [("nobody@example.org", "127.0.0.1 refuses the mail to nobody@example.org (550 no such user)")]
    assert send_to.recorded == ["a@example.org", "c@example.org"]


def test_broken_connection_keeps_the_record_of_what_was_sent(send_to):
    with pytest.raises(NotGradable, match="broke after 1 of 3 mails: run the same command again"):
        send_to("a@example.org", "breaks@example.org", "c@example.org")
    assert send_to.recorded == ["a@example.org"]


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "set GRADER_SMTP_HOST"),
        ({"HOST": "h"}, "set GRADER_SMTP_FROM"),
        ({"HOST": "h", "FROM": "Erika"}, "GRADER_SMTP_FROM is 'Erika'"),
        ({"HOST": "h", "FROM": "a@b.c", "PORT": "smtp"}, "GRADER_SMTP_PORT is 'smtp'"),
        ({"HOST": "h", "FROM": "a@b.c", "USER": "u"}, "GRADER_SMTP_PASSWORD is not"),
    ],
)
def test_missing_setting_is_reported(environment, words):
    with pytest.raises(UsageError, match=words):
        MailServer.of({f"GRADER_SMTP_{name}": value for name, value in environment.items()})


def test_user_may_be_the_sender():
    environment = {"GRADER_SMTP_HOST": "h", "GRADER_SMTP_USER": "a@b.c", "GRADER_SMTP_PASSWORD": "p"}
    assert MailServer.of(environment) == MailServer("h", 587, "a@b.c", "a@b.c", "p")


def test_server_that_cannot_be_reached_is_reported(send_to, monkeypatch):
    with (
        pytest.raises(UsageError, match="cannot be reached at port 1"),
        MailServer("127.0.0.1", 1, "a@b.c").connected(),
    ):
        pass


def test_server_on_another_machine_must_encrypt(smtp, monkeypatch):
    monkeypatch.setattr(sending, "LOCAL", ())
    server = MailServer("127.0.0.1", smtp.server_address[1], "a@b.c")
    with pytest.raises(UsageError, match="offers no encrypted connection"), server.connected():
        pass


def test_wrong_password_is_reported(smtp, monkeypatch):
    def refuse(*_):
        raise smtplib.SMTPAuthenticationError(535, b"no")

    monkeypatch.setattr(smtplib.SMTP, "login", refuse)
    server = MailServer("127.0.0.1", smtp.server_address[1], "a@b.c", "user", "password")
    with pytest.raises(UsageError, match="refuses the account: check GRADER_SMTP_USER"), server.connected():
        pass
