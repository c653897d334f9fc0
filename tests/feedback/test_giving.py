"""Tests of ``grader feedback`` on classes that ``grader grade`` has graded, as an instructor uses it."""

from __future__ import annotations

import email
import html
import io
import zipfile
from email.policy import default

import pytest
from rich.console import Console

from grader.batch import page_files
from grader.batch.recipients import Recipients
from grader.batch.store import Store
from grader.feedback import giving, pdf, sending
from grader.feedback.giving import FeedbackOptions
from grader.support.errors import UsageError
from tests.batch.conftest import class_zip, grade, grade_once, graded_folders  # noqa: F401, fixtures
from tests.doubling import RIGHT, SHORT, WRONG

FOLDER = "assignsubmission_file_/answer.py"
MOODLE = {
    f"Erika Mustermann_4711_{FOLDER}": RIGHT,
    f"Jörg O'Neill-Müller_23_{FOLDER}": WRONG,
    f"Anna Smith_7_{FOLDER}": RIGHT,
    f"Anna Smith_8_{FOLDER}": SHORT,
    f"李 娜_9_{FOLDER}": RIGHT,
    f"Group A_77_{FOLDER}": WRONG,
    "Pia Pdf_10_assignsubmission_file_/essay.pdf": "no code",
}
WORKSHEET = "\ufeffIdentifier,Full name,Email address,Group,Grade,Maximum grade,Feedback comments\r\n" + "".join(
    f"Participant {number},{name},{address},{group},,100,\r\n"
    for number, name, address, group in (
        (4711, "Erika Mustermann", "erika@example.org", ""),
        (23, "Jörg O'Neill-Müller", "joerg@example.org", ""),
        (7, "Anna Smith", "anna@example.org", ""),
        (8, "Anna Smith", "anna@example.org", ""),
        (9, "李 娜", "", ""),
        (10, "Pia Pdf", "pia@example.org", ""),
        (1, "Max Muster", "max@example.org", "Group A"),
        (2, "Zoë Weiß", "zoe@example.org", "Group A"),
        (11, "Abby Absent", "abby@example.org", ""),
    )
)


@pytest.fixture
def moodle_class(grade_once, tmp_path):  # noqa: F811
    """Grade a class from Moodle; return its output folder."""
    (tmp_path / "worksheet.csv").write_bytes(WORKSHEET.encode())
    return grade_once(MOODLE, "--moodle", tmp_path / "worksheet.csv")


def give(out, form=None, **options):
    environment = options.pop("environment", {})
    outcome = giving.give(out, FeedbackOptions(form, **options, environment=environment), Console(file=io.StringIO()))
    return "\n".join(outcome.lines)


def members(file):
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_moodle_class_gets_a_zip_in_the_shape_of_its_archive(moodle_class):
    said = give(moodle_class)
    content = members(moodle_class / "moodle-feedback.zip")
    assert sorted(content) == sorted(
        f"{folder}_assignsubmission_file_/doubling-feedback.html"
        for folder in (
            "Erika Mustermann_4711", "Jörg O'Neill-Müller_23", "Anna Smith_7", "Anna Smith_8", "李 娜_9", "Group A_77",
            "Max Muster_1", "Zoë Weiß_2",
        )
    )  # fmt: skip
    for name, page in content.items():
        person = name.partition("_")[0]
        reports = {path.read_text() for path in (moodle_class / "reports").glob("*.html")}
        assert page in reports and ("Group" in person or person in html.unescape(page))
    assert "the pages of 7 students" in said and "Upload multiple feedback files in a zip" in said
    assert "Without a page (2):" in said
    assert "Abby Absent: Nothing was handed in." in said and "Pia Pdf: class.zip/Pia Pdf" in said


def test_other_forms_of_the_same_class(moodle_class):
    give(moodle_class, "folders")
    files = {path.relative_to(moodle_class).as_posix() for path in (moodle_class / "feedback").rglob("*.html")}
    assert len(files) == 7 and "feedback/Jörg_O_Neill-Müller_23/doubling-feedback.html" in files
    said = give(moodle_class, "canvas")
    assert "Nothing was written" in said and "Without a place in canvas-feedback.zip (7)" in said
    assert not (moodle_class / "canvas-feedback.zip").exists()


def test_mails_are_drafts_until_they_are_sent_and_nobody_gets_two(moodle_class, monkeypatch):
    said = give(moodle_class, "mail")
    drafts = {path.stem: path.read_bytes() for path in (moodle_class / "mail").glob("*.eml")}
    assert sorted(drafts) == ["Erika_Mustermann_4711", "Jörg_O_Neill-Müller_23", "Max_Muster_1", "Zoë_Weiß_2"]
    message = email.message_from_bytes(drafts["Zoë_Weiß_2"], policy=default)
    assert message["To"] == "Zoë Weiß <zoe@example.org>"
    (page,) = message.iter_attachments()
    assert page.get_payload(decode=True) == (moodle_class / "reports" / "Zoë_Weiß_2.html").read_bytes()
    assert "Nothing was sent. To send 4 mails, add --send." in said
    assert "Without an address (3):" in said and "anna@example.org is the address of 2 people" in said

    sent_addresses = []

    def send(mails, server, store, pause):
        for mail in mails:
            sent_addresses.append(mail.address)
            store.keep_sent(mail.letter.recipient.identity, mail.address, mail.letter.result)
        return len(mails), []

    monkeypatch.setattr(sending, "send", send)
    environment = {"GRADER_SMTP_HOST": "localhost", "GRADER_SMTP_FROM": "tutor@example.org"}
    (moodle_class / "addresses.csv").write_text("student,email\n李 娜,li@example.org\n")
    assert "5 mails sent" in give(moodle_class, "mail", send=True, environment=environment)
    assert "li@example.org" in sent_addresses
    said = give(moodle_class, "mail", send=True, environment=environment)
    assert "5 people already got this result by mail." in said and "0 mails sent" in said
    assert len(sent_addresses) == 5


def test_next_run_removes_the_feedback_and_says_so(moodle_class, grade, class_zip, tmp_path):  # noqa: F811
    give(moodle_class)
    give(moodle_class, "folders")
    give(moodle_class, "mail")
    result = grade(class_zip(MOODLE), "--moodle", tmp_path / "worksheet.csv")
    for name in ("moodle-feedback.zip", "feedback", "mail"):
        assert not (moodle_class / name).exists()
        assert f"{name}" in result.stdout
    assert "feedback/ (7 files) from an earlier run was removed: run 'grader feedback' again" in result.stdout
    assert (moodle_class / "moodle.csv").exists()


def test_blind_class_stays_blind(grade, class_zip, tmp_path):  # noqa: F811
    files = {f"Participant_{number}_{FOLDER}": RIGHT for number in (12, 13)}
    grade(class_zip(files))
    give(tmp_path / "out")
    content = members(tmp_path / "out" / "moodle-feedback.zip")
    assert sorted(content) == [
        f"Participant_{number}_assignsubmission_file_/doubling-feedback.html" for number in (12, 13)
    ]
    assert "Participant 12" in content["Participant_12_assignsubmission_file_/doubling-feedback.html"]


def test_hidden_evidence_and_pages_of_the_instructor_are_never_given_back(moodle_class):
    give(moodle_class)
    page = members(moodle_class / "moodle-feedback.zip")["Anna Smith_8_assignsubmission_file_/doubling-feedback.html"]
    assert page == (moodle_class / "reports" / "Anna_Smith_8.html").read_text()
    assert page != (moodle_class / "instructor" / "Anna_Smith_8.html").read_text()


def test_missing_page_is_written_first(moodle_class):
    (moodle_class / "reports" / "Anna_Smith_8.html").unlink()
    give(moodle_class)
    assert "Anna Smith_8_assignsubmission_file_/doubling-feedback.html" in members(moodle_class / "moodle-feedback.zip")


def test_pages_have_the_marks_by_hand_as_they_are_now(moodle_class):
    line = "23,double,40,Better than it seems.,,,\n"
    (moodle_class / "overrides.csv").write_text(f"student,check,points,comment,by,at,sha256\n{line}")
    said = give(moodle_class)
    page = members(moodle_class / "moodle-feedback.zip")[
        "Jörg O'Neill-Müller_23_assignsubmission_file_/doubling-feedback.html"
    ]
    assert "Better than it seems." in page
    assert "The marks of 1 student have changed." in said and "'grader grade' command again" in said


def test_folder_without_complete_results_is_refused(tmp_path):
    with pytest.raises(UsageError, match="is not an output folder of grader grade"):
        give(tmp_path)
    with Store(tmp_path / "out") as store:
        store.keep_page_settings("{}", complete=False)
    with pytest.raises(UsageError, match="was stopped before its end"):
        give(tmp_path / "out")
    with Store(tmp_path / "out") as store:
        store.keep_page_settings("{}", complete=True)
    with pytest.raises(UsageError, match="written by an earlier version"):
        give(tmp_path / "out")


def test_anonymous_results_are_refused_until_the_names_are_back(grade, class_zip, tmp_path):  # noqa: F811
    archive = class_zip({f"Zoë Weiß_12_{FOLDER}": RIGHT, f"Jörg O'Neill_23_{FOLDER}": WRONG})
    grade(archive, "--anonymous")
    with pytest.raises(UsageError, match="are anonymous, and feedback needs the names"):
        give(tmp_path / "out")
    assert ", 0 graded now" in grade(archive).stdout
    give(tmp_path / "out")
    content = members(tmp_path / "out" / "moodle-feedback.zip")
    assert "Zoë Weiß" in content["Zoë Weiß_12_assignsubmission_file_/doubling-feedback.html"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"send": True}, "--send is for mails: add --as mail"),
        ({"form": "mail", "send": True}, "set GRADER_SMTP_HOST"),
        ({"pdf": True}, "--pdf needs Chromium"),
    ],
)
def test_options_that_do_not_fit_are_refused_before_anything_is_written(tmp_path, monkeypatch, options, words):
    monkeypatch.setattr(pdf, "BROWSERS", ())
    with Store(tmp_path / "out") as store:
        store.keep_page_settings("{}", complete=True)
        store.keep_recipients(Recipients(layout="moodle", assignment="a", people=[]).model_dump_json())
    with pytest.raises(UsageError, match=words):
        give(tmp_path / "out", **options)


@pytest.mark.skipif(not any(map(pdf.shutil.which, pdf.BROWSERS)), reason="no Chromium")
def test_pages_are_printed_on_request(grade, class_zip, tmp_path):  # noqa: F811
    grade(class_zip({f"Zoë Weiß_12_{FOLDER}": RIGHT}))
    give(tmp_path / "out", "folders", pdf=True)
    (printed,) = (tmp_path / "out" / "feedback").rglob("*.pdf")
    assert printed.read_bytes().startswith(b"%PDF") and printed.with_suffix(".html").exists()
    assert page_files.REPORTS not in printed.as_posix()
