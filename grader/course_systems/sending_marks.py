"""Sends marks and comments to a course system one by one, and keeps a receipt of each."""

from __future__ import annotations

import contextlib

from ..batch.existing_marks import Kind, same
from ..support.errors import Stopped
from ..support.text import clean, plural
from .failures import CourseSystemFailure, RequestRefused
from .model import CourseOutcome, CourseSystem, MarkChange, MarkPlace, Tell
from .planning import PlannedMark, ReturnPlan
from .receipts import Receipts

NEXT = "run the same command again"
READ_AGAIN = 25  # changes after which the marks are read again: a person may work in the course system at the same time


class MarkSender:
    """Sends the changes of a plan one by one."""

    def __init__(
        self, system: CourseSystem, planned: ReturnPlan, receipts: Receipts, outcome: CourseOutcome, tell: Tell
    ) -> None:
        self._system = system
        self._changes = planned.changes
        self._receipts = receipts
        self._outcome = outcome
        self._tell = tell
        self._sent: list[MarkChange] = []
        self._failed: list[tuple[str, str]] = []
        self._places: dict[str, MarkPlace] = {}  # as they were read again during the run

    def run(self) -> None:
        """Send everything, and compare the marks afterwards. A failure for one student does not stop the others."""
        count, stopped_by = len(self._changes), ""
        try:
            for number, planned in enumerate(self._changes):
                if number and number % READ_AGAIN == 0:
                    self._places = self._read_places()
                self._one(planned)
        except KeyboardInterrupt:
            self._receipts.write_table()
            raise Stopped(f"Stopped. {len(self._sent)} of {count} were sent: {NEXT} to send the others.") from None
        except CourseSystemFailure as error:
            stopped_by = str(error)
        if not stopped_by and self._sent:
            with contextlib.suppress(CourseSystemFailure):
                self._compare()
        name = self._system.name
        sentence = f"Sent to {name}: {len(self._sent)} of {plural(count, 'change')}."
        self._outcome.lines.append(sentence if count else f"Nothing to send: {name} has everything already.")
        if self._failed:
            self._outcome.lines.append(f"Not sent or not taken over ({len(self._failed)}):")
            self._outcome.lines += [f"  {who}: {why}" for who, why in self._failed]
        if stopped_by:
            self._outcome.lines.append(f"{stopped_by} {count - len(self._sent)} were not sent yet.")
        self._outcome.is_complete = not self._failed and not stopped_by

    def _one(self, planned: PlannedMark) -> None:
        change = planned.change
        assert change is not None, "only changes are sent"
        person = change.place.member.person
        if self._has_changed(change):
            why = f"it has changed in {self._system.name} since the table above: {NEXT}"
            self._failed.append((clean(person.name), why))
            return
        try:
            self._system.send(change)
        except RequestRefused as error:
            self._failed.append((clean(person.name), str(error)))
            return
        cells: list[tuple[Kind, str]] = [] if change.mark is None else [("mark", change.mark)]
        cells += [] if change.comment is None else [("comment", change.comment)]
        self._receipts.keep(person.identity, person.name, cells)
        self._sent.append(change)
        self._tell(f"{len(self._sent)}/{len(self._changes)}  {clean(person.name)}")

    def _has_changed(self, change: MarkChange) -> bool:
        """Return whether a person has marked this student, or the student has handed in again, after the plan was made."""
        before, now = change.place, self._places.get(change.place.member.person.identity)
        if now is None:
            return False
        if (now.attempt, now.submitted) != (before.attempt, before.submitted):
            return True
        if not now.mark and not now.is_complete:
            return False  # it is in no list
        is_own = change.mark is not None and same("mark", now.mark, change.mark)  # another member of the group got it
        return not is_own and not same("mark", now.mark, before.mark)

    def _read_places(self) -> dict[str, MarkPlace]:
        return {place.member.person.identity: place for place in self._system.places()}

    def _compare(self) -> None:
        """List the marks that the course system has not taken over, although it reported no mistake."""
        places = self._read_places()
        for change in self._sent:
            person = change.place.member.person
            place = places.get(person.identity)
            if change.mark is None or place is None:
                continue
            if not place.mark:
                place = self._system.completed(place)
            if not same("mark", place.mark, change.mark):
                why = f"{self._system.name} still has {place.mark or 'no mark'}: perhaps it is locked in the gradebook"
                self._failed.append((clean(person.name), why))
