"""Tests of the students' files: they are written when they are missing, damaged or outdated, and only then."""

from __future__ import annotations

import base64
import contextlib
import io
import os
import re
import sqlite3
from concurrent.futures import Future

import pytest
from rich.console import Console

from grader.assignment import load
from grader.batch import page_files, pages, renewing
from grader.batch.page_files import FILES, SUBMITTED, PageSettings
from grader.batch.pages import PageWriter
from grader.batch.store import ListedPerson, Page, Record, Store
from grader.report.download import LARGEST_IN_CLASS
from grader.report.evidence import Evidence, Location
from grader.submission.source_files import SourceFile, packed
from grader.support import i18n
from grader.support.errors import UsageError
from tests.report.made import report

CONTENT = load("single-neuron").content
NOTEBOOK = b'{"cells": [{"cell_type": "code", "source": "print(1)", "outputs": []}]}'
ANNA = Page("Anna_7", "7", "Anna (7)")


def console():
    return Console(file=io.StringIO())


def settings(**changes):
    visibility = {check.name: "open" for check in report().checks}
    common = PageSettings.model_validate_json(pages.settings_of(CONTENT))
    return common.model_copy(update={"visibility": visibility, **changes}).model_dump_json()


def keep(store, page=ANNA, text="dW1 is wrong.", executed=NOTEBOOK, files=()):
    record = Record(identity=page.identity, name=page.who, sha256="0", report=report(text))
    store.put("key", record, executed, [page], packed(files))


@pytest.fixture
def out(tmp_path):
    """Return an output folder with the pages of one student."""
    with Store(tmp_path / "out") as store:
        store.keep_page_settings(settings(), complete=True)
        keep(store)
    renewing.write_missing(tmp_path / "out", console())
    return tmp_path / "out"


ALWAYS = [(kind, suffix) for kind, suffix in FILES if kind != SUBMITTED]  # the files that each student has


def files_of(out, name="Anna_7"):
    return [out / kind / f"{name}{suffix}" for kind, suffix in ALWAYS]


def times(out):
    return [
        file.stat().st_ino for file in files_of(out) if file.exists()
    ]  # a file that is written again has a new number


def outdated(out):
    with Store(out) as store:
        return PageWriter(out, store).outdated_names()


def test_files_are_complete_and_are_not_written_again(out):
    contents = [file.read_bytes() for file in files_of(out)]
    assert contents[-1] == NOTEBOOK and b"Anna (7)" in contents[1] and b'<span class="b">print</span>' in contents[3]
    assert {file.stat().st_mode & 0o777 for file in files_of(out)} == {0o600}
    before = times(out)
    lines, problems = renewing.write_missing(out, console())
    assert (lines, problems) == (["Of 1 student with a report, 0 had missing or outdated files."], [])
    assert times(out) == before


@pytest.mark.parametrize("number", range(len(ALWAYS)))
def test_missing_and_damaged_file_is_written_again(out, number):
    file = files_of(out)[number]
    content = file.read_bytes()
    file.unlink()
    renewing.write_missing(out, console())
    assert file.read_bytes() == content
    time = file.stat().st_mtime_ns
    file.write_bytes(content[:-1] + b"X")
    os.utime(file, ns=(time, time))  # as after a defect of the disk
    renewing.write_missing(out, console())
    assert file.read_bytes() == content


@pytest.mark.parametrize(
    "change",
    [
        lambda store: keep(store, text="Another sentence."),
        lambda store: keep(store, Page("Anna_7", "7", "Anna Meier (7)")),
        lambda store: keep(store, Page("Anna_7", "7", "Anna (7)", "Handed in 1 day late: 10 points are taken off.")),
        lambda store: keep(store, executed=b""),
        lambda store: keep(store, files=[SourceFile("neuron.py", b"x = 1")]),
        lambda store: store.keep_page_settings(settings(title="Another title"), complete=True),
        lambda store: store.keep_page_settings(settings(language="de"), complete=True),
    ],
    ids=["result", "name", "note", "notebook", "code", "title", "language"],
)
def test_outdated_files_are_written_again(out, change):
    before = times(out)
    with Store(out) as store:
        change(store)
    assert outdated(out) == ["Anna_7"]
    renewing.write_missing(out, console())
    assert outdated(out) == [] and times(out) != before
    with Store(out) as store:
        (stored,) = store.pages()
        assert (out / "executed" / "Anna_7.ipynb").exists() == bool(stored.notebook())


def test_another_grader_writes_the_files_again(out, monkeypatch):
    page_files._digest_of_renderer.cache_clear()
    monkeypatch.setattr(page_files, "__version__", "999")
    assert outdated(out) == ["Anna_7"]
    page_files._digest_of_renderer.cache_clear()


def test_outdated_file_and_files_of_others_are_removed_before_new_marks_are_written(out):
    with Store(out) as store:
        keep(store, Page("Ben", "8", "Ben"))
        keep(store, text="Another sentence.")
        writer = PageWriter(out, store)
        writer.begin(["Ben"])
        writer.finish(console(), 1)
        (out / "reports" / ".Anna_7.html.part").write_text("half of a page")
        (out / "reports" / "Carl.html").write_text("a student of an earlier class")
        (out / "reports" / "notes.txt").write_text("a file of the instructor")
        writer.remove_outdated(writer.outdated_names(), ["Anna_7", "Ben"])
    assert sorted(file.name for file in (out / "reports").iterdir()) == ["Ben.html", "Ben.json", "notes.txt"]


def test_student_who_leaves_the_class_is_forgotten(out):
    with Store(out) as store:
        store.keep_pages([Page("Ben", "8", "Ben")])
        store.keep_pages([ANNA])
        assert PageWriter(out, store).outdated_names() == ["Anna_7"]  # nothing is known about its files


def test_page_that_fails_costs_nobody_else_a_page(out, monkeypatch):
    with Store(out) as store:
        keep(store, Page("Ben", "8", "Ben"), executed=b"no JSON")
        keep(store, Page("Cem", "9", "Cem"))
    _lines, problems = renewing.write_missing(out, console())
    assert len(problems) == 1 and problems[0].startswith("Ben: the pages could not be written (JSONDecodeError")
    assert (out / "reports" / "Cem.html").exists() and not (out / "reports" / "Ben.html").exists()
    assert outdated(out) == ["Ben"]


def test_many_pages_are_written_by_other_processes(out):
    people = [Page(f"student{number}", str(number), f"student{number}") for number in range(pages.FEW + 1)]
    with Store(out) as store:
        for page in people:
            keep(store, page)
    lines, problems = renewing.write_missing(out, console())
    assert (lines[0].endswith(f"{len(people)} had missing or outdated files."), problems) == (True, [])
    assert outdated(out) == []
    assert all(file.exists() for page in people for file in files_of(out, page.name))


def test_pages_that_a_stopped_run_has_not_written_are_written_by_the_next_one(out, monkeypatch):
    with Store(out) as store:
        for name in ("Ben", "Cem"):
            keep(store, Page(name, name, name))
    write_pages, calls = pages.write_pages, []

    def write_until_ctrl_c(*arguments):
        if calls:
            raise KeyboardInterrupt
        calls.append(arguments)
        return write_pages(*arguments)

    monkeypatch.setattr(pages, "CHUNK", 1)
    monkeypatch.setattr(pages, "write_pages", write_until_ctrl_c)
    with pytest.raises(KeyboardInterrupt):
        renewing.write_missing(out, console())
    monkeypatch.undo()
    assert outdated(out) == ["Cem"]
    renewing.write_missing(out, console())
    assert outdated(out) == [] and all(file.exists() for file in files_of(out, "Cem"))


class IdleProcesses:
    """Takes the place of an executor: each call is made at once, or fails as if its process had been killed."""

    slots = 2

    def __init__(self, are_lost=False):
        self.are_lost = are_lost
        self.count = 0

    def call(self, function, *arguments):
        self.count += 1
        future = Future()
        if self.are_lost:
            future.set_exception(RuntimeError("killed"))
        else:
            future.set_result(function(*arguments))
        return future


class WaitingProcesses(IdleProcesses):
    """Makes the calls later: when it is asked to answer, and from then on at once."""

    def __init__(self):
        super().__init__()
        self.calls = []

    def call(self, function, *arguments):
        if self.calls is None:
            return super().call(function, *arguments)
        self.calls.append((Future(), function, arguments))
        return self.calls[-1][0]

    def answer(self):
        for future, function, arguments in self.calls:
            future.set_result(function(*arguments))
        self.calls = None


def test_files_that_idle_processes_wrote_early_are_not_outdated_at_the_end(out):
    with Store(out) as store:
        for name in ("Ben", "Cem"):
            keep(store, Page(name, name, name))
        writer, processes = PageWriter(out, store), IdleProcesses()
        writer.write_early(["Ben"], processes)
        writer.write_early(["Cem"], processes)
        assert writer.outdated_names() == [] and processes.count == 2
    assert all(file.exists() for name in ("Ben", "Cem") for file in files_of(out, name))


def test_early_page_that_has_changed_meanwhile_is_written_again(out):
    people = [Page("Ben", "8", "Ben"), Page("Cem", "9", "Cem")]
    with Store(out) as store:
        store.keep_places([ListedPerson("Ben", "Ben"), ListedPerson("Unreadable", "Unreadable")])
        writer, waiting = PageWriter(out, store), WaitingProcesses()
        keep(store, people[0])
        writer.write_early(["Ben"], waiting)
        keep(store, people[1])
        store.keep_pages(people)
        writer.begin(writer.outdated_names(), waiting)
        waiting.answer()
        assert not writer.needs_no_process()
        writer.finish(console(), 1)
        assert writer.outdated_names() == []
    assert links_of(out, "Ben") == [("following", "Cem.html", "Cem")]


def test_few_early_pages_wait_in_front_of_a_second_attempt(out, monkeypatch):
    monkeypatch.setattr(pages, "MOST_EARLY", 2)
    with Store(out) as store:
        people = [Page(f"student{number}", str(number), "") for number in range(4 * pages.SMALL_CHUNK)]
        for page in people:
            keep(store, page)
        writer, processes = PageWriter(out, store), IdleProcesses()
        writer.write_early([page.name for page in people], processes)
        assert processes.count == 2
        writer.write_early([], processes)  # those are finished, so others follow
        assert processes.count == 4


def test_early_pages_of_a_lost_process_are_written_at_the_end(out):
    with Store(out) as store:
        keep(store, text="Another sentence.")
        writer = PageWriter(out, store)
        writer.write_early(["Anna_7"], IdleProcesses(are_lost=True))
        writer.begin(writer.outdated_names(), IdleProcesses())
        writer.finish(console(), 1)
        assert writer.outdated_names() == [] and writer.problems == []
    assert "Another sentence." in (out / "reports" / "Anna_7.html").read_text()


def test_stopped_run_and_missing_results_are_reported(out, tmp_path):
    with Store(out) as store:
        store.keep_page_settings(settings(), complete=False)
    assert "stopped before it wrote the gradebooks" in renewing.write_missing(out, console())[0][-1]
    with pytest.raises(UsageError, match="is not an output folder"):
        renewing.write_missing(tmp_path, console())
    with Store(tmp_path / "old"):
        pass
    with pytest.raises(UsageError, match="earlier version"):
        renewing.write_missing(tmp_path / "old", console())


def test_note_is_in_the_language_of_the_run():
    assert pages.note("", 0.0, 90.0) == ""
    with i18n.use("de"):
        assert "12,5" in pages.note("1 Tag zu spät", 12.5, 80.0)


def test_pages_differ_only_in_the_link_if_nothing_is_hidden(out):
    page, instructors_page = ((out / kind / "Anna_7.html").read_text() for kind in ("reports", "instructor"))
    assert '<a id="overview" href="../index.html">← The class</a>' in instructors_page
    assert "<nav" not in page and "<script" not in page
    without_links = re.sub(
        r"<nav.*</nav>|<script>.*</script>\n|; script-src &#39;[^&]*&#39;", "", instructors_page, flags=re.DOTALL
    )
    assert without_links == page


def links_of(out, name):
    page = (out / "instructor" / f"{name}.html").read_text()
    return re.findall(r'<a id="(\w+)" rel="\w+" href="([^"]*)">[^<]*<span>([^<]*)', page)


def test_instructors_page_leads_to_the_previous_and_the_next_student(out):
    people = [ANNA, Page("Ben #1", "8", "Ben <b>"), Page("Cem", "9", "Cem")]
    with Store(out) as store:
        for page in reversed(people):
            keep(store, page)
        store.keep_pages(people)
    renewing.write_missing(out, console())
    assert links_of(out, "Anna_7") == [("following", "Ben%20%231.html", "Ben &lt;b&gt;")]
    assert links_of(out, "Ben #1") == [("previous", "Anna_7.html", "Anna (7)"), ("following", "Cem.html", "Cem")]
    assert links_of(out, "Cem") == [("previous", "Ben%20%231.html", "Ben &lt;b&gt;")]
    assert "Ben" not in (out / "reports" / "Anna_7.html").read_text()
    with Store(out) as store:
        store.keep_pages([people[0], people[2]])
    assert outdated(out) == ["Anna_7", "Cem"]


def test_early_page_is_not_outdated_at_the_end_if_the_expected_students_have_pages(out):
    people = [ANNA, Page("Ben", "8", "Ben")]
    with Store(out) as store:
        store.keep_places([ListedPerson(page.name, page.who) for page in people])
        writer = PageWriter(out, store)
        for page in people:
            keep(store, page)
            writer.write_early([page.name], IdleProcesses())
        store.keep_pages(people)
        assert writer.outdated_names() == []


@pytest.mark.parametrize("hints", [1, 2])
def test_page_of_the_instructor_names_bugs_at_every_level_of_hints(out, hints):
    with Store(out) as store:
        store.keep_page_settings(settings(hints=hints), complete=True)
        keep(store)
    renewing.write_missing(out, console())
    bug = '<p class="bug">'
    assert bug in (out / "instructor" / "Anna_7.html").read_text()
    assert (bug in (out / "reports" / "Anna_7.html").read_text()) == (hints > 1)


@pytest.mark.parametrize(
    ("name", "content"),
    [("week/mine.py", b"x = 1\r\n"), ("mine.ipynb", NOTEBOOK + b" " * LARGEST_IN_CLASS), ("mine.py", b"#" * 2_000_000)],
    ids=["small", "large notebook", "large module"],
)
def test_both_pages_have_the_submitted_file(out, name, content):
    with Store(out) as store:
        keep(store, files=[SourceFile(name, content)])
    renewing.write_missing(out, console())
    for kind in ("reports", "instructor"):
        page = out / kind / "Anna_7.html"
        (address,) = re.findall(r'href="([^"]*)" download="mine', page.read_text())
        if len(content) > LARGEST_IN_CLASS:
            assert (page.parent / address).read_bytes() == content
        else:
            assert base64.b64decode(address.partition("base64,")[2]) == content
    with Store(out) as store:
        keep(store)
    renewing.write_missing(out, console())
    assert not [*out.glob("submitted/*")]


def test_line_of_a_hidden_check_is_marked_for_the_instructor_only(out):
    document = report()
    location = Location(file="mine.py", cell=None, line=1, file_line=1)
    checks = [
        check.model_copy(update={"evidence": Evidence(location=location)})
        for check in document.checks
        if check.name in ("failed", "error")
    ]
    record = Record(identity="7", name="Anna", sha256="0", report=document.model_copy(update={"checks": checks}))
    with Store(out) as store:
        store.keep_page_settings(settings(visibility={"failed": "hidden", "error": "open"}), complete=True)
        store.put("key", record, b"", [ANNA], packed([SourceFile("mine.py", b"x = 1")]))
    renewing.write_missing(out, console())
    findings = [
        re.findall(r'class="finding \w+" href="#check-(\w+)"', (out / kind / "Anna_7.html").read_text())
        for kind in ("reports", "instructor")
    ]
    assert findings == [["error"], ["failed", "error"]]


def test_result_of_an_earlier_version_has_pages(out):
    with contextlib.closing(sqlite3.connect(out / "grading.sqlite")) as database, database:
        database.execute("DROP TABLE sources")
        database.execute("DROP TABLE places")
    (out / "reports" / "Anna_7.html").unlink()
    lines, problems = renewing.write_missing(out, console())
    assert (lines, problems) == (["Of 1 student with a report, 1 had missing or outdated files."], [])
    page = (out / "reports" / "Anna_7.html").read_text()
    assert "download=" not in page and 'id="cell-1-line-1"' in page
