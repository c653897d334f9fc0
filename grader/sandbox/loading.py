"""What a submission has lost as it loaded, and why: of its own doing, or for lack of what this machine has not.

A worker says which statements failed, with which error. Whether a package is one that everybody knows and that is
missing here is decided from :mod:`grader.packages` alone, so that a submission cannot invent it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .. import packages
from ..language import _, ngettext
from ..text import clean
from . import magics, seen
from .endings import CallFailed, Ending, Place, failure_of

MOST_NOTES = 5
MOST_SHOWN = 12  # names in a note
ANY = "*"  # stands for the names that a star import would have brought
# What ended a worker, as the type of an error that a statement raised.
ENDED: Mapping[str, str] = {
    "timeout": "TimeUp",
    "output": "OutputLimit",
    "crashed": "DeadKernel",
    "memory": "MemoryError",
}
UNKNOWN_NAME = re.compile(r"NameError: name '(\w+)' is not defined")
# What the exceptions of Python say of something that is not there, as a dotted name.
ABSENT = (
    re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'"),
    re.compile(
        r"ImportError: cannot import name '(?P<name>\w+)' from (?:partially initialized module )?'(?P<of>[\w.]+)'"
    ),
    re.compile(r"AttributeError: (?:partially initialized )?module '(?P<of>[\w.]+)' has no attribute '(?P<name>\w+)'"),
    re.compile(r"AttributeError: `np\.(?P<name>\w+)` was removed"),
    re.compile(r"AttributeError: '(?P<of>Sequential|Functional|Model)' object has no attribute '(?P<name>\w+)'"),
)
# Values and arguments that newer releases call something else: (in the text of an error, old, new).
RENAMED = (
    (re.compile(r"'(seaborn[\w-]*)' is not a valid package style"), "seaborn", "seaborn-v0_8"),
    (re.compile(r"not recognized: \{'lr':"), "lr", "learning_rate"),
    (re.compile(r"unexpected keyword argument '(nb_epoch)'"), "nb_epoch", "epochs"),
    (re.compile(r"\{'(border_mode)':"), "border_mode", "padding"),
)


@dataclass(frozen=True)
class Cause:
    """Why something is missing: the status of a check that needs it, the sentence about it, and where it was."""

    status: Ending
    sentence: str
    place: Place | None


class Causes:
    """What failed while a submission loaded, and which names are missing because of that."""

    def __init__(self, what: str, texts: Iterable[str], forbidden: Iterable[str], seconds: float) -> None:
        """``what`` was done, "Loading mine.py"; ``texts`` are the code of the submission, ``forbidden`` the packages
        that its exercise forbids, ``seconds`` its time for loading."""
        self._what = what
        self._texts = list(texts)
        self._forbidden = set(forbidden)
        self._seconds = seconds
        self._lost: dict[str, Cause] = {}
        self._excused: list[tuple[Cause, set[str]]] = []
        self.sentences: dict[str, None] = {}
        """What was said about causes so far, in order; each may be part of the messages of several checks."""
        self.first: Cause | None = None
        """Why the first of them failed, where that is of the submission's own doing."""
        self.notes: list[str] = []
        """A sentence about each statement that failed by itself, not because of an earlier one."""

    def take(
        self,
        failures: Sequence[seen.Failure],
        absent: Sequence[seen.Failure],
        left_out: Mapping[tuple[int, int], Ending],
        stopped_at: tuple[int, int] | None = None,
    ) -> None:
        """Take in what a worker says; ``left_out`` are statements that were not run, and how they had ended a worker.

        Those behind ``stopped_at`` were left out because of that one.
        Raises ValueError for one that was not left out.
        """
        self._lost = {}
        self._excused = []
        for item in absent:
            self._lose(item.names, self._cause(item))
        roots: dict[Cause, list[str]] = {}
        cause: Cause | None = None
        for item in sorted(failures, key=lambda item: (item.in_cell, item.statement)):
            if item.type == "LeftOut":
                status = left_out.get((item.in_cell, item.statement))
                if status is None:
                    raise ValueError("this was not left out")
                item = item.model_copy(update={"type": ENDED[status], "memory": status == "memory"})
            if cause is None or stopped_at is None or (item.in_cell, item.statement) <= stopped_at:
                cause = self._cause(item)
            roots.setdefault(cause, []).extend(item.names)
            self._lose(item.names, cause)
            if cause.status == "not_gradable":
                self._excused.append((cause, {*item.names, *item.objects, *(f"{name}()" for name in item.calls)}))
        self.first = next((cause for cause in roots if cause.status != "not_gradable"), None)
        notes = [" ".join([cause.sentence, *_not_defined(names)]) for cause, names in roots.items()]
        self.notes = notes[:MOST_NOTES]
        more = len(notes) - MOST_NOTES
        if more > 0:
            told = ngettext("{count} more statement failed.", "{count} more statements failed.", more)
            self.notes.append(told.format(count=more))

    def _lose(self, names: Iterable[str], cause: Cause) -> None:
        for name in names:
            self._lost.setdefault(name, cause)
            self._lost.setdefault(name.rpartition(".")[2], cause)  # a method, in case that it is looked for

    @property
    def lost(self) -> list[str]:
        """The names that are missing because a statement failed."""
        return [name for name in self._lost if name != ANY]

    def of(self, name: str | None) -> Cause | None:
        """Why ``name`` is missing; None if it is not for a statement that failed."""
        return self._lost.get(name or ANY) or self._lost.get(ANY)

    def excuse(self, names: Iterable[str]) -> Cause | None:
        """Why something is not as the submission makes it, through no fault of its own: a statement failed for lack of
        what this machine has not, and it touches one of the variables, or calls one of the functions, ``name()``."""
        wanted = set(names)
        return next((cause for cause, touched in self._excused if touched & wanted), None)

    def explains(self, failure: CallFailed) -> bool:
        """Whether a name that a call did not find is one that loading has lost."""
        found = UNKNOWN_NAME.match(failure.raised)
        return found is not None and found[1] in self._lost

    def explained(self, failure: CallFailed) -> CallFailed:
        """The failure of a call, with what lies behind it: a name that loading has lost, or a package that is not here."""
        found = UNKNOWN_NAME.match(failure.raised)
        cause = self._lost.get(found[1]) if found else None
        if cause is not None:
            return CallFailed(cause.status, f"{failure.message} {cause.sentence}", failure.raised, failure.place)
        why = self._absence(failure.raised)
        if why is None:
            return failure
        self.sentences[why[1]] = None
        return CallFailed(why[0], f"{failure.message} {why[1]}", failure.raised, failure.place)

    def _cause(self, item: seen.Failure) -> Cause:
        """The cause that a failed statement is, or that of the earlier one whose name it lacks, or whose object it needs."""
        failure = failure_of(item.model_dump(exclude_none=True), self._what, loading=True)
        found = UNKNOWN_NAME.match(failure.raised)
        if found and (earlier := self._lost.get(found[1])) is not None:
            return earlier
        sentence, status = failure.message, failure.status
        if magics.EXTENSION.match(item.source) and failure.raised.startswith("ModuleNotFoundError"):
            sentence += " " + _("It is an extension that is not installed here: only its own magics are missing.")
        elif why := self._absence(failure.raised):
            status, reason = why
            sentence = f"{sentence} {reason}"
        elif status == "error" and (earlier := self.excuse(item.objects)) is not None:
            return earlier
        if status == "timeout":
            sentence = f"{sentence} " + _("The limit is {seconds:g} s.").format(seconds=self._seconds)
        self.sentences[sentence] = None
        return Cause(status, sentence, failure.place)

    def _absence(self, raised: str) -> tuple[Ending, str] | None:
        """Whose fault it is that something could not be imported or is not there any more, and a sentence that says so.

        None for any other exception.
        """
        for pattern, old, new in RENAMED:
            if pattern.search(raised) and self._mentions(old):
                return "not_gradable", _(
                    "Newer releases do not know {old} any more: write {new} instead. This is not counted as a mistake."
                ).format(old=old, new=new)
        path = _absent_path(raised)
        if path is None:
            return None
        old_and_new = packages.successor(path)
        if old_and_new is not None:
            old, new = old_and_new
            if not self._mentions(old.rpartition(".")[2]):
                return None
            return "not_gradable", _(
                "Newer releases have no {old} any more: use {new} instead. This is not counted as a mistake."
            ).format(old=old, new=new)
        package = path.split(".")[0]
        pip, where = packages.pip_name(path), packages.service(path)
        # Of a package that is not here, a stand-in may be: then it is something of the package that is not found.
        if not raised.startswith("ModuleNotFoundError") and (pip is None or packages.is_installed(package)):
            return None
        if package in self._forbidden:
            return "error", _("{package} is not installed here, and this exercise needs NumPy alone.").format(
                package=package
            )
        if where is not None and self._mentions(package):
            return "not_gradable", _(
                "{module} exists only on {service}: leave it out of what you hand in. This is not counted as a mistake."
            ).format(module=path, service=where)
        if pip is not None and self._mentions(package) and not packages.is_installed(package):
            told = (
                _(
                    "{package} is not installed here, which is not your mistake. This exercise needs NumPy alone: do without it, or run 'python -m pip install {pip}' and grade again."
                )
                if self._forbidden  # as what forbids libraries says of them
                else _(
                    "{package} is not installed here, which is not your mistake: run 'python -m pip install {pip}' and grade again."
                )
            )
            return "not_gradable", told.format(package=package, pip=pip)
        return "error", _(
            "There is no module {module} here: if it is a file of yours, hand it in as well; else check its name."
        ).format(module=clean(path, 80))

    def _mentions(self, name: str) -> bool:
        """Whether the code of the submission has this name: what it raises may be made up."""
        pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        return any(pattern.search(text) for text in self._texts)


def _absent_path(raised: str) -> str | None:
    for pattern in ABSENT:
        if found := pattern.match(raised):
            parts = found.groupdict()
            return ".".join([parts.get("of", "numpy"), parts["name"]]) if parts else found[1]
    return None


def _not_defined(names: Iterable[str]) -> list[str]:
    """The sentence about the names that are missing, if there are any."""
    known = [name for name in dict.fromkeys(names) if name.isidentifier()]
    if not known:
        return []
    listed = [*known[:MOST_SHOWN], *["..."] * (len(known) > MOST_SHOWN)]
    return [_("Not defined because of this: {names}.").format(names=", ".join(listed))]
