"""The names of the files of each student: readable, and unique on every file system."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from .students import Person, Student

DIGEST = re.compile(r"-[0-9a-f]{8}$")  # a name that ends like a digest also gets a digest, so that names stay unique
LONGEST_NAME = 80  # bytes of a file's name


def file_names(people: Sequence[Person | Student]) -> dict[str, str]:
    """Return {identity: name of the student's files}: readable, and unique on every file system."""
    names = {person.identity: _file_name(person) for person in people}
    name_counts = Counter(name.casefold() for name in names.values())
    return {
        identity: f"{name}-{_short_digest(identity)}"
        if name_counts[name.casefold()] > 1 or DIGEST.search(name)
        else name
        for identity, name in names.items()
    }


def _file_name(person: Person | Student) -> str:
    name_and_id = person.name if person.name == person.identity else f"{person.name}_{person.identity}"
    file_name = "".join(sign if _is_readable(sign) else " " for sign in unicodedata.normalize("NFC", name_and_id))
    file_name = re.sub(r" +", "_", file_name).strip("._")
    if not any(sign.isalnum() for sign in file_name):
        return f"student-{_short_digest(name_and_id)}"
    if len(file_name.encode()) <= LONGEST_NAME:
        return file_name
    return f"{file_name.encode()[:LONGEST_NAME].decode(errors='ignore')}-{_short_digest(name_and_id)}"


def _is_readable(sign: str) -> bool:
    """True for letters, digits and combining marks of any script, and for characters that every file system accepts."""
    return sign.isalnum() or sign in "_.-" or unicodedata.category(sign).startswith("M")


def _short_digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
