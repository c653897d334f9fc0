"""Sends mails by SMTP, and records each that the server has accepted, so that nobody gets the same one twice.

The server and the account come from environment variables, so that no password is on a command line:
``GRADER_SMTP_HOST``, ``GRADER_SMTP_PORT``, ``GRADER_SMTP_USER``, ``GRADER_SMTP_PASSWORD`` and ``GRADER_SMTP_FROM``.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parseaddr

from ..batch.store import Store
from ..support.errors import NotGradable, UsageError
from ..support.text import clean
from .addresses import ADDRESS
from .mail import Mail

LOCAL = ("localhost", "127.0.0.1", "::1")
ENCRYPTED, SUBMISSION = 465, 587  # ports: TLS from the first byte, and TLS after STARTTLS
SECONDS = 60  # that the server has for an answer


@dataclass(frozen=True)
class MailServer:
    """A mail server, and the account that sends; no user means that the server asks for none."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> MailServer:
        """Return the server of the environment variables; raises UsageError if one is missing or wrong."""
        values = {
            name: environment.get(f"GRADER_SMTP_{name}", "").strip()
            for name in ("HOST", "PORT", "USER", "PASSWORD", "FROM")
        }
        if not values["HOST"]:
            raise UsageError("--send needs a mail server: set GRADER_SMTP_HOST, and GRADER_SMTP_FROM to your address.")
        if values["PORT"] and not values["PORT"].isdigit():
            raise UsageError(
                f"GRADER_SMTP_PORT is '{clean(values['PORT'])}': set it to a number, such as {SUBMISSION}."
            )
        if values["USER"] and not values["PASSWORD"]:
            raise UsageError("GRADER_SMTP_USER is set, but GRADER_SMTP_PASSWORD is not: set both.")
        sender = sender_of(environment)
        if not sender:
            raise UsageError("--send needs the address that the mails come from: set GRADER_SMTP_FROM.")
        if not ADDRESS.fullmatch(parseaddr(sender)[1]):
            raise UsageError(f"GRADER_SMTP_FROM is '{clean(sender)}': set it to an e-mail address.")
        return cls(values["HOST"], int(values["PORT"] or SUBMISSION), sender, values["USER"], values["PASSWORD"])

    @contextlib.contextmanager
    def connected(self) -> Iterator[smtplib.SMTP]:
        """Yield a connection, encrypted except to this machine itself; raises UsageError without a mail server."""
        is_local = self.host in LOCAL
        try:
            if self.port == ENCRYPTED:
                connection: smtplib.SMTP = smtplib.SMTP_SSL(
                    self.host, self.port, timeout=SECONDS, context=ssl.create_default_context()
                )
            else:
                connection = smtplib.SMTP(self.host, self.port, timeout=SECONDS)
                if not is_local:
                    connection.starttls(context=ssl.create_default_context())
            if self.user:
                connection.login(self.user, self.password)
        except smtplib.SMTPAuthenticationError as error:
            raise UsageError(
                f"{self.host} refuses the account: check GRADER_SMTP_USER and GRADER_SMTP_PASSWORD."
            ) from error
        except smtplib.SMTPNotSupportedError as error:
            raise UsageError(
                f"{self.host} offers no encrypted connection at port {self.port}, or no login: use a server with TLS."
            ) from error
        except ssl.SSLCertVerificationError as error:
            raise UsageError(
                f"{self.host} has a certificate that this machine does not trust ({clean(error.verify_message)}): check "
                "GRADER_SMTP_HOST, or set SSL_CERT_FILE to the file of its authority."
            ) from error
        except OSError as error:  # the base of all exceptions of smtplib
            raise UsageError(
                f"{self.host} cannot be reached at port {self.port} ({clean(error)}): check GRADER_SMTP_HOST and "
                "GRADER_SMTP_PORT."
            ) from error
        try:
            yield connection
        finally:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                connection.quit()


def sender_of(environment: Mapping[str, str]) -> str:
    """Return the address that the mails come from, "" if it is not set."""
    user = environment.get("GRADER_SMTP_USER", "").strip()
    return environment.get("GRADER_SMTP_FROM", "").strip() or (user if "@" in user else "")


def send(
    mails: Sequence[Mail], server: MailServer, store: Store, pause: float, wait: Callable[[float], None] = time.sleep
) -> tuple[int, list[tuple[str, str]]]:
    """Send mails with ``pause`` seconds between two; return their number, and (name, reason) of those that were refused.

    Raises NotGradable if the connection breaks: sent mails are recorded, and the next run sends the others.
    """
    count, problems = 0, []
    with server.connected() as connection:
        for number, mail in enumerate(mails):
            if number:
                wait(pause)
            message, person = mail.message, mail.letter.recipient
            del message["X-Unsent"]
            message["Date"] = format_datetime(datetime.now(UTC))
            try:
                connection.send_message(message, to_addrs=[mail.address])
            except OSError as error:  # the base of all exceptions of smtplib
                if isinstance(error, smtplib.SMTPException) and not isinstance(error, smtplib.SMTPServerDisconnected):
                    problems.append(
                        (person.name, f"{server.host} refuses the mail to {mail.address} ({_reason(error)})")
                    )
                    continue
                raise NotGradable(
                    f"The connection to {server.host} broke after {count} of {len(mails)} mails: run the same command "
                    "again to send the others."
                ) from error
            store.keep_sent(person.identity, mail.address, mail.letter.result)
            count += 1
    return count, problems


def _reason(error: smtplib.SMTPException) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return clean(f"{code} {text.decode(errors='replace')}")
    return clean(error)
