"""Warns if submissions were graded differently: machines of a cluster may have other packages or other data."""

from __future__ import annotations

from ..report.model import Report
from ..support.text import clean, plural
from .summary_file import OtherVersions

MOST_NAMES = 10
PACKAGES = {"python": "Python", "numpy": "NumPy", "tensorflow": "TensorFlow"}


class Consistency:
    """Collects reports, and finds those that were made by other rules, with other packages or on other data than the rest."""

    def __init__(self, version: str, digest: str, versions: dict[str, str | None]) -> None:
        """Remember this machine: the ``version`` of the grader, the ``digest`` of the assignment, and its packages.

        ``versions`` has the keys of :data:`PACKAGES`; the value of a package that is not installed is None.
        """
        self._rules = (version, digest)
        self._versions = tuple(versions[package] for package in PACKAGES)
        self._by_other_rules: list[str] = []
        self._by_data: dict[str, list[str]] = {}
        self._by_stand_in: dict[str, list[str]] = {}
        self._by_versions: dict[tuple[str | None, ...], list[str]] = {}

    def add(self, name: str, report: Report) -> None:
        """Count the report on a student's submission; a report without a score is ignored."""
        if report.score is None:
            return
        environment = report.environment
        if (report.grader.version, report.assignment.digest) != self._rules:
            self._by_other_rules.append(name)
        # Without the numbers of images: they may depend on the submission.
        parts = (environment.data or "").split("; ")
        self._by_data.setdefault("; ".join(part.split(",")[0] for part in parts), []).append(name)
        for dataset in environment.stand_ins():
            self._by_stand_in.setdefault(dataset, []).append(name)
        versions = (environment.python, environment.numpy, environment.tensorflow)
        if versions != self._versions:
            self._by_versions.setdefault(versions, []).append(name)

    def stand_ins(self) -> list[str]:
        """Return the names of the datasets that a stand-in replaced for at least one submission."""
        return sorted(self._by_stand_in)

    def other_versions(self) -> list[OtherVersions]:
        """Return the versions of packages that differ from this machine's, with the students graded with them."""
        return [
            OtherVersions(python=str(python), numpy=str(numpy), tensorflow=tensorflow, students=names)
            for (python, numpy, tensorflow), names in self._by_versions.items()
        ]

    def notes(self) -> list[str]:
        """Return sentences for the instructor; empty if all submissions were graded alike, and on real data."""
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
        for dataset, names in self._by_stand_in.items():
            sentences.append(
                f"Warning: the dataset {dataset} was missing, and {_count_of(names)} graded on its stand-in, which is generated: "
                "run 'grader data', or give a folder with the dataset (--data), and run again with --fresh."
            )
        return [*sentences, *map(self._note_on_versions, self._by_versions, self._by_versions.values())]

    def _note_on_versions(self, versions: tuple[str | None, ...], names: list[str]) -> str:
        pairs = [
            (title, other, own)
            for title, other, own in zip(PACKAGES.values(), versions, self._versions, strict=True)
            if other != own
        ]
        others = " and ".join(f"{title} {other}" if other else f"no {title}" for title, other, _own in pairs)
        own_versions = " and ".join(f"{title} {own}" if own else f"no {title}" for title, _other, own in pairs)
        return (
            f"{_count_of(names)} graded with {others} ({_list_of(names)}), but this machine has {own_versions}: install the "
            "same versions everywhere if scores differ."
        )


def _count_of(names: list[str]) -> str:
    return f"{plural(len(names), 'submission')} {'was' if len(names) == 1 else 'were'}"


def _list_of(names: list[str]) -> str:
    return clean(", ".join([*names[:MOST_NAMES], *["..."] * (len(names) > MOST_NAMES)]), 500)
