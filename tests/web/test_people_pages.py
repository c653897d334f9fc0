"""Instructors add people by lists and links, and change roles and sections; nobody else sees these pages."""

from __future__ import annotations

import csv
import io
import re

import pytest

from grader.service import identities
from grader.service.identities import OutsidePerson
from grader.service.tables import Membership, Role, User

MOODLE = "Vorname;Nachname;E-Mail-Adresse;Gruppen\nJürgen;Müller;jm@uni.de;Gruppe A\nÖzlem;Şahin;oes@uni.de;\n;;;\n"


def user_id(service, name):
    with service.database.reading() as session:
        return session.query(User).filter_by(name=name).one().id


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_list_from_moodle_is_added(form, service, browser, encoding):
    answer = form(
        "iris", "/c/demo/people", role="1", files={"file": ("Teilnehmer.csv", MOODLE.encode(encoding), "text/csv")}
    )
    assert "2 new accounts." in answer.text
    page = browser("iris").get("/c/demo/people").text
    for text in ("Jürgen Müller", "Özlem Şahin", "Gruppe A", "nothing yet"):
        assert text in page


def test_list_is_pasted_and_lines_without_a_person_are_named(form):
    answer = form("iris", "/c/demo/people", role="2", text="login,name\nnew,New\n,Nobody\n")
    assert "1 new account." in answer.text
    assert "Line 3 is left out." in answer.text


def test_account_that_another_system_made_joins_with_the_system_for_the_instructor_to_check(form, service):
    person = OutsidePerson(
        provider="github", issuer="https://github.com", subject="7", name="prof", full_name="Not Prof"
    )
    with service.database.writing() as session:
        identities.account_of(session, person)
    answer = form("iris", "/c/demo/people", role="2", text="login,name\nprof,Prof\n")
    assert "<bdi>Not Prof</bdi> (<bdi>prof</bdi>: GitHub)" in answer.text
    assert "check that these are the people" in answer.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"role": "1"}, "Choose a CSV file"),
        ({"role": "9", "text": "login\nx\n"}, "Choose a role"),
        ({"role": "1", "text": "a;b\nlost text"}, "no titles of columns"),
    ],
)
def test_mistake_is_named_and_the_list_is_kept(form, fields, sentence):
    answer = form("iris", "/c/demo/people", **fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert fields.get("text", "").strip() in answer.text


def test_links_for_new_accounts_are_a_table_and_work(form, browser):
    form("iris", "/c/demo/people", role="1", text="login,name\nnew,=New\n")
    answer = form("iris", "/c/demo/people", "/c/demo/people/invitations.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = {row["login"]: row for row in csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")))}
    assert rows["new"]["name"] == "'=New"
    assert browser().get(rows["new"]["link"]).status_code == 200


def test_role_and_section_are_changed(form, service, browser):
    page = f"/c/demo/people/{user_id(service, 'ada')}"
    assert form("iris", page, role="2", section="B").headers["location"] == f"{page}?saved=1"
    with service.database.reading() as session:
        row = session.query(Membership).filter_by(user_id=user_id(service, "ada")).one()
        assert (row.role, row.section) == (Role.TUTOR, "B")
    assert 'value="2" checked' in browser("iris").get(page).text


def test_person_gets_a_link_and_is_removed(form, service, browser):
    page = f"/c/demo/people/{user_id(service, 'ada')}"
    link = re.search(r'http://[^<"]+/invite/[^<"]+', form("iris", page, f"{page}/link").text)[0]
    assert browser().get(link).status_code == 200
    assert form("iris", page, f"{page}/remove").headers["location"] == "/c/demo/people"
    assert browser("iris").get(page).status_code == browser("ada").get("/c/demo").status_code == 404


def test_last_instructor_gets_a_sentence(form, service):
    page = f"/c/demo/people/{user_id(service, 'iris')}"
    answer = form("iris", page, f"{page}/remove")
    assert answer.status_code == 409
    assert "The course needs an instructor" in answer.text


def test_link_of_the_course_is_shown_once_and_leads_into_the_course(form, service, browser):
    text = form("iris", "/c/demo/people", "/c/demo/people/link").text
    link = re.search(r'http://[^<"]+/join/[^<"]+', text)[0]
    assert "Demo" in browser().get(link).text
    assert link not in browser("iris").get("/c/demo/people").text
    form("iris", "/c/demo/people", "/c/demo/people/link", end="1")
    assert browser().get(link).status_code == 404


@pytest.mark.parametrize("name", ["ada", "tom"])
def test_only_instructors_see_the_pages(browser, service, name):
    client = browser(name)
    assert client.get("/c/demo/people").status_code == 404
    assert client.get(f"/c/demo/people/{user_id(service, 'ben')}").status_code == 404


def test_user_of_another_course_is_no_person_here(browser, service):
    assert browser("iris").get(f"/c/demo/people/{user_id(service, 'root')}").status_code == 404
