"""Reads the people of a course from a CSV file, as course systems and spreadsheets write it.

Moodle, Canvas, ILIAS, Stud.IP, OLAT, Gradescope, Blackboard and nbgrader have other titles for the same columns, in the language
of the teacher. Excel writes semicolons and, without being asked, neither UTF-8 nor commas.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..batch.matching import natural
from ..support import tables
from ..support.errors import UsageError
from ..support.i18n import _
from ..support.tables import RawRow
from . import users
from .errors import Refusal, TooLarge, Unreadable

MOST_BYTES = 4 << 20
MOST_ROWS = 5000
FIRST_ROWS = 5  # the titles are in one of them; some systems write a heading above
BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# English, German, Spanish, French; without case, and with spaces for other signs.
TITLES = {
    "login": "login, login name, username, user name, user, sis login id, login id, benutzername, anmeldename, nutzername, "
    "benutzerkennung, kennung, uid, nombre de usuario, usuario, nom d utilisateur, identifiant",
    "number": "id, id number, number, sid, student id, student number, sis user id, org defined id, matriculation number, matrikelnummer, "
    "matrikel nr, matr nr, id nummer, número de id, identifier, identificador, numéro d identification, numéro d étudiant",
    "first": "first name, firstname, given name, vorname, rufname, prénom, nombre de pila",
    "last": "last name, lastname, surname, family name, nachname, familienname, apellidos, apellido s, apellido, nom de famille",
    "name": "name, full name, fullname, student name, display name, vollständiger name, teilnehmer in, nombre completo, nombre, "
    "nom complet, nom",
    "email": "email, e mail, email address, e mail address, mail, e mail adresse, emailadresse, mailadresse, "
    "dirección de correo, dirección de correo electrónico, correo, correo electrónico, adresse de courriel, courriel, "
    "adresse e mail",
    "section": "section, sections, group, groups, gruppe, gruppen, grupo, grupos, groupe, groupes, sektion, tutorium, "
    "übungsgruppe, sección, secciones",
    "student": "student",  # a name in Canvas, the login name in a gradebook of the grader
}
COLUMNS = {title.strip(): column for column, titles in TITLES.items() for title in titles.split(",")}


@dataclass(frozen=True)
class PersonLine:
    """A person of the file, and the line there. ``login`` is the login name for a new account."""

    line: int
    login: str
    full_name: str = ""
    email: str = ""
    section: str = ""


@dataclass(frozen=True)
class PeopleTable:
    """The people of a file, and {line: sentence} for the lines that name nobody."""

    people: Sequence[PersonLine]
    problems: Mapping[int, str]


def read(content: bytes) -> PeopleTable:
    """Return the people of a file. Raises Unreadable for a file that is not a table of people, TooLarge for a long one."""
    if len(content) > MOST_BYTES:
        raise TooLarge(
            _("The file is larger than {size} MB: it is not a list of people.").format(size=MOST_BYTES >> 20)
        )
    rows = _rows(decoded(content))
    place = next((index for index, row in enumerate(rows[:FIRST_ROWS]) if len(_columns(row.cells)) > 0), None)
    if place is None:
        raise Unreadable(
            _(
                "The file has no titles of columns that are known here: the first line must name the columns, such as login,name,email."
            )
        )
    columns = _columns(rows[place].cells)
    if not {"login", "email", "number"} & columns.keys():
        raise Unreadable(_("The file has no column with a login name, an e-mail address or a student number: add one."))
    lines = [row for row in rows[place + 1 :] if any(cell.strip() for cell in row.cells)]
    if len(lines) > MOST_ROWS:
        raise TooLarge(_("The file has more than {count} lines: divide it.").format(count=MOST_ROWS))
    people: list[PersonLine] = []
    problems: dict[int, str] = {}
    for row in lines:
        try:
            person = _person(row, columns)
        except Refusal as refusal:
            problems[row.line] = str(refusal)
            continue
        if person is not None:
            people.append(person)
    return PeopleTable(people, problems)


def decoded(content: bytes) -> str:
    """Return the text of a file from a spreadsheet: in UTF-8, UTF-16, or the encoding of Windows in Western Europe."""
    encoding = BYTE_ORDER_MARKS.get(content[:2], "utf-8-sig")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise Unreadable(_("This is not a CSV file: save the table as CSV."))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _rows(text: str) -> list[RawRow]:
    first, _end, rest = text.partition("\n")
    if re.fullmatch(r"\"?sep=.\"?", first.strip(), re.IGNORECASE):  # for Excel
        text = f"\n{rest}"
    best: list[RawRow] = []
    try:
        for skipped in range(FIRST_ROWS):  # the delimiter is that of the first line which names several columns
            lines = text.split("\n")
            table = tables.parse("\n".join(lines[skipped:]), "people")
            rows = [RawRow(row.line + skipped, row.cells, row.text) for row in (table.first, *table.rows)]
            if len(_columns(rows[0].cells)) > 1:
                return rows
            best = best or rows
    except UsageError as error:
        line = re.search(r":(\d+):", str(error))
        sentence = _("The file is not a valid CSV file: check the quotation marks from line {line} on.")
        raise Unreadable(sentence.format(line=int(line[1]) + skipped if line else 1)) from error
    return best


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """Return {column: its place} of the titles that are known, the first place of each."""
    places: dict[str, int] = {}
    for place, cell in enumerate(cells):
        column = COLUMNS.get(_folded(cell))
        if column is not None:
            places.setdefault(column, place)
    if "student" in places:
        places.setdefault("name" if {"login", "number"} & places.keys() else "login", places["student"])
    if "name" in places and "first" in places and "last" not in places:
        places["last"] = places.pop("name")  # "Name" next to "Vorname", "Nom" next to "Prénom"
    if "name" in places and "last" in places and "first" not in places:
        places["first"] = places.pop("name")  # "Nombre" next to "Apellido(s)"
    return places


def _folded(title: str) -> str:
    plain = unicodedata.normalize("NFC", title).casefold().replace("\ufeff", "")
    return " ".join(re.sub(r"[\W_]+", " ", plain).split())


def _person(row: RawRow, columns: Mapping[str, int]) -> PersonLine | None:
    """Return the person of a line, None for a line that names nobody and is not meant to; raises Unreadable."""
    cells = {column: row.cells[place].strip() for column, place in columns.items() if place < len(row.cells)}
    full_name = " ".join(filter(None, [cells.get("first", ""), cells.get("last", "")])) or natural(
        cells.get("name", "")
    )
    login = cells.get("login") or cells.get("email") or cells.get("number")
    if not login:
        if full_name.casefold() == "points possible":  # the second line of Canvas
            return None
        raise Unreadable(_("The line has neither a login name nor an e-mail address."))
    email = cells.get("email", "")
    if not email and "@" in login:
        email = login
    return PersonLine(
        row.line,
        users.login_name(login),
        users.line(full_name),
        users.line(email),
        users.line(cells.get("section", "")),
    )
