"""Writes the pages of an output folder again, from the stored results of the last run: pages that are missing, and those with new marks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from ..marking import mark
from ..marking.applying import applied
from ..marking.class_list import Member
from ..marking.class_marks import ClassMarks
from ..support import i18n
from ..support.text import clean, plural
from . import class_members, pages, policy
from .class_members import StoredClass
from .graded_class import PersonResult, digest_of_submission
from .page_files import PageSettings
from .recipients import Recipients
from .store import Page, Record, Store, StoredPage, refuse_without_results

CHANGED = "changed marks"  # a setting that is not empty if pages have marks that the gradebooks do not have


def keep_results(store: Store, results: Iterable[tuple[PersonResult, policy.Final | None, str]]) -> None:
    """Add the digest, the lateness and the sentence about the attempt of each submission to what is stored.

    The gradebooks have all marks then.
    """
    stored = class_members.stored_class(store)
    assert stored is not None, "a run stores the names first"
    members = {member.identity: member for member in stored.class_list.members}
    for result, final, attempt in results:
        late, share = (final.late, final.share) if final is not None else ("", 0.0)
        update = {"sha256": result.sha256, "late": late, "share": share, "excused": result.excused, "attempt": attempt}
        identity = result.person.identity
        members[identity] = members[identity].model_copy(update=update)
    names = stored.class_list.model_copy(update={"members": [*members.values()]})
    class_members.keep(store, stored.model_copy(update={"class_list": names}))
    store.keep_setting(CHANGED, "")


def write_missing(folder: Path, console: Console) -> tuple[list[str], list[str]]:
    """Write the files that are missing, damaged or outdated in an output folder, with the marks by hand as they are now.

    Returns sentences about the result, and about pages that could not be written. Raises UsageError if the folder has no
    stored results, and for a mistake in the table of marks.
    """
    refuse_without_results(folder)
    with Store(folder) as store:
        lines = renew_marks(folder, store) if store.page_settings() else []
        names, problems = pages.renew(folder, store, console)
        lines += [
            f"Of {plural(store.page_count(), 'student')} with a report, {len(names)} had missing or outdated files."
        ]
        if not store.is_complete():
            lines.append(
                "The last run was stopped before it wrote the gradebooks: run the same 'grader grade' command again."
            )
        return lines, problems


def renew_marks(folder: Path, store: Store) -> list[str]:
    """Let the pages of an output folder show the marks as the table has them now; return sentences about this.

    Only the store changes: the pages are outdated then. Raises UsageError for a mistake in the table.
    """
    stored = class_members.stored_class(store)
    if stored is None:
        return []
    settings = PageSettings.model_validate_json(store.page_settings())
    path = stored.find_table(folder)
    class_marks = stored.with_names_of_key(folder).read_marks(folder)
    members = {member.page: member for member in stored.class_list.members if member.page}
    changed_pages = []
    with i18n.use(settings.language):
        for stored_page in store.pages():
            member = members.get(stored_page.page.name)
            if member is None:
                continue
            sha256 = member.sha256
            if member.identity in class_marks.by_identity and stored_page.record:
                # A run that was stopped may have stored a result after the file of this person changed.
                sha256 = digest_of_submission(Record.model_validate_json(stored_page.record))
            marks = mark.to_json(class_marks.of(member.identity, sha256).marks)
            if marks != stored_page.page.marks:
                changed_pages.append(_changed_page(stored_page, marks, member, stored, settings))
    if changed_pages:
        store.change_pages(changed_pages)
        store.keep_setting(CHANGED, "yes")
    lines = [f"The marks by hand are read from {path}."] if path is not None else []
    lines += class_marks.notes
    if changed_pages:
        lines.append(f"The marks of {plural(len(changed_pages), 'student')} have changed.")
    names = [member.name for member in _without_first_page(store, stored, class_marks)]
    if names:
        store.keep_setting(CHANGED, "yes")
        lines.append(f"No page yet, because only 'grader grade' makes the first one: {clean(', '.join(names), 500)}.")
    if store.setting(CHANGED):
        lines.append(stored.how_to_renew())
    return lines


def _without_first_page(store: Store, stored: StoredClass, class_marks: ClassMarks) -> list[Member]:
    """Return the people of the last run who have points by hand, but had no report when it ended."""
    text = store.recipients()
    people = Recipients.model_validate_json(text).people if text else []
    identities = {person.identity for person in people if not person.page}
    return [
        member
        for member in stored.class_list.members
        if member.identity in identities
        and not member.excused
        and class_marks.of(member.identity, member.sha256).gives_points
    ]


def _changed_page(
    stored_page: StoredPage, marks: str, member: Member, stored: StoredClass, settings: PageSettings
) -> Page:
    """Return the page with other marks; its sentence about lateness depends on them."""
    page = replace(stored_page.page, marks=marks)
    if member.excused:
        return page
    report = stored_page.report()
    if report is None:
        return page
    marked = applied(report, mark.from_json(marks), settings.pass_mark)
    final = policy.final_score_of(marked, member.share, member.late, stored.rounding)
    lateness = pages.note(final.late, final.penalty, final.score) if final is not None else ""
    return replace(page, note=" ".join(filter(None, [member.attempt, lateness])))
