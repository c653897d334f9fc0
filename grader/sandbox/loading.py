"""Which names a submission lost while it was loaded, and why: its own error, or something that this machine lacks.

A worker reports the statements that failed and their errors. Only :mod:`grader.machine.packages` decides whether a missing
package is a well-known one, so that a submission cannot invent an excuse.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..machine import packages
from ..report.statuses import Ending
from ..support.i18n import _, ngettext
from ..support.text import clean
from . import magics, observations
from .failures import CallError, ErrorPlace, failure_of

MOST_NOTES = 5
MOST_SHOWN = 12  # names in a note
ANY = "*"  # the unknown names of a star import that failed
# {how a worker ended: type of the error that the statement raised}
ENDED: Mapping[str, str] = {
    "timeout": "TimeUp",
    "output": "OutputLimit",
    "crashed": "DeadKernel",
    "memory": "MemoryError",
}
UNKNOWN_NAME = re.compile(r"NameError: name '(\w+)' is not defined")
# Texts of Python's exceptions about something that does not exist; together the groups give its dotted name.
ABSENT = (
    re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'"),
    re.compile(
        r"ImportError: cannot import name '(?P<name>\w+)' from (?:partially initialized module )?'(?P<of>[\w.]+)'"
    ),
    re.compile(r"AttributeError: (?:partially initialized )?module '(?P<of>[\w.]+)' has no attribute '(?P<name>\w+)'"),
    re.compile(r"TBNotInstalledError: (TensorBoard) is not installed"),
    re.compile(r"AttributeError: `np\.(?P<name>\w+)` was removed"),
    re.compile(r"AttributeError: '(?P<of>Sequential|Functional|Model)' object has no attribute '(?P<name>\w+)'"),
)
# Values and arguments that have another name in newer releases: (pattern for the text of the error, old, new).
RENAMED = (
    (re.compile(r"'(seaborn[\w-]*)' is not a valid package style"), "seaborn", "seaborn-v0_8"),
    (re.compile(r"not recognized: \{'lr':"), "lr", "learning_rate"),
    (re.compile(r"unexpected keyword argument '(nb_epoch)'"), "nb_epoch", "epochs"),
    (re.compile(r"\{'(border_mode)':"), "border_mode", "padding"),
)


@dataclass(frozen=True)
class Cause:
    """Why something is missing: the status of the checks that need it, a sentence, and the place of the statement."""

    status: Ending
    sentence: str
    place: ErrorPlace | None


class Causes:
    """The statements that failed while a submission was loaded, and the names that are missing because of them."""

    def __init__(self, what: str, texts: Iterable[str], forbidden: Iterable[str], seconds: float) -> None:
        """``what`` starts the sentences, such as "Loading mine.py"; ``texts`` is the code of the submission,
        ``forbidden`` lists the packages that the exercise forbids, ``seconds`` is the time limit for loading."""
        self._what = what
        self._texts = list(texts)
        self._forbidden = set(forbidden)
        self._seconds = seconds
        self._lost: dict[str, Cause] = {}
        self._excused: list[tuple[Cause, set[str]]] = []
        self.sentences: dict[str, None] = {}
        """The sentences about causes so far, in order; each may be part of the messages of several checks."""
        self.first: Cause | None = None
        """The first cause that is the submission's own fault."""
        self.notes: list[str] = []
        """One sentence for each statement that failed by itself, not because of an earlier one."""

    def take(
        self,
        failures: Sequence[observations.StatementFailure],
        absent: Sequence[observations.StatementFailure],
        left_out: Mapping[tuple[int, int], Ending],
        stopped_at: tuple[int, int] | None = None,
    ) -> None:
        """Read a worker's report: the statements that failed, and those whose names are ``absent``.

        ``left_out`` maps statements that were not run to the way in which they had ended a worker. Statements after
        ``stopped_at`` were left out because of that one. Raises ValueError if the worker reports a statement as left
        out that is not in ``left_out``.
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
            sentence = ngettext("{count} more statement failed.", "{count} more statements failed.", more)
            self.notes.append(sentence.format(count=more))

    def _lose(self, names: Iterable[str], cause: Cause) -> None:
        for name in names:
            self._lost.setdefault(name, cause)
            self._lost.setdefault(name.rpartition(".")[2], cause)  # a method may be looked up by its bare name

    @property
    def lost(self) -> list[str]:
        """The names that are missing because a statement failed, in order."""
        return [name for name in self._lost if name != ANY]

    def of(self, name: str | None) -> Cause | None:
        """Return the cause why ``name`` is missing, or None if no failed statement explains it."""
        return self._lost.get(name or ANY) or self._lost.get(ANY)

    def excuse(self, names: Iterable[str]) -> Cause | None:
        """Return a cause that is not the submission's fault and that may have changed one of ``names``, or None.

        Such a statement failed because this machine lacks something. It uses one of the variables, or calls one of the
        functions (written ``name()``).
        """
        targets = set(names)
        return next((cause for cause, touched in self._excused if touched & targets), None)

    def explains(self, failure: CallError) -> bool:
        """True if the call failed because of a name that was lost while the submission was loaded."""
        match = UNKNOWN_NAME.match(failure.raised)
        return match is not None and match[1] in self._lost

    def explained(self, failure: CallError) -> CallError:
        """Return the failure of a call, with its cause added: a name lost while loading, or a package that is missing."""
        match = UNKNOWN_NAME.match(failure.raised)
        cause = self._lost.get(match[1]) if match else None
        if cause is not None:
            return CallError(cause.status, f"{failure.message} {cause.sentence}", failure.raised, failure.place)
        why = self._absence(failure.raised)
        if why is None:
            return failure
        self.sentences[why[1]] = None
        return CallError(why[0], f"{failure.message} {why[1]}", failure.raised, failure.place)

    def _cause(self, item: observations.StatementFailure) -> Cause:
        """Return the cause for a failed statement: its own, or that of an earlier one whose name or object it needs."""
        failure = failure_of(item.model_dump(exclude_none=True), self._what, loading=True)
        match = UNKNOWN_NAME.match(failure.raised)
        if match and (earlier := self._lost.get(match[1])) is not None:
            return earlier
        sentence, status = failure.message, failure.status
        if magics.EXTENSION.match(item.source) and failure.raised.startswith("ModuleNotFoundError"):
            sentence += " " + _("This extension is not installed here; only its magics are missing.")
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
        """Return status and sentence for something that cannot be imported or no longer exists.

        Return None for any other exception.
        """
        for pattern, old, new in RENAMED:
            if pattern.search(raised) and self._mentions(old):
                return "not_gradable", _(
                    "Newer releases no longer accept {old}: write {new} instead. This does not count as a mistake."
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
                "Newer releases no longer have {old}: use {new} instead. This does not count as a mistake."
            ).format(old=old, new=new)
        package = path.split(".")[0]
        pip, where = packages.pip_name(path), packages.service(path)
        # A package that is not installed may still have a stand-in; then only a part of the package is missing.
        if not raised.startswith("ModuleNotFoundError") and (pip is None or packages.is_installed(package)):
            return None
        if package in self._forbidden:
            return "error", _("{package} is not installed here; this exercise needs only NumPy.").format(
                package=package
            )
        if where is not None and self._mentions(package):
            return "not_gradable", _(
                "{module} exists only on {service}: remove it before you hand in your work. This does not count as a mistake."
            ).format(module=path, service=where)
        if pip is not None and self._mentions(package) and not packages.is_installed(package):
            sentence = (
                _(
                    "{package} is not installed here; this is not your mistake. This exercise needs only NumPy: solve it without {package}, or run 'python -m pip install {pip}' and grade again."
                )
                if self._forbidden  # the same words as in the check that forbids libraries
                else _(
                    "{package} is not installed here; this is not your mistake. Run 'python -m pip install {pip}' and grade again."
                )
            )
            return "not_gradable", sentence.format(package=package, pip=pip)
        return "error", _(
            "There is no module {module} here. If it is your own file, hand it in too; otherwise check its name."
        ).format(module=clean(path, 80))

    def _mentions(self, name: str) -> bool:
        """True if the code of the submission contains this name; an exception's text alone may be invented."""
        pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        return any(pattern.search(text) for text in self._texts)


def _absent_path(raised: str) -> str | None:
    for pattern in ABSENT:
        if match := pattern.match(raised):
            parts = match.groupdict()
            return ".".join([parts.get("of", "numpy"), parts["name"]]) if parts else match[1]
    return None


def _not_defined(names: Iterable[str]) -> list[str]:
    """Return a list with the sentence about the missing names, or an empty list without any."""
    valid_names = [name for name in dict.fromkeys(names) if name.isidentifier()]
    if not valid_names:
        return []
    shown_names = [*valid_names[:MOST_SHOWN], *["..."] * (len(valid_names) > MOST_SHOWN)]
    return [_("Not defined because of this: {names}.").format(names=", ".join(shown_names))]
