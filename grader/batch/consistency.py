"""Warns if submissions were graded differently: machines of a cluster may have another grader or other data."""

from __future__ import annotations

from ..report.model import Report
from ..support.text import clean, plural

MOST_NAMES = 10


class Consistency:
    """Collects reports, and finds those that were made by other rules or on other data than the rest."""

    def __init__(self, version: str, digest: str) -> None:
        """``version`` is the version of this grader, ``digest`` the digest of the assignment on this machine."""
        self._rules = (version, digest)
        self._by_other_rules: list[str] = []
        self._by_data: dict[str, list[str]] = {}

    def add(self, name: str, report: Report) -> None:
        """Count the report on a student's submission; a report without a score is ignored."""
        if report.score is None:
            return
        if (report.grader.version, report.assignment.digest) != self._rules:
            self._by_other_rules.append(name)
        # Without the numbers of images: they may depend on the submission.
        parts = (report.environment.data or "").split("; ")
        self._by_data.setdefault("; ".join(part.split(",")[0] for part in parts), []).append(name)

    def notes(self) -> list[str]:
        """Return sentences for the instructor; empty if all submissions were graded alike."""
        sentences = []
        if self._by_other_rules:
            sentences.append(
                f"Warning: {_count_of(self._by_other_rules)} graded by another version of the grader or of the assignment "
                f"than on this machine ({_list_of(self._by_other_rules)}): install the same version everywhere, and run again with --fresh."
            )
        if len(self._by_data) > 1:
            usual_data = max(self._by_data, key=lambda data: len(self._by_data[data]))
            for data, names in self._by_data.items():
                if data != usual_data:
                    sentences.append(
                        f"Warning: {_count_of(names)} graded on {data or 'no data'}, the others on {usual_data or 'no data'} "
                        f"({_list_of(names)}): give all machines the same datasets, and run again with --fresh."
                    )
        return sentences


def _count_of(names: list[str]) -> str:
    return f"{plural(len(names), 'submission')} {'was' if len(names) == 1 else 'were'}"


def _list_of(names: list[str]) -> str:
    return clean(", ".join([*names[:MOST_NAMES], *["..."] * (len(names) > MOST_NAMES)]), 500)
