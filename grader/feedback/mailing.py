"""Gives feedback back by mail: drafts for everybody with an address; they are sent only on request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..batch.page_files import PageSettings
from ..batch.store import Store
from ..batch.written_files import WrittenFiles
from ..support import i18n
from ..support.text import plural
from . import mail as mails
from . import sending
from .letters import Letter
from .outcome import FeedbackOutcome
from .sending import MailServer


def drafts(
    letters: Sequence[Letter], addresses: Mapping[str, str], sender: str, settings: PageSettings, name: str
) -> list[mails.Mail]:
    """Return the mails to people, {identity: address}, in the language of their pages; ``name`` is that of the page."""
    with i18n.use(settings.language):
        return [
            mails.mail(letter, addresses[letter.recipient.identity], sender, settings.title, name) for letter in letters
        ]


def give(
    messages: Sequence[mails.Mail],
    folder: Path,
    store: Store,
    server: MailServer | None,
    rate: int,
    outcome: FeedbackOutcome,
) -> None:
    """Write the drafts into the output folder; with a ``server``, send those that were not sent, ``rate`` in a minute.

    Raises as :func:`sending.send`.
    """
    written_files = WrittenFiles(folder, store)
    files = {f"{mails.TARGET}{mail.letter.recipient.page}.eml": mail.message.as_bytes() for mail in messages}
    written_files.write(files, forced=False)
    outcome.lines += written_files.remove_others(mails.TARGET)
    outcome.say(f"Written to {folder / mails.TARGET}: {plural(len(files), 'mail')} as .eml files.")
    sent_mails = store.sent()
    unsent_mails = [
        mail
        for mail in messages
        if (mail.letter.recipient.identity, mail.address, mail.letter.result) not in sent_mails
    ]
    if len(unsent_mails) < len(messages):
        outcome.say(f"{_people(len(messages) - len(unsent_mails))} already got this result by mail.")
    if server is None:
        outcome.say(f"Nothing was sent. To send {plural(len(unsent_mails), 'mail')}, add --send.")
        return
    count, problems = sending.send(unsent_mails, server, store, 60 / rate) if unsent_mails else (0, [])
    outcome.say(f"{plural(count, 'mail')} sent by {server.host}.")
    outcome.list_people("Refused", problems)
    outcome.is_complete = not problems


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"
