"""Gives feedback back to a whole class: from an output folder alone, in the form of one course system, or by mail."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError
from rich.console import Console

from ..batch import pages, renewing
from ..batch.page_files import PageSettings
from ..batch.recipients import Recipient, Recipients
from ..batch.store import Store, refuse_without_results
from ..batch.written_files import WrittenFiles
from ..support.errors import UsageError
from ..support.text import clean, plural
from . import addresses, letters, mailing, pdf, places, sending
from .letters import Letter
from .outcome import FeedbackOutcome

MAIL = "mail"
FORMATS = (*places.SYSTEMS, MAIL)
OTHERS = "folders"  # the format for a layout without one of its own


@dataclass(frozen=True)
class FeedbackOptions:
    """How to give feedback back; ``form`` is one of :data:`FORMATS`, None for that of the class.

    ``table`` has e-mail addresses. ``send`` sends the mails, at most ``rate`` in a minute, by the server of the
    ``environment``.
    """

    form: str | None = None
    pdf: bool = False
    send: bool = False
    table: Path | None = None
    rate: int = 30
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)


def give(folder: Path, options: FeedbackOptions, console: Console) -> FeedbackOutcome:
    """Write the feedback of a class into its output folder, and send it if the options say so.

    Raises UsageError for a folder without complete results and for options that do not fit, NotGradable if sending or
    printing fails.
    """
    refuse_without_results(folder)
    with Store(folder) as store:
        recipients = _recipients(folder, store)
        form = options.form or (recipients.layout if recipients.layout in places.SYSTEMS else OTHERS)
        if form != MAIL and (options.send or options.table):
            option = "--send" if options.send else "--addresses"
            raise UsageError(f"{option} is for mails: add --as mail, or omit it to write the files for {form}.")
        server = sending.MailServer.of(options.environment) if options.send else None
        if options.pdf:
            pdf.browser()  # before anything that takes time
        outcome = FeedbackOutcome(renewing.renew_marks(folder, store))
        _names, problems = pages.renew(folder, store, console)
        outcome.lines += problems
        notes = {stored.page.name: stored.page.note for stored in store.pages()}
        found_letters = [
            letter
            for person in recipients.people
            if (letter := letters.read(folder, person, notes.get(person.page, ""))) is not None
        ]
        name = f"{re.sub(r'[^A-Za-z0-9.]+', '-', recipients.assignment).strip('-.') or 'exercise'}-feedback"
        if form == MAIL:
            _by_mail(found_letters, name, folder, store, server, options, outcome, console)
        else:
            _to_system(found_letters, recipients, form, name, folder, store, options, outcome, console)
        _list_others(recipients.people, found_letters, outcome)
        outcome.is_complete = outcome.is_complete and not problems
        return outcome


def _recipients(folder: Path, store: Store) -> Recipients:
    """Return the people of a class; raises UsageError if their results are not complete."""
    if not store.is_complete():
        raise UsageError(
            f"The last run into {folder} was stopped before its end: run the same 'grader grade' command again first."
        )
    try:
        return Recipients.model_validate_json(store.recipients())
    except ValidationError as error:
        raise UsageError(
            f"{folder} was written by an earlier version: run the same 'grader grade' command again."
        ) from error


def _to_system(
    found_letters: Sequence[Letter],
    recipients: Recipients,
    form: str,
    name: str,
    folder: Path,
    store: Store,
    options: FeedbackOptions,
    outcome: FeedbackOutcome,
    console: Console,
) -> None:
    module = places.SYSTEMS[form]
    bundle = places.bundle(_complete(found_letters, options, console), form, name, recipients)
    written_files = WrittenFiles(folder, store)
    written_files.write(bundle.files, forced=False)
    outcome.lines += written_files.remove_others(module.TARGET)
    if bundle.files:
        outcome.say(f"Written to {folder / module.TARGET}: the pages of {plural(bundle.count, 'student')}.")
        outcome.say(module.UPLOAD)
    else:
        outcome.say(f"Nothing was written, because nobody has a page with a place in {module.TARGET}.")
    outcome.list_people(f"Without a place in {module.TARGET}", bundle.problems)


def _by_mail(
    found_letters: Sequence[Letter],
    name: str,
    folder: Path,
    store: Store,
    server: sending.MailServer | None,
    options: FeedbackOptions,
    outcome: FeedbackOutcome,
    console: Console,
) -> None:
    own_table = folder / addresses.TABLE
    table = options.table or (own_table if own_table.is_file() else None)
    if table is not None:
        outcome.say(f"The addresses are read from {table}.")
    people = [letter.recipient for letter in found_letters]
    addresses_by_id, problems = addresses.find(people, table)
    reachable_letters = [letter for letter in found_letters if letter.recipient.identity in addresses_by_id]
    messages = mailing.drafts(
        _complete(reachable_letters, options, console),
        addresses_by_id,
        sending.sender_of(options.environment),
        PageSettings.model_validate_json(store.page_settings()),
        name,
    )
    mailing.give(messages, folder, store, server, options.rate, outcome)
    outcome.list_people("Without an address", problems)


def _complete(found_letters: Sequence[Letter], options: FeedbackOptions, console: Console) -> list[Letter]:
    """Return the letters with all files that the options ask for."""
    if not options.pdf:
        return [*found_letters]
    with console.status("Printing the pages ..."):
        return [*pdf.printed(found_letters)]


def _list_others(people: Sequence[Recipient], found_letters: Sequence[Letter], outcome: FeedbackOutcome) -> None:
    """List the people without a page, and those whose total may still change."""
    provisional_names = [letter.recipient.name for letter in found_letters if letter.is_provisional]
    if provisional_names:
        outcome.say(
            f"Provisional, because parts are not marked yet ({len(provisional_names)}): {clean(', '.join(provisional_names))}."
        )
    identities = {letter.recipient.identity for letter in found_letters}
    outcome.list_people(
        "Without a page",
        [
            (person.name, clean(person.reason) or "not graded yet")
            for person in people
            if person.identity not in identities
        ],
    )
