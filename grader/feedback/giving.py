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
from ..batch.recipients import Recipients
from ..batch.store import NAMES, Store, earlier_version, refuse_without_results
from ..batch.written_files import WrittenFiles
from ..support.errors import UsageError
from ..support.text import clean, plural
from . import addresses, letters, mailing, pdf, places, sending
from .letters import Letter
from .outcome import FeedbackOutcome

MAIL = "mail"
FORMATS = (*places.SYSTEMS, MAIL)
OTHERS = "folders"  # the format for a layout without a format


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
        giving = _Giving(folder, store, recipients, options, console, outcome)
        found_letters = giving.letters()
        if form == MAIL:
            giving.by_mail(found_letters, server)
        else:
            giving.to_system(found_letters, form)
        giving.list_others(found_letters)
        outcome.is_complete = outcome.is_complete and not problems
        return outcome


def _recipients(folder: Path, store: Store) -> Recipients:
    """Return the people of a class; raises UsageError if their results are not complete."""
    if not store.is_complete():
        raise UsageError(
            f"The last run into {folder} was stopped before its end: run the same 'grader grade' command again first."
        )
    if store.setting(NAMES) == "hidden":
        raise UsageError(
            f"The results in {folder} are anonymous, and feedback needs the names: run the same 'grader grade' command "
            "without --anonymous first. It grades nobody again."
        )
    try:
        return Recipients.model_validate_json(store.recipients())
    except ValidationError as error:
        raise earlier_version(folder) from error


@dataclass(frozen=True)
class _Giving:
    """The pages of one class on their way back; sentences for the instructor are added to ``outcome``."""

    folder: Path
    store: Store
    recipients: Recipients
    options: FeedbackOptions
    console: Console
    outcome: FeedbackOutcome

    def letters(self) -> list[Letter]:
        """Return the letters of all people with a page, without PDF files."""
        notes = {stored.page.name: stored.page.note for stored in self.store.pages()}
        people = self.recipients.people
        found_letters = (letters.read(self.folder, person, notes.get(person.page, "")) for person in people)
        return [letter for letter in found_letters if letter is not None]

    def to_system(self, found_letters: Sequence[Letter], form: str) -> None:
        """Write the files for a course system, ``form``."""
        module = places.SYSTEMS[form]
        bundle = places.bundle(self._complete(found_letters), form, self._name(), self.recipients)
        written_files = WrittenFiles(self.folder, self.store)
        written_files.write(bundle.files, forced=False)
        self.outcome.lines += written_files.remove_others(module.TARGET)
        if bundle.files:
            self.outcome.say(
                f"Written to {self.folder / module.TARGET}: the pages of {plural(bundle.count, 'student')}."
            )
            self.outcome.say(module.UPLOAD)
        else:
            self.outcome.say(f"Nothing was written, because nobody has a page with a place in {module.TARGET}.")
        self.outcome.list_people(f"Without a place in {module.TARGET}", bundle.problems)

    def by_mail(self, found_letters: Sequence[Letter], server: sending.MailServer | None) -> None:
        """Write the mails, and send them by ``server`` if there is one."""
        own_table = self.folder / addresses.TABLE
        table = self.options.table or (own_table if own_table.is_file() else None)
        if table is not None:
            self.outcome.say(f"The addresses are read from {table}.")
        addresses_by_id, problems = addresses.find([letter.recipient for letter in found_letters], table)
        reachable_letters = [letter for letter in found_letters if letter.recipient.identity in addresses_by_id]
        messages = mailing.drafts(
            self._complete(reachable_letters),
            addresses_by_id,
            sending.sender_of(self.options.environment),
            PageSettings.model_validate_json(self.store.page_settings()),
            self._name(),
        )
        mailing.give(messages, self.folder, self.store, server, self.options.rate, self.outcome)
        self.outcome.list_people("Without an address", problems)

    def list_others(self, found_letters: Sequence[Letter]) -> None:
        """List the people without a page, and those whose total may still change."""
        names = [letter.recipient.name for letter in found_letters if letter.is_provisional]
        if names:
            self.outcome.say(
                f"Provisional, because parts are not marked yet ({len(names)}): {clean(', '.join(names))}."
            )
        identities = {letter.recipient.identity for letter in found_letters}
        others = [person for person in self.recipients.people if person.identity not in identities]
        reasons = [(person.name, clean(person.reason) or "not graded yet") for person in others]
        self.outcome.list_people("Without a page", reasons)

    def _complete(self, found_letters: Sequence[Letter]) -> list[Letter]:
        """Return the letters with all files that the options ask for."""
        if not self.options.pdf:
            return [*found_letters]
        with self.console.status("Printing the pages ..."):
            return [*pdf.printed(found_letters)]

    def _name(self) -> str:
        """Return the name of the page where it is given back."""
        return f"{re.sub(r'[^A-Za-z0-9.]+', '-', self.recipients.assignment).strip('-.') or 'exercise'}-feedback"
