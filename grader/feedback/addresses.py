"""The e-mail address of each person: from a table of the instructor, or from the files of course systems."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ..batch.recipients import Recipient
from ..support import tables
from ..support.errors import UsageError
from ..support.text import clean

TABLE = "addresses.csv"
WORD = r"[\w!#$%&'*+/=?^`{|}~-]+"  # words are separated by single points
ADDRESS = re.compile(rf"{WORD}(\.{WORD})*@[\w-]+(\.[\w-]+)+", re.ASCII)


def find(people: Sequence[Recipient], table: Path | None) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Return {identity: address} and (name, reason) of the people without one; a table comes before the course system.

    An address of two people reaches none of them: no page is better than the page of somebody else. Raises UsageError, with
    file and line, for a table that cannot be used.
    """
    addresses = {person.identity: person.email for person in people} | (_of_table(table, people) if table else {})
    counts = Counter(address.casefold() for address in addresses.values() if address)
    usable, problems = {}, []
    for person in people:
        address = addresses[person.identity]
        if not address:
            problems.append((person.name, f"no e-mail address is known: add a line to {TABLE} (student,email)"))
        elif not ADDRESS.fullmatch(address):
            problems.append((person.name, f"'{clean(address)}' is not an e-mail address"))
        elif counts[address.casefold()] > 1:
            problems.append((person.name, f"{clean(address)} is the address of {counts[address.casefold()]} people"))
        else:
            usable[person.identity] = address
    return usable, problems


def _of_table(path: Path, people: Sequence[Recipient]) -> dict[str, str]:
    addresses = {}
    for row in tables.read(path, ["student", "email"]):
        name = row["student"].casefold()
        matches = [each for each in people if name in (each.name.casefold(), each.identity.casefold())]
        if len(matches) > 1:
            raise UsageError(
                f"{path}:{row.line}: {len(matches)} students have the name '{clean(row['student'])}': give the id from "
                "gradebook.csv."
            )
        if matches:  # a table may contain people who have no page
            addresses[matches[0].identity] = row["email"]
    return addresses
