"""The pages of a class, as files for the comments of a course system."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from ..batch import pages
from ..batch.page_files import PageSettings
from ..batch.recipients import Recipients
from ..batch.store import Store
from ..feedback import letters
from ..report.terminal import PlainConsole
from ..support import i18n
from ..support.i18n import _
from .model import AttachedPage

DIGITS = 8  # of the digest in the name, by which a page that was sent is recognised


def read(folder: Path) -> dict[str, AttachedPage]:
    """Return {id in the gradebook: page} of everybody with a page in an output folder, after writing outdated pages again."""
    with Store(folder) as store:
        pages.renew(folder, store, PlainConsole(sys.stderr))
        settings = PageSettings.model_validate_json(store.page_settings())
        recipients = Recipients.model_validate_json(store.recipients())
        notes = {stored.page.name: stored.page.note for stored in store.pages()}
    stem = re.sub(r"[^A-Za-z0-9]+", "-", recipients.assignment).strip("-") or "exercise"
    with i18n.use(settings.language):
        sentence = _("Your feedback is attached. Save the file and open it in a browser.")
    own_pages = {}
    for person in recipients.people:
        letter = letters.read(folder, person, notes.get(person.page, "")) if person.page else None
        if letter is not None:
            name = f"{stem}-feedback-{letter.result[:DIGITS]}.html"
            own_pages[person.identity] = AttachedPage(name, letter.files[".html"], sentence)
    return own_pages
