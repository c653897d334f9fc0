"""Writes the mail to each person, with the page attached, as an ``.eml`` file that a mail program can open and send."""

from __future__ import annotations

import hashlib
import mimetypes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import NamedTuple

from ..batch.matching import natural
from ..support.i18n import _
from ..support.text import clean
from .letters import Letter

TARGET = "mail/"


class Mail(NamedTuple):
    """A letter, the address that it goes to, and the message."""

    letter: Letter
    address: str
    message: EmailMessage


def mail(letter: Letter, address: str, sender: str, title: str, name: str) -> Mail:
    """Return the mail to one person; ``title`` is the assignment's title, ``name`` that of the attached page.

    ``sender`` may be "": the mail program adds it.
    """
    message = EmailMessage(SMTP)
    message["Subject"] = clean(_("Feedback: {title}").format(title=title))
    message["To"] = Address(clean(letter.recipient.name), addr_spec=address)
    if sender:
        message["From"] = sender
    # A second copy of the same mail, after a crash in the moment of sending, has the same id.
    digest = hashlib.sha256(f"{letter.recipient.identity}\0{address}\0{letter.result}".encode(errors="replace"))
    message["Message-ID"] = (
        f"<{digest.hexdigest()[:40]}@{sender.rpartition('@')[2].strip('> ') or address.partition('@')[2]}>"
    )
    message["X-Unsent"] = "1"  # mail programs open it as a draft
    attached = ", ".join(f"{name}{ending}" for ending in letter.files)
    lines = (
        _("Hello {name},").format(name=clean(natural(letter.recipient.name))),
        _("Your feedback on “{title}” is attached: {files}.").format(title=title, files=attached),
        _("Save an HTML file and open it in a browser."),
    )
    message.set_content("\n\n".join(lines) + "\n")
    for ending, content in letter.files.items():
        kind, _slash, subtype = (mimetypes.types_map[ending]).partition("/")
        message.add_attachment(content, kind, subtype, filename=f"{name}{ending}")
    message.set_boundary(f"=_{digest.hexdigest()[:40]}")  # the same mail is the same file
    return Mail(letter, address, message)
