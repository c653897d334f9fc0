"""Reads the list of submissions in a Gradescope export: the folder, students and time of each submission."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import yaml

from .moments import moment

METADATA = "submission_metadata.yml"


@dataclass(frozen=True)
class ExportedSubmission:
    """One submission of the export: (name, id, e-mail address) of each student, and the time of submission.

    ``late`` is the mark of a course system, ``problem`` a sentence if the files of a submission are not here.
    """

    people: list[tuple[str, str, str]]
    created: datetime | None
    late: bool = False
    problem: str = ""


class _Loader(yaml.SafeLoader):
    """Reads Ruby objects, which some exports contain, as plain mappings, lists and strings."""


def _plain(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return str(node.value)


_Loader.add_multi_constructor("!", _plain)
# Numbers stay strings: an id such as 0123 would lose its zero.
_Loader.yaml_implicit_resolvers = {
    sign: [(tag, pattern) for tag, pattern in entries if not tag.endswith((":int", ":float"))]
    for sign, entries in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(metadata: str) -> dict[str, ExportedSubmission]:
    """Return {folder: submission}; raises ValueError if ``metadata`` is not such a list."""
    try:
        entries: Any = yaml.load(metadata, Loader=_Loader)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"{METADATA} is not valid YAML") from error
    if not isinstance(entries, Mapping):
        raise ValueError(f"{METADATA} does not list submissions")
    return {str(folder): ExportedSubmission(_people(entry), _created(entry)) for folder, entry in entries.items()}


def _people(entry: Any) -> list[tuple[str, str, str]]:
    """Return the students of an entry. Its keys may be Ruby symbols, with a colon in front."""
    submitters = entry.get(":submitters", entry.get("submitters", [])) if isinstance(entry, Mapping) else []
    people = [person for person in submitters or [] if isinstance(person, Mapping)] if _is_list(submitters) else []
    students = [(_text(p, "name"), _text(p, "sid") or _text(p, "email"), _text(p, "email")) for p in people]
    return [person for person in students if any(person)]


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _text(person: Mapping[Any, Any], key: str) -> str:
    value = person.get(f":{key}", person.get(key))
    return str(value) if isinstance(value, str | int) else ""


def _created(entry: Any) -> datetime | None:
    """Return the time of submission; YAML reads dates itself, and a date without a time zone is in UTC."""
    created = (entry.get(":created_at") or entry.get("created_at")) if isinstance(entry, Mapping) else None
    if isinstance(created, datetime):
        return created if created.tzinfo else created.replace(tzinfo=UTC)
    return moment(str(created))
