"""Fetches the submissions of an assignment into a folder that ``grader grade`` reads; a later run fetches only new submissions.

``fetched.json`` is written after each submission, so that the next run continues one that was stopped. A submission is first written
into a folder whose name begins with a point, and then replaces the earlier one in one step.
"""

from __future__ import annotations

import html
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ..batch import fetched
from ..batch.fetched import FetchedClass, FetchedFile, FetchedPerson, FetchedSubmission
from ..submission.files import MAX_TOTAL, too_large
from ..support.atomic_files import write_whole
from ..support.errors import UsageError
from ..support.text import clean, plural
from . import fetch_report, safe_names
from .addresses import AssignmentAddress
from .failures import BrokenDownload, CourseSystemFailure
from .fetch_report import FetchCount
from .model import CourseAssignment, CourseFile, CourseOutcome, CourseSubmission, CourseSystem

SCRATCH = ".fetching"
TEXT, LINK = "text.html", "link.html"
"""As in the archive that Canvas offers: text that was typed, and a submitted address."""
LONGEST_NAME = 60  # bytes of the name in the name of a folder


def fetch(
    system: CourseSystem, address: AssignmentAddress, folder: Path, tell: Callable[[str], None] = lambda line: None
) -> CourseOutcome:
    """Fetch all submissions into ``folder``; ``tell`` gets a line about each that is fetched.

    Raises UsageError for a folder with something else in it, and CourseSystemFailure if the course system stops answering.
    """
    earlier = _earlier(folder, address)
    assignment = system.assignment()
    submissions = sorted(system.submissions(), key=lambda each: (fetch_report.who(each).casefold(), each.key))
    if not submissions:
        raise UsageError(
            f"The assignment '{assignment.title}' has no students: check the address, and the role of the token's user."
        )
    fetching = _Fetching(system, address, assignment, folder, earlier)
    outcome = CourseOutcome()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for number, submission in enumerate(submissions, start=1):
            line = fetching.one(submission)
            if line:
                tell(f"{number}/{len(submissions)}  {line}")
        removed = fetching.finish()
    except CourseSystemFailure as error:
        raise type(error)(f"{error} {plural(fetching.result.new, 'submission')} arrived before that.") from error
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be written ({error.strerror}): free some space or choose another folder, and run the same command "
            "again."
        ) from error
    finally:
        shutil.rmtree(folder / SCRATCH, ignore_errors=True)
    fetch_report.report(outcome, fetching.result, assignment, folder, submissions, removed)
    return outcome


class _Missing(Exception):
    """A file that could not be fetched, and the reason."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{clean(name)} could not be fetched: {reason}")
        self.name = name


class _Fetching:
    """One run: the folder, and its submissions before and now."""

    def __init__(
        self,
        system: CourseSystem,
        address: AssignmentAddress,
        assignment: CourseAssignment,
        folder: Path,
        earlier: FetchedClass | None,
    ) -> None:
        self.folder = folder
        self.assignment = assignment
        self.result = FetchCount()
        self._system = system
        self._earlier = {each.key: each for each in earlier.submissions} if earlier else {}
        self._now: dict[str, FetchedSubmission] = {}
        self._class = FetchedClass(
            schema="grader.fetched/1",
            system=address.system,
            server=address.server.url,
            course=address.course,
            assignment=address.assignment,
            title=assignment.title,
            points=assignment.points,
            due=assignment.due,
            fetched=datetime.now(UTC),
            complete=False,
        )

    def one(self, submission: CourseSubmission) -> str:
        """Fetch one submission, unless it is here already; return a line about it, "" if nothing was fetched."""
        earlier = self._earlier.get(submission.key)
        now = _without_files(submission)
        if not submission.attempt:
            self._now[submission.key] = now
            return ""
        if not (submission.files or submission.text or submission.link):
            self.result.empty.append((fetch_report.who(submission), ""))
            self._now[submission.key] = now
            return ""
        now.folder = _folder_of(submission)
        if earlier is not None and self._is_here(earlier, submission):
            now.folder, now.files = earlier.folder, earlier.files
            now.missing, now.is_too_large = earlier.missing, earlier.is_too_large
            if now.is_too_large:
                self._list_too_large(submission, now.missing)
            self._now[submission.key] = now
            self.result.unchanged += 1
            return ""
        line = ""
        now.missing = _too_large(submission.files)
        if now.missing:
            now.is_too_large = True
            self._list_too_large(submission, now.missing)
        else:
            try:
                now.files = self._write(submission, now.folder)
            except _Missing as error:
                self.result.problems.append((fetch_report.who(submission), str(error)))
                now.missing, line = error.name, f"{clean(fetch_report.who(submission))}: {error}"
        if now.missing:  # an earlier attempt would be graded as the newest one
            shutil.rmtree(self.folder / now.folder, ignore_errors=True)
        else:
            self.result.new += 1
            line = f"{clean(fetch_report.who(submission))}: attempt {now.attempt}, {plural(len(now.files), 'file')}"
        self._now[submission.key] = now
        self._keep(complete=False)
        return line

    def finish(self) -> list[str]:
        """Write the complete list, and remove the folders of submissions that the course system no longer has; return their names."""
        self._keep(complete=True)
        folders = {each.folder for each in self._now.values() if each.folder}
        old = [each.folder for each in self._earlier.values() if each.folder and each.folder not in folders]
        for name in old:
            shutil.rmtree(self.folder / safe_names.file_name(name), ignore_errors=True)
        return old

    def _is_here(self, earlier: FetchedSubmission, submission: CourseSubmission) -> bool:
        """Return whether the newest attempt is the one that was fetched, and all its files are here with their sizes."""
        same = (earlier.attempt, earlier.submitted) == (submission.attempt, submission.submitted)
        expected = [(file.id, file.size, file.changed) for file in submission.files]
        before = [(file.id, file.size, file.changed) for file in earlier.files if file.id]
        if earlier.missing:
            return same and earlier.is_too_large and earlier.missing == _too_large(submission.files)
        paths = [self.folder / earlier.folder / file.path for file in earlier.files]
        return same and before == expected and all(path.is_file() for path in paths)

    def _write(self, submission: CourseSubmission, folder: str) -> list[FetchedFile]:
        """Write the files of a submission; raises _Missing if one of them does not arrive."""
        scratch = self.folder / SCRATCH
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(mode=0o700)
        new_files: list[FetchedFile] = []
        names: set[str] = set()
        room = MAX_TOTAL
        for file in submission.files:
            name = safe_names.unique(safe_names.path(file.name), names)
            names.add(name.casefold())
            target = scratch / name
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                size = self._system.download(file, target, room)
                if file.size and size != file.size:
                    raise BrokenDownload(f"it has {size} bytes instead of {file.size}")
            except BrokenDownload as error:
                raise _Missing(file.name, str(error)) from error
            room -= size
            self.result.size += size
            new_files.append(FetchedFile(path=name, id=file.id, name=file.name, size=file.size, changed=file.changed))
        typed = ((TEXT, submission.text), (LINK, _link_page(submission.link)))
        for title, content in typed:
            if content:
                name = safe_names.unique(title, names)
                (scratch / name).write_text(content, encoding="utf-8", errors="replace")
                new_files.append(FetchedFile(path=name, id="", name=title, size=0))
        place = self.folder / folder
        shutil.rmtree(place, ignore_errors=True)
        scratch.rename(place)
        return new_files

    def _keep(self, complete: bool) -> None:
        others = [] if complete else [each for key, each in self._earlier.items() if key not in self._now]
        self._class.submissions = [*self._now.values(), *others]
        self._class.complete = complete
        write_whole(self.folder / fetched.NAME, self._class.text(), forced=complete)

    def _list_too_large(self, submission: CourseSubmission, name: str) -> None:
        self.result.too_large.append((fetch_report.who(submission), too_large(name)))


def _earlier(folder: Path, address: AssignmentAddress) -> FetchedClass | None:
    """Return what an earlier run fetched into the folder; raises UsageError if the folder has something else."""
    try:
        earlier = fetched.read((folder / fetched.NAME).read_bytes())
    except FileNotFoundError:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{folder} contains other files: choose a new folder for --out.") from None
        return None
    except (OSError, ValueError) as error:
        raise UsageError(f"{folder / fetched.NAME} cannot be used ({clean(error)}).") from error
    source = (earlier.system, earlier.server, earlier.course, earlier.assignment)
    if source != (address.system, address.server.url, address.course, address.assignment):
        raise UsageError(
            f"{folder} has the submissions of another assignment, '{clean(earlier.title)}' of {clean(earlier.server)}: choose "
            "another folder for --out."
        )
    return earlier


def _without_files(submission: CourseSubmission) -> FetchedSubmission:
    return FetchedSubmission(
        key=submission.key,
        people=[
            FetchedPerson(
                id=member.person.identity, name=member.person.name, email=member.person.email, section=member.section
            )
            for member in submission.members
        ],
        group=submission.group,
        attempt=submission.attempt,
        submitted=submission.submitted,
        late=submission.late,
        due=submission.due,
        excused=submission.excused,
    )


def _folder_of(submission: CourseSubmission) -> str:
    """Return the name of a submission's folder: the name and the key, which is unique."""
    return f"{safe_names.file_name(fetch_report.who(submission), LONGEST_NAME)}_{safe_names.file_name(submission.key)}"


def _too_large(files: Sequence[CourseFile]) -> str:
    """Return the name of the largest file if the files are too large together, else ""."""
    if sum(file.size for file in files) <= MAX_TOTAL:
        return ""
    return max(files, key=lambda file: file.size).name


def _link_page(link: str) -> str:
    address = html.escape(link)
    return f'<a href="{address}">{address}</a>\n' if link else ""
