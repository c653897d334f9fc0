"""Tests of the mail to a person."""

from __future__ import annotations

import email
from email.policy import default

import pytest

from grader.feedback.mail import mail
from grader.support import i18n
from tests.feedback.people import letter, person

pytestmark = pytest.mark.quick


def written(recipient, sender="", title="A neuron", **other):
    message = mail(letter(recipient, **other), "e@example.org", sender, title, "neuron-feedback").message
    return email.message_from_bytes(message.as_bytes(), policy=default)


def test_mail_has_the_page_of_the_person_alone():
    message = written(person("Müller, Jörg"), "tutor@example.org")
    assert (message["Subject"], message["From"]) == ("Feedback: A neuron", "tutor@example.org")
    (to,) = message["To"].addresses
    assert (to.display_name, to.addr_spec) == ("Müller, Jörg", "e@example.org")
    assert message["Message-ID"].endswith("@example.org>")
    body, page = message.iter_parts()
    assert "Hello Jörg Müller," in body.get_content()
    assert page.get_filename() == "neuron-feedback.html"
    assert page.get_payload(decode=True).decode() == "<p>Müller, Jörg: 100 points</p>"


def test_pdf_is_attached_as_well():
    message = written(person(), files={".html": b"<p>", ".pdf": b"%PDF"})
    assert [part.get_content_type() for part in message.iter_attachments()] == ["text/html", "application/pdf"]


def test_same_result_is_the_same_mail():
    first, second, other = (
        mail(letter(person(), result), "e@example.org", "", "T", "n").message for result in ("a", "a", "b")
    )
    assert first.as_bytes() == second.as_bytes()
    assert first["Message-ID"] != other["Message-ID"]


@pytest.mark.parametrize(
    "name",
    [
        "=HYPERLINK(1)",
        'Anna "A" O\'Neill; Dr.',
        "حداد ليلى",
        "张 伟",
        "Eve\r\nBcc: all@example.org",
        "🚀 Ravi",
        "a@b.c",
    ],
)
def test_name_never_becomes_a_header_or_an_address(name):
    message = written(person(name))
    assert [address.addr_spec for address in message["To"].addresses] == ["e@example.org"]
    assert message["Bcc"] is None


def test_title_with_line_ends_stays_one_header():
    assert written(person(), title="A\r\nBcc: x@y.z")["Bcc"] is None


def test_mail_is_in_the_language_of_the_class():
    with i18n.use("de"):
        assert "Rückmeldung" in written(person())["Subject"]
