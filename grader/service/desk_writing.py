"""Writes the files of a class: gradebooks, class page, pages of students, copies. The code is that of ``grader grade``.

The submissions have been graded when they arrived, so a run only takes over their results.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sqlalchemy.orm import Session

from ..assignment import Assignment
from ..batch import class_members, file_names, results
from ..batch.changes import OUTDATED
from ..batch.class_members import StoredClass
from ..batch.collect import StudentFiles
from ..batch.gradebook import FilledFile, Row
from ..batch.graded_class import GradedClass
from ..batch.page_files import FOR_INSTRUCTORS
from ..batch.pages import PageWriter
from ..batch.results import BatchResults
from ..batch.store import NAMES, Store
from ..executor.work import Work, work_for
from ..grading.trace import Timings
from ..marking import overrides
from ..marking.overrides import Entry
from ..report.terminal import PlainConsole
from ..support import i18n, seeds
from ..support.atomic_files import write_whole
from ..support.i18n import _
from . import assignments, class_rows, served_class
from .class_rows import ClassRows
from .desk_folder import FILLED, ClassLine, DeskFolder, DeskState, FilledSheet
from .moments import now
from .service import Service
from .tables import Exercise, Kind, Result, Seed, State, Submission

PLACE = re.compile(rf"^{re.escape(overrides.NAME)}:\d+: ")  # the line of a mark, which comes from the database here
AGAIN = "run again with --fresh"  # the remedy of grader grade


@dataclass(frozen=True)
class ServedListing:
    """The words about the place of a class that comes from the database: there are no files that belong to nobody."""

    layout: str = "folders"
    encoding: str = ""
    left_over: list[str] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)


def write(service: Service, exercise_id: str, folder: DeskFolder) -> DeskState:
    """Write all files of the class of an exercise, and return what they contain.

    Raises UsageError or NotGradable if that is not possible: for example, another run writes them now.
    """
    with i18n.use(folder.language):
        folder.out.mkdir(mode=0o700, parents=True, exist_ok=True)
        with Store(folder.out) as store:
            with service.database.reading() as session:
                rows = class_rows.read(session, session.get_one(Exercise, exercise_id))
                digest = digest_of(rows, folder)
                submissions = served_class.submissions_of(rows)
                _take_over(service, session, store, submissions)
                work = _work(service, session, rows)
            graded = _graded_class(service, rows, submissions, work, store, folder)
            outcome = results.write(
                graded,
                0,
                Timings(),
                [*graded.marks.notes, *graded.extensions.notes],
                PageWriter(folder.out, store),
                PlainConsole(io.StringIO()),
                1,
                None,
            )
        state = _state(outcome, digest, graded.names, folder.out)
        folder.keep_state(state)
    return state


def digest_of(rows: ClassRows, folder: DeskFolder) -> str:
    """Return a digest of everything that the files of a class are made from."""
    return f"{rows.digest(folder.language)} {folder.digest_of_requests()}"


def _take_over(
    service: Service, session: Session, store: Store, submissions: dict[str, tuple[Submission, StudentFiles]]
) -> None:
    """Let the store have the results of these submissions, and no others."""
    graded_ids = set()
    for record_id, (submission, files) in submissions.items():
        key = f"{submission.state} {submission.result_key} {files.path} {submission.sentence}"
        if submission.state not in (State.QUEUED, State.RUNNING):
            graded_ids.add(record_id)
        if store.key(record_id) == key:
            continue
        record = served_class.record_of(session, submission, files)
        if record is not None:
            result = session.get(Result, submission.result_key) if submission.result_key is not None else None
            executed, source = (
                (_blob(service, name) for name in (result.executed, result.source)) if result else (b"", b"")
            )
            store.put(key, record, executed, source=source)
    store.keep_only(graded_ids)


def _blob(service: Service, name: str) -> bytes:
    try:
        return service.blobs.get(name) if name else b""
    except FileNotFoundError:  # deleted, because it was old or the disk was nearly full
        return b""


def _work(service: Service, session: Session, rows: ClassRows) -> Work:
    """Return the settings with which attempts are graded."""
    configuration = service.configuration
    row = session.get(Seed, (rows.exercise.id, rows.version.id, Kind.ATTEMPT, 0))
    assignment = assignments.assignment_of(service, rows.version)
    seed = row.seed if row is not None else seeds.DEFAULT
    return work_for(
        assignment, seed, configuration.isolation, rows.version.digest, engine=configuration.engine, device="cpu"
    )


def _graded_class(
    service: Service,
    rows: ClassRows,
    submissions: dict[str, tuple[Submission, StudentFiles]],
    work: Work,
    store: Store,
    folder: DeskFolder,
) -> GradedClass:
    assignment, policy = assignments.assignment_of(service, rows.version), rows.policy
    attempts = served_class.students(rows)
    students = sorted((own[-1] for own in attempts.values()), key=lambda each: (each.name.casefold(), each.identity))
    absent = served_class.absent(rows)
    people = [*(person for student in students for person in student.people), *(entry.person for entry in absent)]
    names = file_names.file_names(people)
    write_whole(folder.out / overrides.NAME, marks_table(served_class.entries(rows)))
    stored = _stored_class(rows, assignment, names, store)
    class_members.keep(store, stored)
    store.keep_setting(NAMES, "shown")
    return GradedClass(
        assignment,
        ServedListing(),
        students,
        absent,
        {record_id: files for record_id, (_submission, files) in submissions.items()},
        names,
        store,
        folder.out,
        policy,
        work,
        folder.course_files(),
        served_class.marks(rows, stored.class_list),
        served_class.extensions(rows),
        {} if policy.attempts == "latest" else attempts,
        sections={member.user.name: member.section for member in rows.members if member.section},
    )


def _stored_class(rows: ClassRows, assignment: Assignment, names: dict[str, str], store: Store) -> StoredClass:
    earlier = class_members.stored_class(store)
    earlier_names = earlier.class_list if earlier is not None else None
    return StoredClass(
        class_list=served_class.class_list(rows, assignment, names, earlier_names), rounding=rows.policy.rounding
    )


def marks_table(entries: Iterable[Entry]) -> bytes:
    """Return ``overrides.csv``, which all commands for a class read."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(overrides.COLUMNS)
    for entry in entries:
        mark = entry.mark
        points = overrides.OUT if mark.out else "" if mark.points is None else f"{mark.points:.10g}"
        writer.writerow([entry.student, mark.check, points, mark.comment, mark.by, mark.at, entry.sha256])
    return table.getvalue().encode(errors="replace")


def _state(outcome: BatchResults, digest: str, names: Mapping[str, str], out: Path) -> DeskState:
    systems = {file: system for system, file in FILLED.items()}
    return DeskState(
        digest=digest,
        written=now(),
        lines=[_line(row, names.get(row.identity, ""), out) for row in outcome.rows],
        notes=_notes(outcome),
        filled={systems[name]: _sheet(file) for name, file in outcome.filled_files if name in systems},
    )


def _notes(outcome: BatchResults) -> list[str]:
    """Return the sentences for instructors, without words about options of a command."""
    on_marks = outcome.changes.notes()
    sentence = _("The mark of {name} for {part} does not apply: {reason}")
    notes = [
        sentence.format(
            name=mark.student,
            part=mark.check or _("the total"),
            reason=_("it was given for an earlier file. Look at the new file, and save the mark again.")
            if mark.why == OUTDATED
            else mark.why,
        )
        for mark in outcome.changes.unused
    ]
    notes += [note for note in outcome.notes if note not in on_marks]
    return [PLACE.sub("", note).replace(AGAIN, _("grade the submissions again")) for note in notes]


def _line(row: Row, name: str, out: Path) -> ClassLine:
    return ClassLine(
        name=row.name,
        identity=row.identity,
        section=row.section,
        status=row.status,
        score=row.score,
        max_score=row.max_score,
        late=row.late,
        is_provisional=row.provisional,
        by_hand=row.by_hand,
        page=name if (out / FOR_INSTRUCTORS / f"{name}.html").is_file() else "",
    )


def _sheet(file: FilledFile) -> FilledSheet:
    return FilledSheet(
        unmatched=file.unmatched,
        without_submission=file.without_submission,
        locked=file.locked,
        notes=file.notes,
        existing=[asdict(mark) for mark in file.existing],
    )
