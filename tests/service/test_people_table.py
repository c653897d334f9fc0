"""Lists of people of many course systems are read, in any encoding that a spreadsheet writes."""

from __future__ import annotations

import pytest

from grader.service import people_table
from grader.service.errors import TooLarge, Unreadable


def read(text, encoding="utf-8"):
    people = people_table.read(text.encode(encoding)).people
    return [(each.login, each.full_name, each.email, each.section) for each in people]


JUERGEN = ("jmueller", "Jürgen Müller", "jm@uni.de", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Moodle, participants
        (
            "Vorname;Nachname;E-Mail-Adresse;Gruppen\nJürgen;Müller;jm@uni.de;A\n",
            ("jm@uni.de", "Jürgen Müller", "jm@uni.de", "A"),
        ),
        (
            '"First name",Surname,"Email address",Groups\nAda,Lovelace,a@x.org,\n',
            ("a@x.org", "Ada Lovelace", "a@x.org", ""),
        ),
        ("Nombre,Apellido(s),Dirección de correo\nJosé,Núñez,j@x.es\n", ("j@x.es", "José Núñez", "j@x.es", "")),
        ("Prénom,Nom,Adresse de courriel\nZoé,Noël,z@x.fr\n", ("z@x.fr", "Zoé Noël", "z@x.fr", "")),
        # Moodle, worksheet
        (
            "Identifier,Full name,Email address,Grade\nParticipant 7,Ada Lovelace,a@x.org,\n",
            ("a@x.org", "Ada Lovelace", "a@x.org", ""),
        ),
        # Canvas
        (
            'Student,ID,SIS User ID,SIS Login ID,Section,Task (1)\n"    Points Possible",,,,,10\n"Lovelace, Ada",12,77,ada,B,3\n',
            ("ada", "Ada Lovelace", "", "B"),
        ),
        # ILIAS
        ("Anmeldename;Nachname;Vorname;Matrikelnummer;E-Mail\njmueller;Müller;Jürgen;4711;jm@uni.de\n", JUERGEN),
        # Stud.IP, OLAT
        ("Name;Vorname;Benutzername;E-Mail\nMüller;Jürgen;jmueller;jm@uni.de\n", JUERGEN),
        # Blackboard
        ("Last Name\tFirst Name\tUsername\tStudent ID\nLovelace\tAda\tada\t77\n", ("ada", "Ada Lovelace", "", "")),
        # Gradescope
        (
            "Full Name,Email,SID,Role,Sections\nAda Lovelace,a@x.org,77,Student,B\n",
            ("a@x.org", "Ada Lovelace", "a@x.org", "B"),
        ),
        # nbgrader
        ("id,first_name,last_name,email\nada,Ada,Lovelace,\n", ("ada", "Ada Lovelace", "", "")),
        # the grader's own gradebook, and a plain list
        ("student,score\nada,3\n", ("ada", "", "", "")),
        ("login,name,email,section\nada,李 明,,\n", ("ada", "李 明", "", "")),
        # a heading above, and a line for Excel
        ("Teilnehmer der Veranstaltung\nBenutzername;Name\nada;Ada Lovelace\n", ("ada", "Ada Lovelace", "", "")),
        ('sep=;\nBenutzername;Name\nada;"Lovelace; Ada"\n', ("ada", "Lovelace; Ada", "", "")),
    ],
)
def test_columns_of_course_systems(text, expected):
    assert read(text) == [expected]
    assert read(text.replace("\n", "\r\n")) == [expected]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_umlauts_in_every_encoding(encoding):
    assert read("Anmeldename;Nachname;Vorname;E-Mail\njmueller;Müller;Jürgen;jm@uni.de\n", encoding) == [JUERGEN]


def test_lines_without_a_person_are_named():
    table = people_table.read(b"login,name\nada,Ada\n,Nobody\n../x,Bad\n\nben,Ben\n")
    assert [each.login for each in table.people] == ["ada", "ben"]
    assert [each.line for each in table.people] == [2, 6]
    assert "neither a login name" in table.problems[3]
    assert "../x" in table.problems[4]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no titles"),
        (b"a,b\n1,2\n", "no titles"),
        (b"name\nAda\n", "no column with a login name"),
        (b'login,name\nada,"Ada\nben,Ben\n', "line 2"),
        (b"PK\x03\x04\x00\x00", "not a CSV file"),
        (b"\xff\xfe\x00", "not a CSV|no titles"),
    ],
)
def test_other_files_are_refused(content, sentence):
    with pytest.raises(Unreadable, match=sentence):
        people_table.read(content)


def test_long_files_are_refused():
    with pytest.raises(TooLarge):
        people_table.read(b"login\n" + b"x" * people_table.MOST_BYTES)
    with pytest.raises(TooLarge, match="lines"):
        people_table.read(
            b"login,name\n" + b"".join(b"u%d,x\n" % number for number in range(people_table.MOST_ROWS + 1))
        )
