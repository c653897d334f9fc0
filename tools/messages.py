"""Collect every sentence that a student can read in ``grader/locale/grader.pot``, and update the catalogues.

The sentences come from the code, from the texts about bugs, and from the bundled assignments. A catalogue keeps its
translations, gets new sentences, and loses those that are no longer used.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import polib
import yaml
from babel.messages.extract import extract_from_dir

from grader.assignment.lists import written_out

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "grader" / "locale"
TEMPLATE = LOCALE / "grader.pot"
KEYWORDS = {
    "_": None,
    "lazy": None,
    "ngettext": (1, 2),
    "ProtocolError": None,  # raised in the worker, where nothing is translated; the grader reports it
}
HEADER = {"Project-Id-Version": "grader", "MIME-Version": "1.0", "Content-Type": "text/plain; charset=utf-8"}
HEADER |= {"Content-Transfer-Encoding": "8bit"}


def template() -> polib.POFile:
    """Return all current sentences, each with the files that contain it."""
    messages = polib.POFile(wrapwidth=100)
    messages.metadata = HEADER
    for file, sentence, many in sorted(_of_code()) + list(_of_texts()):
        entry = messages.find(sentence)
        if entry is None:
            entry = polib.POEntry(msgid=sentence, msgid_plural=many)
            if many:
                entry.msgstr_plural = {0: "", 1: ""}
            messages.append(entry)
        if (file, "") not in entry.occurrences:
            entry.occurrences.append((file, ""))
    return messages


def updated(catalogue: Path, sentences: polib.POFile) -> polib.POFile:
    """Return the catalogue with exactly these sentences, and the translations that it already has."""
    old = polib.pofile(str(catalogue), wrapwidth=100)
    old.merge(sentences)
    for entry in old.obsolete_entries():
        old.remove(entry)
    place = {entry.msgid: number for number, entry in enumerate(sentences)}
    old.sort(key=lambda entry: place[entry.msgid])
    return old


def _of_code() -> Iterator[tuple[str, str, str]]:
    """Yield the file, the sentence, and its plural form ("" if it has none)."""
    rules = [("**.py", "python"), ("**.j2", "jinja2")]
    for file, _line, message, _comments, _context in extract_from_dir(
        ROOT / "grader", method_map=rules, keywords=KEYWORDS
    ):
        one, many = message if isinstance(message, tuple) else (message, "")
        yield f"grader/{file}", one, many


def _of_texts() -> Iterator[tuple[str, str, str]]:
    bugs = ROOT / "grader" / "diagnosis" / "bugs.yaml"
    for family in yaml.safe_load(bugs.read_text()).values():
        for texts in family.values():
            yield from ((_name(bugs), texts[key], "") for key in ("title", "kind", "reason"))
    for file in sorted(ROOT.glob("assignments/*/assignment.yaml")):
        content, _origin = written_out(yaml.safe_load(file.read_text()))
        sentences = [content["title"], content.get("chapter", ""), *content.get("layouts", {}).get("transposed", {})]
        for bug in content.get("bugs", []):
            sentences += [bug.get("description", {}).get(key, "") for key in ("title", "kind", "reason")]
        for check in content["checks"]:
            sentences += [check["title"], check.get("hint", ""), *(panel["title"] for panel in check.get("panels", []))]
            sentences += dict(check.get("expect", {}).get("says", {})).values()
        yield from ((_name(file), sentence, "") for sentence in sentences if sentence)


def _name(file: Path) -> str:
    return str(file.relative_to(ROOT))


def missing(language: str, sentences: polib.POFile) -> list[str]:
    """Return the sentences of the code that have no translation into the language, in their order."""
    catalogue = polib.pofile(str(LOCALE / f"{language}.po"))
    translated = {(entry.msgid, entry.msgid_plural) for entry in catalogue if entry.translated()}
    return [entry.msgid for entry in sentences if (entry.msgid, entry.msgid_plural) not in translated]


def main() -> int:
    """Update the catalogues, or list the sentences without a translation; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--missing", action="store_true", help="only list the sentences without a translation")
    parser.add_argument("--complete", action="store_true", help="the same, and fail if there are any: before a release")
    options = parser.parse_args()
    current = template()
    if not (options.missing or options.complete):
        current.save(str(TEMPLATE))
    count = 0
    for file in sorted(LOCALE.glob("*.po")):
        if not (options.missing or options.complete):
            updated(file, current).save()
        sentences = missing(file.stem, current)
        count += len(sentences)
        print(f"{file.stem}: {len(sentences)} sentences are not translated, of {len(current)}")
        print("".join(f"  {sentence}\n" for sentence in sentences), end="")
    return 1 if options.complete and count else 0


if __name__ == "__main__":
    sys.exit(main())
